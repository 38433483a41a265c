package lang

import (
	"fmt"
	"time"

	"github.com/leonelquinteros/gotext"

	"ams/app/clock"
)

// Translator puts texts into one language. Templates call T, N and C; Go code makes a Message, which the extractor of
// the catalogues finds, and has it said here.
type Translator struct {
	locale Locale
	texts  *gotext.Po
}

// Code is the language as it stands in addresses and in the lang attribute.
func (t *Translator) Code() string { return string(t.locale) }

// Locale is the language.
func (t *Translator) Locale() Locale { return t.locale }

// T says a message without plural.
func (t *Translator) T(id string, args ...any) string { return t.Say(Message{ID: id, Args: args}) }

// N says a message whose form depends on n; n is not an argument by itself.
func (t *Translator) N(one, many string, n int, args ...any) string {
	return t.Say(Message{ID: one, Many: many, Count: n, Args: args})
}

// C says a message whose English text means different things in different places.
func (t *Translator) C(context, id string, args ...any) string {
	return t.Say(Message{Context: context, ID: id, Args: args})
}

// Say puts a message into the language, and its arguments too: messages, dates, instants and texts in two languages.
// A message without translation is said in English.
func (t *Translator) Say(m Message) string {
	if m.Empty() {
		return ""
	}
	args := make([]string, len(m.Args))
	for i, a := range m.Args {
		args[i] = t.argument(a)
	}
	return format(t.translation(m), args)
}

func (t *Translator) argument(a any) string {
	switch v := a.(type) {
	case nil:
		return ""
	case string:
		return v
	case Message:
		return t.Say(v)
	case Text:
		return v.In(t.locale)
	case clock.Date:
		return t.Date(v)
	case time.Time:
		return t.Moment(v)
	}
	return fmt.Sprint(a)
}

// translation keeps the rule of English plurals for English texts: other languages count differently.
func (t *Translator) translation(m Message) string {
	n := m.Count
	if m.Many == "" {
		n = 1
	}
	switch {
	case m.Context == "" && t.texts.IsTranslatedN(m.ID, n):
		return t.texts.GetN(m.ID, m.Many, n)
	case m.Context != "" && t.texts.IsTranslatedNC(m.ID, n, m.Context):
		return t.texts.GetNC(m.ID, m.Many, n, m.Context)
	case n == 1:
		return m.ID
	}
	return m.Many
}
