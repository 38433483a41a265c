// Package questionnaire shows the questions of staff, the same in every form that asks them.
package questionnaire

import (
	"slices"
	"strconv"
	"strings"

	"ams/app/lang"
	"ams/app/profile"
	"ams/views"
)

// Form gives a sheet as sections of a form; the names of its inputs are the keys of the questions. typed is what was sent
// by a form that is shown again, nil to show what is stored.
func Form(tr *lang.Translator, sheet profile.Sheet, typed map[string][]string) []views.FormSection {
	l := tr.Locale()
	sections := make([]views.FormSection, 0, len(sheet.Sections))
	for _, s := range sheet.Sections {
		section := views.FormSection{
			Legend: s.Title.In(l), Help: s.Help.In(l), Hidden: []views.Hidden{{Name: profile.Listed, Value: profile.List(s.Questions)}},
		}
		for _, q := range s.Questions {
			values := q.Question.Values(q.Stored)
			if typed != nil && !q.Locked && q.AskedBy(typed) {
				values = typed[q.Key]
			}
			f := Input(tr, q, q.Key, values)
			f.Badges = badges(tr, q)
			section.Fields = append(section.Fields, f)
		}
		sections = append(sections, section)
	}
	return sections
}

// Demands are questions that have to be answered, under the names prefix + key.
func Demands(tr *lang.Translator, asked []profile.Asked, prefix string, typed map[string][]string) []views.Field {
	fields := make([]views.Field, 0, len(asked))
	for _, q := range asked {
		f := Input(tr, q, prefix+q.Key, typed[prefix+q.Key])
		f.Optional = false
		fields = append(fields, f)
	}
	return fields
}

func badges(tr *lang.Translator, q profile.Asked) (all []views.Badge) {
	if q.Counts {
		all = append(all, views.Badge{Tone: views.TonePrimary, Icon: "star-fill", Text: tr.Say(lang.M("Recommended"))})
	}
	if q.RequiredForMembership {
		all = append(all, views.Badge{Tone: views.ToneWarning, Icon: "person-badge", Text: tr.Say(lang.M("Required for membership"))})
	}
	return all
}

// Input is the control of a question that need not be answered, with what was chosen or typed.
func Input(tr *lang.Translator, q profile.Asked, name string, values []string) views.Field {
	f := control(tr, q, name, values)
	f.Optional, f.Disabled = true, q.Locked
	help := []string{q.Help().In(tr.Locale()), tr.Say(hint(q.Question))}
	if q.Locked {
		help[1] = tr.Say(lang.M("Only the association can change this."))
	}
	f.Help = strings.Join(slices.DeleteFunc(help, func(s string) bool { return s == "" }), " ")
	return f
}

func control(tr *lang.Translator, q profile.Asked, name string, values []string) views.Field {
	label, value := q.Label().In(tr.Locale()), ""
	if len(values) > 0 {
		value = values[0]
	}
	switch q.Type {
	case profile.TextArea:
		f := views.AreaField(name, label, value)
		f.Area.Rows, f.Area.MaxLength = "4", strconv.Itoa(profile.MaxArea)
		return f
	case profile.Checkbox:
		return views.ChecksField(name, label, values, options(tr, q))
	case profile.Radio:
		offered := options(tr, q)
		if q.Answered() && !q.Locked { // a radio button cannot be taken back
			offered = append(offered, views.Option{Text: tr.Say(lang.M("No answer"))})
		}
		return views.RadioField(name, label, value, offered)
	case profile.Select:
		f := views.SelectField(name, label, value, options(tr, q))
		f.Select.Empty = tr.Say(lang.M("No answer"))
		return f
	case profile.Day:
		return views.DateField(name, label, value)
	case profile.Month:
		f := views.DateField(name, label, value)
		f.Input.Type = "month"
		return f
	case profile.Number:
		f := views.NumberField(name, label, value)
		f.Input.Min, f.Input.Max, f.Input.Width = bound(q.Min), bound(q.Max), views.Width10
		return f
	}
	f := views.TextField(name, label, value)
	f.Input.MaxLength, f.Input.Width = strconv.Itoa(profile.MaxText), views.Width40
	return f
}

func options(tr *lang.Translator, q profile.Asked) (all []views.Option) {
	for _, c := range q.Options.Choices {
		all = append(all, views.Option{Value: c.Value, Text: c.Text().In(tr.Locale())})
	}
	return all
}

func bound(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// hint says what form an answer has, where a browser may not.
func hint(q profile.Question) lang.Message {
	switch {
	case q.Type == profile.Month:
		return lang.M("Year and month, for example 2026-01.")
	case q.Type != profile.Number:
	case q.Min != nil && q.Max != nil:
		return lang.M("From %d to %d.", *q.Min, *q.Max)
	case q.Min != nil:
		return lang.M("At least %d.", *q.Min)
	case q.Max != nil:
		return lang.M("At most %d.", *q.Max)
	}
	return lang.Message{}
}
