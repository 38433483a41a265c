// Package profile is what staff ask people about themselves: groups of questions in several languages, and the answers.
package profile

import (
	"strings"

	"ams/app/lang"
)

// Texts is one text in several languages, by their codes. Languages that are switched off at the moment stay in it. A
// blank text counts as none.
type Texts map[string]string

// in is the text for a language: its own, else that of the default language, else any other; "" where there is none.
func (t Texts) in(l lang.Locale) string {
	for _, l := range append([]lang.Locale{l, lang.Default}, lang.Available()...) {
		if text := t[string(l)]; strings.TrimSpace(text) != "" {
			return text
		}
	}
	return ""
}

// or is the text in every language, and fallback where there is none at all.
func (t Texts) or(fallback string) lang.Text {
	out := lang.Text{EN: t.in(lang.EN), MI: t.in(lang.MI)}
	if out.EN == "" {
		return lang.Text{EN: fallback, MI: fallback}
	}
	return out
}

// Any tells whether there is a text in some language.
func (t Texts) Any() bool { return t.in(lang.Default) != "" }
