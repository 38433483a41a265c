package main

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"ams/app/lang"
)

const (
	folder   = "app/lang/catalogues"
	sameFile = "tools/messages/same.txt"
)

var tags = regexp.MustCompile(`</?[a-zA-Z][^>]*>`)

// language is what a catalogue has to be.
type language struct {
	code    string
	plurals string
	source  bool // the texts in the source are in this language, so that a translation is an exception
}

func languages() []language {
	return []language{
		{code: "en", plurals: "nplurals=2; plural=(n != 1);", source: true},
		{code: "mi", plurals: "nplurals=2; plural=(n > 1);"},
	}
}

func (l language) path(root string) string {
	return filepath.Join(root, filepath.FromSlash(folder), l.code+".po")
}

// check names everything that is wrong with the catalogue of a language.
func (l language) check(c *catalogue, found map[key]*text, same map[string]bool) []error {
	var faults []error
	report := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s.po: %s", l.code, fmt.Sprintf(format, args...)))
	}
	for _, line := range []string{"Language: " + l.code, "Plural-Forms: " + l.plurals} {
		if !slices.Contains(strings.Split(c.header, "\n"), line) {
			report("the header lacks %q", line)
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(found), byKey) {
		e, ok := c.entries[k]
		if !ok {
			report("missing %s, used in %s", k, strings.Join(found[k].files, ", "))
			continue
		}
		for _, fault := range l.checkEntry(e, found[k], found[k].wanted()) {
			report("%s", fault)
		}
		if !l.source && !same[k.id] && equal(e) {
			report("%s is the same as in English; translate it, or give the reason in %s", k, sameFile)
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(c.entries), byKey) {
		if found[k] == nil {
			report("unused %s", k)
		}
	}
	if !l.source {
		for _, id := range slices.Sorted(maps.Keys(same)) {
			if !anyEqual(c, id) {
				report("%s lists %q, which is translated or does not exist", sameFile, id)
			}
		}
	}
	return faults
}

func (l language) checkEntry(e *entry, t *text, forms int) []string {
	if e.many != t.many {
		return []string{fmt.Sprintf("%s has the plural %q, the source says %q", e.key, e.many, t.many)}
	}
	if e.fuzzy {
		return []string{fmt.Sprintf("%s is marked as a guess (fuzzy)", e.key)}
	}
	if len(e.forms) != forms {
		return []string{fmt.Sprintf("%s has %d forms instead of %d", e.key, len(e.forms), forms)}
	}
	var faults []string
	for i, f := range e.forms {
		if f == "" {
			if !l.source {
				faults = append(faults, fmt.Sprintf("not translated %s%s", e.key, numbered(i, forms)))
			}
			continue
		}
		if fault := differs(f, t); fault != "" {
			faults = append(faults, fmt.Sprintf("%s%s %s", e.key, numbered(i, forms), fault))
		}
	}
	return faults
}

func numbered(form, forms int) string {
	if forms == 1 {
		return ""
	}
	return fmt.Sprintf(", form %d", form)
}

// differs compares verbs and tags with those of the English text. Each plural form needs all of the English plural,
// because it stands for other numbers than the English one: the singular of te reo Māori for 0 as well.
func differs(translation string, t *text) string {
	english := t.forms()[len(t.forms())-1]
	got, err := lang.Verbs(translation)
	if err != nil {
		return "in its translation " + err.Error()
	}
	want, _ := lang.Verbs(english) // sound, or it would not have been extracted
	if !slices.Equal(got, want) {
		return fmt.Sprintf("has other verbs in its translation %q", translation)
	}
	if !slices.Equal(sortedTags(translation), sortedTags(english)) {
		return fmt.Sprintf("has other tags in its translation %q", translation)
	}
	return ""
}

func sortedTags(s string) []string {
	found := tags.FindAllString(s, -1)
	slices.Sort(found)
	return found
}

func equal(e *entry) bool {
	return slices.Contains(e.forms, e.id) || e.many != "" && slices.Contains(e.forms, e.many)
}

func anyEqual(c *catalogue, id string) bool {
	for k, e := range c.entries {
		if k.id == id && equal(e) {
			return true
		}
	}
	return false
}

// readSame reads the texts that are rightly the same in both languages.
func readSame(root string) (map[string]bool, error) {
	src, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(sameFile)))
	if err != nil {
		return nil, fmt.Errorf("read exceptions: %w", err)
	}
	same := map[string]bool{}
	for lines := bufio.NewScanner(bytes.NewReader(src)); lines.Scan(); {
		if line := lines.Text(); line != "" && !strings.HasPrefix(line, "#") {
			id, reason, _ := strings.Cut(line, "\t")
			if strings.TrimSpace(reason) == "" {
				return nil, fmt.Errorf("%s: %q has no reason", sameFile, id)
			}
			same[id] = true
		}
	}
	return same, nil
}
