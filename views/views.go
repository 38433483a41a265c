// Package views holds the templates and renders them: one immutable set per language, each page and fragment bound to
// the type of its model when the program starts.
package views

import "embed"

// FS holds all templates; a template is named by its path without ending ("accounts/login").
//
//go:embed accounts admin block dev error invoices layout mail memberships organisations shared site terms users
var FS embed.FS

// Translator is what templates need of a language.
type Translator interface {
	Code() string // "en"; first segment of prefixed addresses
	T(id string, args ...any) string
	N(one, many string, n int, args ...any) string
	C(context, id string, args ...any) string
}

// Assets finds static files by their source names.
type Assets interface {
	URL(name string) (string, error)  // "site.css" → hashed address
	Icon(name string) (string, error) // "person" → address of the drawing in the sprite
}
