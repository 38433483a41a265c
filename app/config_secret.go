package app

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a setting that nobody may read in a log: it prints as a mask. Keep it in exported fields: package fmt calls
// no methods of what it finds below unexported ones.
type Secret string

// Reveal gives the value to those who need it.
func (s Secret) Reveal() string { return string(s) }

// String is the mask; it tells only whether there is a value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "••••••"
}

// Format prints the mask whatever the verb.
func (s Secret) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, s.String()) }

// MarshalText is for JSON and what else encodes text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue is for handlers of slog that look at values themselves.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
