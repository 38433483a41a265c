package database

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// oldest is the first major version of PostgreSQL that AMS is tested with.
const oldest = 15

// Check refuses servers that AMS would misbehave on: too old, blind to macrons (production clusters are made by someone
// else), or without an extension that the migrations create. It passes before and after migrating.
func Check(ctx context.Context, db *DB) error {
	return check(ctx, db, []string{"unaccent", "pg_trgm", "btree_gist"})
}

func check(ctx context.Context, db *DB, extensions []string) error {
	var version, encoding string
	var number int
	err := db.QueryRowContext(ctx, `
		SELECT current_setting('server_version'), current_setting('server_version_num')::int,
		       current_setting('server_encoding')`).Scan(&version, &number, &encoding)
	if err != nil {
		return fmt.Errorf("check the database: %w", err)
	}
	if number < oldest*10000 {
		return fmt.Errorf("the database server is PostgreSQL %s: AMS needs %d or newer", version, oldest)
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the database has the encoding %s: create it with ENCODING 'UTF8'", encoding)
	}
	var macrons bool // text search folds by another locale than lower, before PostgreSQL 18
	err = db.QueryRowContext(ctx, `
		SELECT lower('Ā') = 'ā' AND to_tsvector('simple', 'Ātea') = to_tsvector('simple', 'ātea')`).Scan(&macrons)
	if err != nil {
		return fmt.Errorf("check the database's letters: %w", err)
	}
	if !macrons {
		return fmt.Errorf("the database does not know that ā is the lower case of Ā: " +
			"create it with a UTF-8 locale such as C.UTF-8 or en_NZ.UTF-8, not C")
	}
	var missing []string
	err = db.NewRaw(`
		SELECT wanted FROM unnest(ARRAY[?]::text[]) AS wanted
		WHERE wanted NOT IN (SELECT name FROM pg_available_extensions)
		  AND wanted NOT IN (SELECT extname FROM pg_extension)`, bun.List(extensions)).Scan(ctx, &missing)
	if err != nil {
		return fmt.Errorf("check the database's extensions: %w", err)
	}
	for _, name := range missing {
		return fmt.Errorf("the database server lacks the extension %s: install PostgreSQL's contrib package", name)
	}
	return nil
}
