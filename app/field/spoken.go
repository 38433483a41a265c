package field

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ams/app/fault"
	"ams/app/lang"
	"ams/views"
)

// SpokenField asks for a text in each language that is switched on; texts in other languages stay as they are. One of
// all of them is demanded.
type SpokenField[M any, T ~map[string]string] struct {
	common[*SpokenField[M, T], M]
	at        func(*M) *T
	languages []lang.Locale
	max       int
	area      bool
}

// Spoken asks for a line of text in each of the languages, kept by their codes.
func Spoken[M any, T ~map[string]string](key string, label lang.Message, at func(*M) *T, languages []lang.Locale) *SpokenField[M, T] {
	f := &SpokenField[M, T]{at: at, languages: languages}
	f.init(f, key, label)
	return f
}

// Max limits the length in each language, in characters.
func (f *SpokenField[M, T]) Max(n int) *SpokenField[M, T] { f.max = n; return f }

// Lines lets the texts have several lines.
func (f *SpokenField[M, T]) Lines() *SpokenField[M, T] { f.area = true; return f }

func (f *SpokenField[M, T]) name(l lang.Locale) string { return f.meta.Key + "_" + string(l) }

// Read takes one input for each language; a blank one takes the text of its language away.
func (f *SpokenField[M, T]) Read(_ context.Context, answer url.Values, m *M, p *fault.Fields) error {
	texts := maps.Clone(*f.at(m))
	if texts == nil {
		texts = T{}
	}
	for _, l := range f.languages {
		text := norm.NFC.String(strings.TrimSpace(strings.ReplaceAll(answer.Get(f.name(l)), "\r\n", "\n")))
		if texts[string(l)] = text; text == "" {
			delete(texts, string(l))
		}
		if f.max > 0 && utf8.RuneCountInString(text) > f.max {
			p.Add(f.name(l), lang.M("“%s” can have at most %d characters.", f.meta.Label, f.max))
		}
	}
	*f.at(m) = texts
	if len(texts) == 0 {
		f.missing(p, f.name(f.languages[0]))
	}
	return nil
}

// Inputs are one control for each language.
func (f *SpokenField[M, T]) Inputs(_ context.Context, tr *lang.Translator, m *M, typed url.Values) (all []views.Field, err error) {
	for _, l := range f.languages {
		name, stored := f.name(l), (*f.at(m))[string(l)]
		label := tr.Say(lang.M("%s in %s", f.meta.Label, lang.Native(l)))
		v := views.TextField(name, label, f.shown(typed, name, stored))
		v.Input.Width = views.Width40
		if f.area {
			v = views.AreaField(name, label, f.shown(typed, name, stored))
		}
		v = f.finish(tr, v)
		v.Optional = f.meta.Optional || l != lang.Default
		all = append(all, v)
	}
	return all, nil
}

// Raw holds every language, also those that are switched off.
func (f *SpokenField[M, T]) Raw(m *M) string {
	texts := *f.at(m)
	var parts []string
	for _, code := range slices.Sorted(maps.Keys(texts)) {
		parts = append(parts, code+": "+texts[code])
	}
	return strings.Join(parts, " / ")
}

// Record holds every language.
func (f *SpokenField[M, T]) Record(_ context.Context, m *M) (string, error) { return f.Raw(m), nil }
