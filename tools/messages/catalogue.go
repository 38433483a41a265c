package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// catalogue is a .po file: gettext's format, as far as these catalogues use it.
type catalogue struct {
	comments []string // above the header
	header   string
	entries  map[key]*entry
}

// entry is a text of a catalogue with its translation: one form, or one for each plural.
type entry struct {
	key
	many     string
	forms    []string
	comments []string // of translators
	fuzzy    bool     // a tool guessed the translation
}

// merge takes new texts in and unused ones out.
func (c *catalogue) merge(found map[key]*text) (added int, removed []key) {
	for k, t := range found {
		e, ok := c.entries[k]
		if !ok {
			e = &entry{key: k}
			c.entries[k] = e
			added++
		}
		e.many = t.many
		e.forms = resized(e.forms, t.wanted())
	}
	for k := range c.entries {
		if found[k] == nil {
			delete(c.entries, k)
			removed = append(removed, k)
		}
	}
	slices.SortFunc(removed, byKey)
	return added, removed
}

// wanted is how many forms a translation has: both languages have one plural.
func (t *text) wanted() int { return len(t.forms()) }

func resized(forms []string, n int) []string {
	sized := make([]string, n)
	copy(sized, forms)
	return sized
}

func byKey(a, b key) int {
	return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.context, b.context))
}

// format writes the file. Places have no line numbers and texts are never wrapped, so that a change shows only itself.
func (c *catalogue) format(found map[key]*text) []byte {
	var b strings.Builder
	for _, line := range c.comments {
		fmt.Fprintln(&b, line)
	}
	fmt.Fprint(&b, "msgid \"\"\nmsgstr \"\"\n")
	for line := range strings.Lines(c.header) {
		fmt.Fprintln(&b, quote(line))
	}
	for _, k := range slices.SortedFunc(maps.Keys(c.entries), order(found)) {
		e := c.entries[k]
		fmt.Fprintln(&b)
		for _, line := range e.comments {
			fmt.Fprintln(&b, line)
		}
		if t := found[k]; t != nil {
			fmt.Fprintln(&b, "#. priority:", priorityOf(t.files))
			for _, f := range t.files {
				fmt.Fprintln(&b, "#:", f)
			}
		}
		e.format(&b)
	}
	return []byte(b.String())
}

func (e *entry) format(b *strings.Builder) {
	if e.fuzzy {
		fmt.Fprintln(b, "#, fuzzy")
	}
	if e.context != "" {
		fmt.Fprintln(b, "msgctxt", quote(e.context))
	}
	fmt.Fprintln(b, "msgid", quote(e.id))
	if e.many == "" {
		fmt.Fprintln(b, "msgstr", quote(e.forms[0]))
		return
	}
	fmt.Fprintln(b, "msgid_plural", quote(e.many))
	for i, f := range e.forms {
		fmt.Fprintf(b, "msgstr[%d] %s\n", i, quote(f))
	}
}

// order puts what every visitor meets first, so that translators begin with it.
func order(found map[key]*text) func(a, b key) int {
	rank := func(k key) priority {
		if t := found[k]; t != nil {
			return priorityOf(t.files)
		}
		return low
	}
	return func(a, b key) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), byKey(a, b)) }
}

// quote escapes as gettext does, which knows none of Go's escapes for special characters.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(s) + `"`
}

// priority of a text for translators.
type priority int

const (
	high priority = iota
	medium
	low
)

func (p priority) String() string { return [...]string{"high", "medium", "low"}[p] }

// priorityOf is the highest priority among the places where a text is used.
func priorityOf(files []string) priority {
	first := low
	for _, f := range files {
		first = min(first, priorityOfPlace(f))
	}
	return first
}

func priorityOfPlace(file string) priority {
	for _, folder := range []string{"app/admin/", "app/config", "app/staff/", "views/admin/", "views/staff/"} {
		if strings.HasPrefix(file, folder) {
			return low
		}
	}
	everyone := []string{
		"app/account/", "app/fault/", "app/lang/", "app/password/", "app/web/accounts/", "views/accounts/",
		"views/error/", "views/layout/", "views/shared/", "views/site/",
	}
	for _, folder := range everyone {
		if strings.HasPrefix(file, folder) {
			return high
		}
	}
	return medium
}
