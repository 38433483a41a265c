package views

import "slices"

// Form (shared/form) is a whole form of one column. With scripts it is replaced by the answer to its own submission.
type Form struct {
	ID       string
	Action   string // address
	Problems Problems
	Hidden   []Hidden
	Fields   []Field
	Buttons  Buttons
}

// Multipart tells whether a file can be sent along.
func (f Form) Multipart() bool {
	return slices.ContainsFunc(f.Fields, func(f Field) bool { return f.Input != nil && f.Input.Type == "file" })
}

// Refused gives the form with what was wrong: each problem beside its field, all of them in the summary.
func (f Form) Refused(general []string, wrong map[string][]string) Form {
	fields := make([]Field, len(f.Fields))
	for i, field := range f.Fields {
		field.Errors = wrong[field.Name]
		fields[i] = field
	}
	f.Fields = fields
	f.Problems = ProblemsOf(general, fields...)
	return f
}
