package views

import (
	"html/template"
	"slices"
	"strings"
)

// Field (shared/field) is a question of a form: label, help beneath it, what was wrong, and one control. Required is
// the rule; Optional fields say so.
type Field struct {
	ID, Name string
	Label    string
	Help     string
	Rules    Rules
	More     Link // beneath a control of one line
	Optional bool
	Errors   []string
	Good     string  // what was found to be right
	Told     string  // what a screen reader hears once the field has come anew by itself
	Badges   []Badge // beside the label; where there are some, they say whether an answer is needed
	Disabled bool    // shown, and never sent

	// Exactly one of these.
	Input  *Input
	Area   *Area
	Select *Select
	Radios *Choices
	Checks *Choices
	Check  *Check
	Static *Static
	Grid   *Grid
}

// Rules are what a new password has to keep. With scripts those that a browser can check are ticked while somebody types.
type Rules struct {
	About string // what it may not resemble beside what the form asks for, line by line
	List  []Rule
}

// Rule is one of them. Zero Name: only the server knows whether it is kept.
type Rule struct{ Name, Least, Text string }

// Grid is a table of inputs for a list of things that each have several values. Its problems are those of the whole.
type Grid struct {
	Heads  []string
	Rows   [][]Field // each field beneath its head
	Hidden []Hidden
	More   Submit // shows the form again with more rows; absent: there are no more
}

// Static is a value that cannot be changed here. HTML is instead of the others, for texts with markup.
type Static struct {
	Text, Href string
	HTML       template.HTML
	Lang       string // of the HTML; empty: that of the page
}

// Width of an input in characters of its expected answer. The zero Width takes the whole column.
type Width string

// The widths of inputs.
const (
	Width4  Width = "width-4"
	Width6  Width = "width-6"
	Width10 Width = "width-10"
	Width20 Width = "width-20"
	Width30 Width = "width-30"
	Width40 Width = "width-40"
)

// Input is a control of one line, or a file.
type Input struct {
	Type           string // text, email, password, number, date, month, time, tel, url, search, file
	Value          string
	Width          Width
	Autocomplete   string
	Mode           string // inputmode: numeric, decimal
	Min, Max, Step string
	MaxLength      string
	Prefix, Suffix string // "$", "per seat"
	List           []string
	Lookup         string // address of options for what is typed; it gets the text as q
	Check          string // address of the same field anew, looked at; it is asked when the input is left
	ReadOnly       bool
	Focus          bool   // has the focus as soon as it is there
	Plain          bool   // neither spelling nor capitals are corrected: codes, user names
	Accept         string // files: "image/*"
	Multiple       bool   // files
	Current        Link   // files: what is stored now
	Preview        string // files: what a chosen picture is called, which is shown at once
}

// Area is a control of several lines.
type Area struct {
	Value     string
	Rows      string // "5"
	MaxLength string
	Width     Width
	Code      bool   // in a monospaced font
	Rich      string // what the text may have, as richtext.Kind names it; empty: no markup
}

// Select is a choice from a closed list.
type Select struct {
	Options  []Option
	Groups   []OptionGroup
	Width    Width
	Multiple bool
	Empty    string // text of the entry that chooses nothing; empty: no such entry
}

// OptionGroup is a named part of a Select.
type OptionGroup struct {
	Text    string
	Options []Option
}

// Choices are radio buttons or tick-boxes under one question.
type Choices struct {
	Options []Option
	Inline  bool // two or three short answers side by side
	Long    bool // scrolls and can be searched
}

// Option is an answer of a closed list.
type Option struct {
	Value, Text string
	Help        string // not in a Select
	Group       string // of tick-boxes: heading of those that follow each other
	Selected    bool
	Disabled    bool
}

// Check is a single tick-box; the field's label is its sentence.
type Check struct {
	Value   string // empty: "on"
	Checked bool
}

// FieldID is the id of the control that answers name; problems link to it.
func FieldID(name string) string { return "id_" + name }

// Invalid tells whether the answer was refused.
func (f Field) Invalid() bool { return len(f.Errors) > 0 }

// NewGroup tells whether a tick-box is the first of its group.
func (c Choices) NewGroup(i int) bool {
	return c.Options[i].Group != "" && (i == 0 || c.Options[i-1].Group != c.Options[i].Group)
}

// DescribedBy names the texts that a screen reader reads with the control.
func (f Field) DescribedBy() string {
	ids := describedBy(f.ID, f.Help, f.Errors)
	if len(f.Rules.List) > 0 {
		ids = strings.TrimSpace(f.ID + "-rules " + ids)
	}
	if f.Good != "" {
		ids = strings.TrimSpace(ids + " " + f.ID + "-good")
	}
	return ids
}

// DescribedBy names the texts that a screen reader reads with the cards.
func (p Pricing) DescribedBy() string { return describedBy(p.ID, p.Help, p.Errors) }

