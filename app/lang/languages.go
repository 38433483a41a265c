package lang

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Available are the languages that exist, in their order.
func Available() []Locale { return []Locale{EN, MI} }

// Native is what a language calls itself.
func Native(l Locale) string {
	switch l {
	case EN:
		return "English"
	case MI:
		return "Te Reo Māori"
	}
	return strings.ToUpper(string(l))
}

// Languages are the enabled languages.
type Languages struct {
	enabled []Locale
	ranked  []Locale // the same with the default first, where the matcher expects what to fall back to
	matcher language.Matcher
}

// NewLanguages enables languages in the order of the switches. What does not exist is left out; English always exists.
func NewLanguages(enabled []Locale) Languages {
	var ls Languages
	for _, l := range enabled {
		if slices.Contains(Available(), l) && !slices.Contains(ls.enabled, l) {
			ls.enabled = append(ls.enabled, l)
		}
	}
	if !slices.Contains(ls.enabled, Default) {
		ls.enabled = append([]Locale{Default}, ls.enabled...)
	}
	ls.ranked = []Locale{Default}
	for _, l := range ls.enabled {
		if l != Default {
			ls.ranked = append(ls.ranked, l)
		}
	}
	tags := make([]language.Tag, len(ls.ranked))
	for i, l := range ls.ranked {
		tags[i] = language.Make(string(l))
	}
	ls.matcher = language.NewMatcher(tags)
	return ls
}

// Enabled are the languages in the order of the switches.
func (ls Languages) Enabled() []Locale { return slices.Clone(ls.enabled) }

// Parse reads the first segment of an address, exactly.
func (ls Languages) Parse(segment string) (Locale, bool) {
	l := Locale(segment)
	return l, slices.Contains(ls.enabled, l)
}

// Prefer is the stored preference of a person where it is enabled, else English.
func (ls Languages) Prefer(stored Locale) Locale {
	if slices.Contains(ls.enabled, stored) {
		return stored
	}
	return Default
}

// Match is the enabled language that suits an Accept-Language header best, or English.
func (ls Languages) Match(acceptLanguage string) Locale {
	// The tag that comes back may carry more than the language ("mi-u-rg-nzzzzz"), so the index decides.
	_, i := language.MatchStrings(ls.matcher, acceptLanguage)
	return ls.ranked[i]
}
