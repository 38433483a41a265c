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

// Box is one yes or no among several that are asked together.
type Box[M any] struct {
	Option
	At func(*M) *bool
}

// BoxesField asks for several of an M's yes or no values at once.
type BoxesField[M any] struct {
	common[*BoxesField[M], M]
	boxes []Box[M]
}

// Boxes asks which of these are so. None of them is an answer as well.
func Boxes[M any](key string, label lang.Message, boxes ...Box[M]) *BoxesField[M] {
	f := &BoxesField[M]{boxes: boxes}
	f.init(f, key, label)
	f.meta.Optional = true
	return f
}

// Read refuses what is not among the boxes.
func (f *BoxesField[M]) Read(_ context.Context, answer url.Values, m *M, p *fault.Fields) error {
	ticked := answer[f.meta.Key]
	for _, v := range ticked {
		if !slices.ContainsFunc(f.boxes, func(b Box[M]) bool { return b.Value == v }) {
			f.choose(p)
			return nil
		}
	}
	for _, b := range f.boxes {
		*b.At(m) = slices.Contains(ticked, b.Value)
	}
	return nil
}

func (f *BoxesField[M]) values(m *M) (on []string) {
	for _, b := range f.boxes {
		if *b.At(m) {
			on = append(on, b.Value)
		}
	}
	return on
}

// Inputs are tick-boxes; those with a group stand beneath its name.
func (f *BoxesField[M]) Inputs(_ context.Context, tr *lang.Translator, m *M, typed url.Values) ([]views.Field, error) {
	values := f.values(m)
	if typed != nil {
		values = typed[f.meta.Key]
	}
	return []views.Field{f.finish(tr, views.ChecksField(f.meta.Key, tr.Say(f.meta.Label), values, optionsOf(tr, f.options())))}, nil
}

// Raw is what is ticked, in the order of the boxes.
func (f *BoxesField[M]) Raw(m *M) string { return strings.Join(f.values(m), ", ") }

// Record is the same.
func (f *BoxesField[M]) Record(_ context.Context, m *M) (string, error) { return f.Raw(m), nil }

// Word is the labels, each behind its group.
func (f *BoxesField[M]) Word(tr *lang.Translator, recorded string) string {
	return wordsOf(tr, f.options(), recorded)
}

func (f *BoxesField[M]) options() (all []Option) {
	for _, b := range f.boxes {
		all = append(all, b.Option)
	}
	return all
}