func describedBy(id, help string, errors []string) string {
	var ids []string
	if help != "" {
		ids = append(ids, id+"-help")
	}
	if len(errors) > 0 {
		ids = append(ids, id+"-error")
	}
	return strings.Join(ids, " ")
}

// TextField asks for a line of text.
func TextField(name, label, value string) Field {
	return Field{ID: FieldID(name), Name: name, Label: label, Input: &Input{Type: "text", Value: value, Width: Width30}}
}

// EmailField asks for an e-mail address of the person who fills in the form.
func EmailField(name, label, value string) Field {
	f := TextField(name, label, value)
	f.Input.Type, f.Input.Autocomplete, f.Input.Plain = "email", "email", true
	return f
}

// PasswordField asks for a password; autocomplete is "current-password" or "new-password". It never shows a value.
func PasswordField(name, label, autocomplete string) Field {
	f := TextField(name, label, "")
	f.Input.Type, f.Input.Autocomplete, f.Input.Plain = "password", autocomplete, true
	return f
}

// CodeField asks for digits that were sent or shown by an authenticator.
func CodeField(name, label string) Field {
	f := TextField(name, label, "")
	f.Input.Mode, f.Input.Autocomplete, f.Input.Plain, f.Input.Width = "numeric", "one-time-code", true, Width10
	return f
}

// NumberField asks for a whole number.
func NumberField(name, label, value string) Field {
	f := TextField(name, label, value)
	f.Input.Mode, f.Input.Type, f.Input.Width = "numeric", "number", Width6
	return f
}

// DateField asks for a day; value is "2027-03-03" or what the person typed.
func DateField(name, label, value string) Field {
	f := TextField(name, label, value)
	f.Input.Type, f.Input.Width = "date", Width10
	return f
}

// AreaField asks for a text of several lines.
func AreaField(name, label, value string) Field {
	return Field{ID: FieldID(name), Name: name, Label: label, Area: &Area{Value: value, Rows: "5", Width: Width40}}
}

// FileField asks for a file.
func FileField(name, label, accept string) Field {
	f := TextField(name, label, "")
	f.Input.Type, f.Input.Accept = "file", accept
	return f
}

// SelectField asks for one of options; value is the chosen one.
func SelectField(name, label, value string, options []Option) Field {
	return Field{ID: FieldID(name), Name: name, Label: label, Select: &Select{Options: choose(options, value), Width: Width30}}
}

// RadioField asks for one of a few options; value is the chosen one.
func RadioField(name, label, value string, options []Option) Field {
	return Field{ID: FieldID(name), Name: name, Label: label, Radios: &Choices{Options: choose(options, value)}}
}

// ChecksField asks for any of options; values are the chosen ones.
func ChecksField(name, label string, values []string, options []Option) Field {
	return Field{ID: FieldID(name), Name: name, Label: label, Checks: &Choices{Options: choose(options, values...)}}
}

// CheckField asks for consent to one sentence, or switches something on.
func CheckField(name, sentence string, checked bool) Field {
	return Field{ID: FieldID(name), Name: name, Label: sentence, Check: &Check{Checked: checked}}
}

func choose(options []Option, values ...string) []Option {
	chosen := make([]Option, len(options))
	for i, o := range options {
		o.Selected = o.Selected || slices.Contains(values, o.Value)
		chosen[i] = o
	}
	return chosen
}

// Problems (shared/problems) is the summary above a refused form; it takes the focus. Zero: absent.
type Problems struct{ List []Problem }

// Problem is one thing to mend. Without a Field it concerns the whole form.
type Problem struct {
	Text  string
	Field string // id of the control
}

// ProblemsOf collects what the fields complain about, in their order. General problems come first.
func ProblemsOf(general []string, fields ...Field) Problems {
	var p Problems
	for _, text := range general {
		p.List = append(p.List, Problem{Text: text})
	}
	for _, f := range fields {
		for _, text := range f.Errors {
			p.List = append(p.List, Problem{Text: text, Field: f.ID})
		}
	}
	return p
}

// FormSection (shared/form-section) groups fields under a legend.
type FormSection struct {
	Legend string
	Help   string
	Hidden []Hidden
	Fields []Field
	Alone  Alone
}

// Alone has a section of a form saved by itself where there are scripts. It is sent with the whole form and its ID as
// "section", and replaced by the answer. Zero: only with the form.
type Alone struct {
	ID       string
	Action   string // address
	Save     string // label of the button
	Label    string // as in Action
	Problems Problems
	Saved    string // what was done
}

// SaveBar (shared/save-bar) stays in view at the end of a long form; with data-unsaved on the form it tells of changes
// that are not saved.
type SaveBar struct {
	Submit Submit
	Others []Submit
	Cancel Link
	Apart  Action // the dangerous act
}

// HasMore tells whether there are acts beside the one that saves.
func (b SaveBar) HasMore() bool {
	return len(b.Others) > 0 || b.Cancel.Text != "" || b.Apart.Text != ""
}
