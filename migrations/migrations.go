// Package migrations holds the schema as numbered goose SQL files. They are reversible, and never edited once released.
package migrations

import "embed"

// FS is what app/database applies.
//
//go:embed *.sql
var FS embed.FS
