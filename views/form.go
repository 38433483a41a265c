package views

import (
	"maps"
	"slices"
)

// Form (shared/form) is a whole form of one column. With scripts it is replaced by the answer to its own submission.
type Form struct {
	ID       string
	Action   string // address
	Problems Problems
	Hidden   []Hidden
	Fields   []Field
	Sections []FormSection // beneath the fields
	Buttons  Buttons
}

// all are the fields of the form and of its sections.
func (f Form) all() []Field {
	all := slices.Clone(f.Fields)
	for _, s := range f.Sections {
		all = append(all, s.Fields...)
	}
	return all
}

// Multipart tells whether a file can be sent along.
func (f Form) Multipart() bool {
	return slices.ContainsFunc(f.all(), func(f Field) bool { return f.Input != nil && f.Input.Type == "file" })
}

// Refused gives the form with what was wrong: each problem beside its field, all of them in the summary. What is wrong with a
// value that the form does not ask for stands in the summary alone.
func (f Form) Refused(general []string, wrong map[string][]string) Form {
	for _, name := range slices.Sorted(maps.Keys(wrong)) {
		if !slices.ContainsFunc(f.all(), func(f Field) bool { return f.Name == name }) {
			general = append(general, wrong[name]...)
		}
	}
	refused := func(fields []Field) []Field {
		fields = slices.Clone(fields)
		for i := range fields {
			fields[i].Errors = wrong[fields[i].Name]
		}
		return fields
	}
	f.Fields, f.Sections = refused(f.Fields), slices.Clone(f.Sections)
	for i := range f.Sections {
		f.Sections[i].Fields = refused(f.Sections[i].Fields)
	}
	f.Problems = ProblemsOf(general, f.all()...)
	return f
}
