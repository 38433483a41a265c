package field

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"ams/app/fault"
	"ams/app/lang"
	"ams/views"
)

// ParsedField asks for a value that is written as a text: a number, an amount of money.
type ParsedField[M, V any] struct {
	common[*ParsedField[M, V], M]
	at    func(*M) *V
	parse func(string) (V, lang.Message)
	print func(V) string
	shape func(*views.Input)
}

// Parsed asks for a V. parse gives a message for what is no V, print what parse reads back, and shape, which may be
// nil, how the input looks.
func Parsed[M, V any](key string, label lang.Message, at func(*M) *V, parse func(string) (V, lang.Message), print func(V) string,
	shape func(*views.Input),
) *ParsedField[M, V] {
	f := &ParsedField[M, V]{at: at, parse: parse, print: print, shape: shape}
	f.init(f, key, label)
	return f
}

// Int asks for a whole number within bounds.
func Int[M any, V int | int64](key string, label lang.Message, at func(*M) *V, least, most V) *ParsedField[M, V] {
	parse := func(s string) (V, lang.Message) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || V(n) < least || V(n) > most {
			return 0, lang.M("Enter a whole number from %d to %d for “%s”.", least, most, label)
		}
		return V(n), lang.Message{}
	}
	print := func(v V) string { return strconv.FormatInt(int64(v), 10) }
	return Parsed(key, label, at, parse, print, func(i *views.Input) { i.Type, i.Mode, i.Width = "number", "numeric", views.Width6 })
}

// Read leaves the value as it was where the text is none. An empty answer to an optional question is the zero value.
func (f *ParsedField[M, V]) Read(_ context.Context, answer url.Values, m *M, p *fault.Fields) error {
	text := strings.TrimSpace(answer.Get(f.meta.Key))
	if text == "" {
		var zero V
		*f.at(m) = zero
		f.missing(p, f.meta.Key)
		return nil
	}
	v, wrong := f.parse(text)
	if !wrong.Empty() {
		p.Add(f.meta.Key, wrong)
		return nil
	}
	*f.at(m) = v
	return nil
}

// Inputs is one control.
func (f *ParsedField[M, V]) Inputs(_ context.Context, tr *lang.Translator, m *M, typed url.Values) ([]views.Field, error) {
	v := views.TextField(f.meta.Key, tr.Say(f.meta.Label), f.shown(typed, f.meta.Key, f.Raw(m)))
	v.Input.Width = views.Width10
	if f.shape != nil {
		f.shape(v.Input)
	}
	return []views.Field{f.finish(tr, v)}, nil
}

// Raw is the value as a text.
func (f *ParsedField[M, V]) Raw(m *M) string { return f.print(*f.at(m)) }

// Record is the value as a text.
func (f *ParsedField[M, V]) Record(_ context.Context, m *M) (string, error) { return f.Raw(m), nil }

// BoolField is a tick-box.
type BoolField[M any] struct {
	common[*BoolField[M], M]
	at func(*M) *bool
}

// Bool asks whether something holds.
func Bool[M any](key string, label lang.Message, at func(*M) *bool) *BoolField[M] {
	f := &BoolField[M]{at: at}
	f.init(f, key, label)
	f.meta.Optional = true
	return f
}

// Read takes a tick; none is no.
func (f *BoolField[M]) Read(_ context.Context, answer url.Values, m *M, _ *fault.Fields) error {
	*f.at(m) = answer.Get(f.meta.Key) != ""
	return nil
}

// Inputs is one tick-box.
func (f *BoolField[M]) Inputs(_ context.Context, tr *lang.Translator, m *M, typed url.Values) ([]views.Field, error) {
	on := *f.at(m)
	if typed != nil {
		on = typed.Get(f.meta.Key) != ""
	}
	v := f.finish(tr, views.CheckField(f.meta.Key, tr.Say(f.meta.Label), on))
	v.Optional = false // a tick-box left empty is an answer
	return []views.Field{v}, nil
}

// Raw is true or false.
func (f *BoolField[M]) Raw(m *M) string { return strconv.FormatBool(*f.at(m)) }

// Record is true or false.
func (f *BoolField[M]) Record(_ context.Context, m *M) (string, error) { return f.Raw(m), nil }

// Word is yes or no, nothing where nothing was recorded.
func (f *BoolField[M]) Word(tr *lang.Translator, recorded string) string {
	if recorded == "" {
		return ""
	}
	return YesNo(tr, recorded == "true")
}

// YesNo is the word for a truth.
func YesNo(tr *lang.Translator, yes bool) string {
	if yes {
		return tr.Say(lang.M("Yes"))
	}
	return tr.Say(lang.M("No"))
}

// ComputedField shows what follows from the rest of the record.
type ComputedField[M any] struct {
	common[*ComputedField[M], M]
	text func(*lang.Translator, *M) string
	href func(*M) string // of what the text names; nil: nowhere
}

// Computed shows a text and asks nothing.
func Computed[M any](key string, label lang.Message, text func(*lang.Translator, *M) string) *ComputedField[M] {
	f := &ComputedField[M]{text: text}
	f.init(f, key, label)
	f.meta.ReadOnly, f.meta.Computed = true, true
	return f
}

// To makes the text a link to what it names.
func (f *ComputedField[M]) To(href func(*M) string) *ComputedField[M] { f.href = href; return f }

// Read takes nothing.
func (f *ComputedField[M]) Read(context.Context, url.Values, *M, *fault.Fields) error { return nil }

// Inputs is the text.
func (f *ComputedField[M]) Inputs(_ context.Context, tr *lang.Translator, m *M, _ url.Values) ([]views.Field, error) {
	v := Static(tr, f.meta, f.text(tr, m))
	if f.href != nil {
		v.Static.Href = f.href(m)
	}
	return []views.Field{v}, nil
}

// Raw is empty: what is computed does not change by itself.
func (f *ComputedField[M]) Raw(*M) string { return "" }

// Record is empty.
func (f *ComputedField[M]) Record(context.Context, *M) (string, error) { return "", nil }

// Static shows a value that cannot be changed.
func Static(tr *lang.Translator, meta Meta, text string) views.Field {
	return views.Field{
		ID: views.FieldID(meta.Key), Name: meta.Key, Label: tr.Say(meta.Label), Help: tr.Say(meta.Help), Static: &views.Static{Text: text},
	}
}
