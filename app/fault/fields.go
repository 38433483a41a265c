package fault

import (
	"strings"

	"ams/app/lang"
)

// Field is one problem: the input it belongs to and what to do about it.
type Field struct {
	Name string // name of the input, empty for the form as a whole
	Text lang.Message
}

// Fields are the problems of a form in the order in which they were found. The zero value is ready to use.
type Fields struct{ list []Field }

// Add notes one problem.
func (f *Fields) Add(name string, text lang.Message) {
	f.list = append(f.list, Field{Name: name, Text: text})
}

// Any reports whether there is a problem.
func (f Fields) Any() bool { return len(f.list) > 0 }

// List gives the problems in order; callers do not change it.
func (f Fields) List() []Field { return f.list }

// Of gives the problems of one input.
func (f Fields) Of(name string) []lang.Message {
	var texts []lang.Message
	for _, p := range f.list {
		if p.Name == name {
			texts = append(texts, p.Text)
		}
	}
	return texts
}

// String names fields and texts in English, for operators and tests.
func (f Fields) String() string {
	parts := make([]string, len(f.list))
	for i, p := range f.list {
		parts[i] = p.Name + ": " + p.Text.ID
	}
	return strings.Join(parts, "; ")
}
