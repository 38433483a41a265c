package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"ams/app/lang"
)

// key is what makes a text one of its own in a catalogue.
type key struct{ context, id string }

func (k key) String() string {
	if k.context == "" {
		return fmt.Sprintf("%q", k.id)
	}
	return fmt.Sprintf("%q (%s)", k.id, k.context)
}

// text is a message of the source.
type text struct {
	key
	many  string
	files []string // where it is used, sorted
}

// forms are the English texts.
func (t *text) forms() []string {
	if t.many == "" {
		return []string{t.id}
	}
	return []string{t.id, t.many}
}

// use is one call that says a text. A negative number of arguments is unknown.
type use struct {
	key
	many string
	args int
}

// unknownArgs marks calls that pass a list on.
const unknownArgs = -1

// sources collects the texts of the source, and what cannot be extracted.
type sources struct {
	texts  map[key]*text
	faults []error
}

func (s *sources) fault(place, format string, args ...any) {
	s.faults = append(s.faults, fmt.Errorf("%s: %s", place, fmt.Sprintf(format, args...)))
}

// extract reads all texts of the source under root.
func extract(root string) (map[key]*text, error) {
	s := &sources{texts: map[key]*text{}}
	files, err := sourceFiles(root)
	if err != nil {
		return nil, err
	}
	if err := s.goFiles(root, files); err != nil {
		return nil, err
	}
	if err := s.templates(root, files); err != nil {
		return nil, err
	}
	for _, t := range s.texts {
		slices.Sort(t.files)
		t.files = slices.Compact(t.files)
	}
	return s.texts, errors.Join(s.faults...)
}

// sourceFiles gives all files by their path from root, without those that no user meets.
func sourceFiles(root string) ([]string, error) {
	skipped := []string{"node_modules", "testdata", "views/dev"}
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if strings.HasPrefix(d.Name(), ".") || slices.Contains(skipped, d.Name()) || slices.Contains(skipped, rel) {
				return fs.SkipDir
			}
			return nil
		}
		files = append(files, rel)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for sources: %w", err)
	}
	return files, nil
}

// add takes a use over, once its English is sound.
func (s *sources) add(file, place string, u use) {
	if u.id == "" {
		s.fault(place, "a text is empty")
		return
	}
	if !s.sound(place, u) {
		return
	}
	t, ok := s.texts[u.key]
	if !ok {
		t = &text{key: u.key}
		s.texts[u.key] = t
	}
	if t.many != "" && u.many != "" && t.many != u.many {
		s.fault(place, "%s has two plurals: %q and %q", u.key, t.many, u.many)
		return
	}
	t.many = max(t.many, u.many)
	t.files = append(t.files, file)
}

// sound compares the verbs of the English text with the arguments. The form for one may do without some of them.
func (s *sources) sound(place string, u use) bool {
	one, err := lang.Verbs(u.id)
	if err != nil {
		s.fault(place, "%v", err)
		return false
	}
	all := one
	if u.many != "" {
		if all, err = lang.Verbs(u.many); err != nil {
			s.fault(place, "%v", err)
			return false
		}
		for _, v := range one {
			if !slices.Contains(all, v) {
				s.fault(place, "%q has a verb that %q has not", u.id, u.many)
				return false
			}
		}
	}
	last := 0
	for _, v := range all {
		if v.Arg > last+1 {
			s.fault(place, "%s leaves an argument out", u.key)
			return false
		}
		last = v.Arg
	}
	if u.args != unknownArgs && u.args != last {
		s.fault(place, "%s wants %d arguments and gets %d", u.key, last, u.args)
		return false
	}
	return true
}
