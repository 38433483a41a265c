package field

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"ams/app/fault"
	"ams/app/lang"
	"ams/views"
)

// ChoiceField asks for one of a closed list.
type ChoiceField[M any, V ~string] struct {
	common[*ChoiceField[M, V], M]
	at      func(*M) *V
	options []Option
	none    lang.Message
}

// Choice asks for one of the options.
func Choice[M any, V ~string](key string, label lang.Message, at func(*M) *V, options ...Option) *ChoiceField[M, V] {
	f := &ChoiceField[M, V]{at: at, options: options, none: lang.M("Choose")}
	f.init(f, key, label)
	return f
}

// None is the text of the entry that chooses nothing.
func (f *ChoiceField[M, V]) None(text lang.Message) *ChoiceField[M, V] { f.none = text; return f }

// Read refuses what is not in the list, but keeps a value that was stored when the list was another one.
func (f *ChoiceField[M, V]) Read(_ context.Context, answer url.Values, m *M, p *fault.Fields) error {
	v := answer.Get(f.meta.Key)
	known := slices.ContainsFunc(f.options, func(o Option) bool { return o.Value == v })
	switch {
	case v == "" && !known:
		*f.at(m) = ""
		f.missing(p, f.meta.Key)
	case known || v == string(*f.at(m)):
		*f.at(m) = V(v)
	default:
		f.choose(p)
	}
	return nil
}

// Inputs is a select.
func (f *ChoiceField[M, V]) Inputs(_ context.Context, tr *lang.Translator, m *M, typed url.Values) ([]views.Field, error) {
	stored := string(*f.at(m))
	options := optionsOf(tr, f.options)
	if stored != "" && !slices.ContainsFunc(f.options, func(o Option) bool { return o.Value == stored }) {
		options = append(options, views.Option{Value: stored, Text: stored})
	}
	v := views.SelectField(f.meta.Key, tr.Say(f.meta.Label), f.shown(typed, f.meta.Key, stored), options)
	v.Select.Empty = tr.Say(f.none)
	return []views.Field{f.finish(tr, v)}, nil
}

// Raw is the value.
func (f *ChoiceField[M, V]) Raw(m *M) string { return string(*f.at(m)) }

// Record is the value.
func (f *ChoiceField[M, V]) Record(_ context.Context, m *M) (string, error) { return f.Raw(m), nil }

// Word is the label of the value.
func (f *ChoiceField[M, V]) Word(tr *lang.Translator, recorded string) string {
	return wordOf(tr, f.options, recorded)
}

// ChoicesField asks for any of a closed list.
type ChoicesField[M any] struct {
	common[*ChoicesField[M], M]
	at      func(*M) *[]string
	options func() []Option // asked when needed, because it may grow until the program is complete
}

// Choices asks for any of the options. Stored values that are not offered stay.
func Choices[M any](key string, label lang.Message, at func(*M) *[]string, options func() []Option) *ChoicesField[M] {
	f := &ChoicesField[M]{at: at, options: options}
	f.init(f, key, label)
	f.meta.Optional = true
	return f
}

// Read refuses what is not in the list.
func (f *ChoicesField[M]) Read(_ context.Context, answer url.Values, m *M, p *fault.Fields) error {
	offered := map[string]bool{}
	for _, o := range f.options() {
		offered[o.Value] = true
	}
	var chosen []string
	for _, v := range *f.at(m) {
		if !offered[v] {
			chosen = append(chosen, v)
		}
	}
	for _, v := range answer[f.meta.Key] {
		if !offered[v] {
			f.choose(p)
			return nil
		}
		chosen = append(chosen, v)
	}
	slices.Sort(chosen)
	*f.at(m) = slices.Compact(chosen)
	if len(chosen) == 0 {
		f.missing(p, f.meta.Key)
	}
	return nil
}

// Inputs are tick-boxes; options with a group stand beneath its name.
func (f *ChoicesField[M]) Inputs(_ context.Context, tr *lang.Translator, m *M, typed url.Values) ([]views.Field, error) {
	values := *f.at(m)
	if typed != nil {
		values = typed[f.meta.Key]
	}
	options := optionsOf(tr, f.options())
	v := f.finish(tr, views.ChecksField(f.meta.Key, tr.Say(f.meta.Label), values, options))
	v.Checks.Long = len(options) > longList
	return []views.Field{v}, nil
}

// longList is the number of options from which on a list scrolls and can be searched.
const longList = 8

// Raw is the sorted values.
func (f *ChoicesField[M]) Raw(m *M) string {
	values := slices.Clone(*f.at(m))
	slices.Sort(values)
	return strings.Join(values, ", ")
}

// Record is the sorted values.
func (f *ChoicesField[M]) Record(_ context.Context, m *M) (string, error) { return f.Raw(m), nil }

// Word is the labels, each behind its group.
func (f *ChoicesField[M]) Word(tr *lang.Translator, recorded string) string {
	return wordsOf(tr, f.options(), recorded)
}
