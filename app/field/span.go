package field

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"ams/app/fault"
	"ams/app/lang"
	"ams/views"
)

// SpanField asks for a number and its unit: a duration.
type SpanField[M, V any] struct {
	common[*SpanField[M, V], M]
	at    func(*M) *V
	units []Option
	most  int
	make  func(n int, unit string) (V, bool)
	parts func(V) (n int, unit string)
	text  func(V) lang.Message
}

// Span asks for a V that is made of a whole number from 1 to most and one of the units. parts takes it apart, 0 for none,
// and text says it in words.
func Span[M, V any](key string, label lang.Message, at func(*M) *V, units []Option, most int,
	make func(int, string) (V, bool), parts func(V) (int, string), text func(V) lang.Message,
) *SpanField[M, V] {
	f := &SpanField[M, V]{at: at, units: units, most: most, make: make, parts: parts, text: text}
	f.init(f, key, label)
	return f
}

func (f *SpanField[M, V]) unitKey() string { return f.meta.Key + "_unit" }

// Read takes both inputs.
func (f *SpanField[M, V]) Read(_ context.Context, answer url.Values, m *M, p *fault.Fields) error {
	number := strings.TrimSpace(answer.Get(f.meta.Key))
	if number == "" {
		var zero V
		*f.at(m) = zero
		f.missing(p, f.meta.Key)
		return nil
	}
	n, err := strconv.Atoi(number)
	v, ok := f.make(n, answer.Get(f.unitKey()))
	if err != nil || !ok {
		p.Add(f.meta.Key, lang.M("Enter a whole number from 1 to %d and its unit for “%s”.", f.most, f.meta.Label))
		return nil
	}
	*f.at(m) = v
	return nil
}

// Inputs are the number and the unit.
func (f *SpanField[M, V]) Inputs(_ context.Context, tr *lang.Translator, m *M, typed url.Values) ([]views.Field, error) {
	n, unit := f.parts(*f.at(m))
	shown := ""
	if n > 0 {
		shown = strconv.Itoa(n)
	}
	number := views.TextField(f.meta.Key, tr.Say(f.meta.Label), f.shown(typed, f.meta.Key, shown))
	number.Input.Type, number.Input.Mode, number.Input.Width = "number", "numeric", views.Width6
	units := views.SelectField(f.unitKey(), tr.Say(lang.M("Unit of “%s”", f.meta.Label)), f.shown(typed, f.unitKey(), unit), optionsOf(tr, f.units))
	units.Select.Width = views.Width10
	return []views.Field{f.finish(tr, number), units}, nil
}

// Raw is the number with its unit.
func (f *SpanField[M, V]) Raw(m *M) string {
	n, unit := f.parts(*f.at(m))
	return fmt.Sprint(n, " ", unit)
}

// Record is the number with its unit.
func (f *SpanField[M, V]) Record(_ context.Context, m *M) (string, error) { return f.Raw(m), nil }

// Word is what was recorded, in words.
func (f *SpanField[M, V]) Word(tr *lang.Translator, recorded string) string {
	number, unit, _ := strings.Cut(recorded, " ")
	n, err := strconv.Atoi(number)
	v, ok := f.make(n, unit)
	if err != nil || !ok {
		return recorded
	}
	return tr.Say(f.text(v))
}
