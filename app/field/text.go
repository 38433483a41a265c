package field

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ams/app/fault"
	"ams/app/lang"
	"ams/app/richtext"
	"ams/views"
)

// TextField asks for a text.
type TextField[M any] struct {
	common[*TextField[M], M]
	at     func(*M) *string
	max    int
	kind   string // of the input
	area   bool
	rich   *markup // of the area; nil: none
	plain  bool
	secret bool
	canon  func(string) string
	check  func(string) lang.Message
}

// Text asks for a line of text.
func Text[M any](key string, label lang.Message, at func(*M) *string) *TextField[M] {
	f := &TextField[M]{at: at, kind: "text"}
	f.init(f, key, label)
	return f
}

// Long asks for a text of several lines.
func Long[M any](key string, label lang.Message, at func(*M) *string) *TextField[M] {
	f := Text(key, label, at)
	f.area = true
	return f
}

// Rich lets the text have the markup of a kind. Whoever stores it cleans it.
func (f *TextField[M]) Rich(k richtext.Kind, to Links) *TextField[M] {
	f.area, f.rich = true, &markup{k, to}
	return f
}

// Email asks for an e-mail address. Which addresses are good is for the rule of Check to say.
func Email[M any](key string, label lang.Message, at func(*M) *string) *TextField[M] {
	f := Text(key, label, at)
	f.kind, f.plain, f.canon = "email", true, strings.ToLower
	return f
}

// Name asks for a name that machines compare: a username, a slug, a key. Nothing corrects its spelling.
func Name[M any](key string, label lang.Message, at func(*M) *string) *TextField[M] {
	f := Text(key, label, at)
	f.plain = true
	return f
}

// Password asks for a new password: never shown again, not trimmed, not in history.
func Password[M any](key string, label lang.Message, at func(*M) *string) *TextField[M] {
	f := Text(key, label, at)
	f.kind, f.secret, f.plain = "password", true, true
	return f
}

// Max limits the length, in characters.
func (f *TextField[M]) Max(n int) *TextField[M] { f.max = n; return f }

// Check is a rule for a text that is there; the zero message says that it is kept. A stored text that nobody changes is
// not asked: it may be older than the rule.
func (f *TextField[M]) Check(rule func(string) lang.Message) *TextField[M] { f.check = rule; return f }

// Read trims, and composes accents with their letters, so that equal texts are equal.
func (f *TextField[M]) Read(_ context.Context, answer url.Values, m *M, p *fault.Fields) error {
	text := answer.Get(f.meta.Key)
	if f.check != nil && text != "" && text == *f.at(m) {
		return nil
	}
	if !f.secret {
		text = norm.NFC.String(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")))
	}
	if f.canon != nil {
		text = f.canon(text)
	}
	*f.at(m) = text
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		f.missing(p, f.meta.Key)
	case f.max > 0 && n > f.max:
		p.Add(f.meta.Key, lang.M("“%s” can have at most %d characters.", f.meta.Label, f.max))
	case f.check != nil:
		if wrong := f.check(text); !wrong.Empty() {
			p.Add(f.meta.Key, wrong)
		}
	}
	return nil
}

// Inputs is one control.
func (f *TextField[M]) Inputs(_ context.Context, tr *lang.Translator, m *M, typed url.Values) ([]views.Field, error) {
	value := f.shown(typed, f.meta.Key, *f.at(m))
	label := tr.Say(f.meta.Label)
	if f.area {
		v := views.AreaField(f.meta.Key, label, value)
		v.Area.Rich = f.rich.features()
		return []views.Field{f.finish(tr, v)}, nil
	}
	if f.secret {
		return []views.Field{f.finish(tr, views.PasswordField(f.meta.Key, label, "new-password"))}, nil
	}
	v := views.TextField(f.meta.Key, label, value)
	v.Input.Type, v.Input.Plain, v.Input.Autocomplete = f.kind, f.plain, "off"
	switch {
	case f.max > 0 && f.max <= 30:
		v.Input.Width = views.Width20
	case f.max > 150:
		v.Input.Width = views.Width40
	}
	return []views.Field{f.finish(tr, v)}, nil
}

