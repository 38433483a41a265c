// Package lang holds the languages of the interface: locales, texts for people and content in two languages.
package lang

// Locale is an interface language, named by the first segment of its addresses.
type Locale string

// The languages that exist; which of them are enabled is a setting.
const (
	EN Locale = "en"
	MI Locale = "mi"
)

// Default is the language that is always enabled and that others fall back to.
const Default = EN

// Message is a text for people that is not yet in a language: the catalogue id (the English text) and its arguments.
// The zero Message says nothing.
type Message struct {
	Context string // tells equal English texts apart, usually empty
	ID      string // English text, printf style
	Many    string // English plural, empty for messages without one
	Count   int    // decides the plural form when Many is set
	Args    []any
}

// M is a message without plural.
func M(id string, args ...any) Message { return Message{ID: id, Args: args} }

// N is a message whose form depends on n; n is not an argument by itself.
func N(one, many string, n int, args ...any) Message {
	return Message{ID: one, Many: many, Count: n, Args: args}
}

// C is a message whose English text means different things in different places; context says which.
func C(context, id string, args ...any) Message {
	return Message{Context: context, ID: id, Args: args}
}

// Empty reports whether the message says nothing.
func (m Message) Empty() bool { return m.ID == "" }

// Text is content that people wrote in up to two languages, stored as two columns.
type Text struct {
	EN string `bun:"en"`
	MI string `bun:"mi"`
}

// In gives the text in the wanted language, or in English where that is blank.
func (t Text) In(l Locale) string {
	if l == MI && t.MI != "" {
		return t.MI
	}
	return t.EN
}