// Raw is the text; of a secret only that it is there.
func (f *TextField[M]) Raw(m *M) string {
	if f.secret && *f.at(m) != "" {
		return "••••"
	}
	return *f.at(m)
}

// Record is the text.
func (f *TextField[M]) Record(_ context.Context, m *M) (string, error) { return f.Raw(m), nil }

// TranslatedField asks for a text in each language; English is the one that is demanded.
type TranslatedField[M any] struct {
	common[*TranslatedField[M], M]
	at    func(*M) *lang.Text
	max   int
	area  bool
	rows  string        // of the area, empty: a few
	rich  *markup       // of the area; nil: none
	asked []lang.Locale // nil: all
}

// Translated asks for a line of text in each language.
func Translated[M any](key string, label lang.Message, at func(*M) *lang.Text) *TranslatedField[M] {
	f := &TranslatedField[M]{at: at}
	f.init(f, key, label)
	return f
}

// Max limits the length in each language, in characters.
func (f *TranslatedField[M]) Max(n int) *TranslatedField[M] { f.max = n; return f }

// Lines lets the texts have several lines.
func (f *TranslatedField[M]) Lines() *TranslatedField[M] { f.area = true; return f }

// Rich lets the texts have the markup of a kind, with room for a page. Whoever stores them cleans them.
func (f *TranslatedField[M]) Rich(k richtext.Kind, to Links) *TranslatedField[M] {
	f.area, f.rows, f.rich = true, "16", &markup{k, to}
	return f
}

// In asks for these languages only. Texts in others stay as they are.
func (f *TranslatedField[M]) In(languages []lang.Locale) *TranslatedField[M] {
	f.asked = languages
	return f
}

func (f *TranslatedField[M]) asks(l lang.Locale) bool {
	return f.asked == nil || slices.Contains(f.asked, l)
}

func (f *TranslatedField[M]) each(m *M, do func(l lang.Locale, text *string)) {
	t := f.at(m)
	do(lang.EN, &t.EN)
	do(lang.MI, &t.MI)
}

// Read takes one input for each language.
func (f *TranslatedField[M]) Read(_ context.Context, answer url.Values, m *M, p *fault.Fields) error {
	f.each(m, func(l lang.Locale, text *string) {
		if !f.asks(l) {
			return
		}
		name := f.meta.Key + "_" + string(l)
		*text = norm.NFC.String(strings.TrimSpace(strings.ReplaceAll(answer.Get(name), "\r\n", "\n")))
		switch n := utf8.RuneCountInString(*text); {
		case n == 0 && l == lang.Default:
			f.missing(p, name)
		case f.max > 0 && n > f.max:
			p.Add(name, lang.M("“%s” can have at most %d characters.", f.meta.Label, f.max))
		}
	})
	return nil
}

// Inputs are one control for each language.
func (f *TranslatedField[M]) Inputs(_ context.Context, tr *lang.Translator, m *M, typed url.Values) (all []views.Field, err error) {
	f.each(m, func(l lang.Locale, text *string) {
		if !f.asks(l) {
			return
		}
		name := f.meta.Key + "_" + string(l)
		label := tr.Say(lang.M("%s in %s", f.meta.Label, lang.Native(l)))
		v := views.TextField(name, label, f.shown(typed, name, *text))
		v.Input.Width = views.Width40
		if f.area {
			v = views.AreaField(name, label, f.shown(typed, name, *text))
			v.Area.Rows, v.Area.Rich = cmp.Or(f.rows, v.Area.Rows), f.rich.features()
		}
		v = f.finish(tr, v)
		v.Optional = f.meta.Optional || l != lang.Default
		all = append(all, v)
	})
	return all, nil
}

// Raw holds every language.
func (f *TranslatedField[M]) Raw(m *M) string {
	var parts []string
	f.each(m, func(l lang.Locale, text *string) {
		if *text != "" {
			parts = append(parts, string(l)+": "+*text)
		}
	})
	return strings.Join(parts, " / ")
}

// Record holds every language.
func (f *TranslatedField[M]) Record(_ context.Context, m *M) (string, error) { return f.Raw(m), nil }
