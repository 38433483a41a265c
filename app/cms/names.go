package cms

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/lang"
)

// LetterName is the association's name for letters in a language, read in the caller's transaction: the short name of
// that language's site, else the long one, else those of the English site. Empty when nobody has given one.
func LetterName(ctx context.Context, db bun.IDB, l lang.Locale) (string, error) {
	const names = `
		SELECT coalesce(nullif(btrim(a.association_short_name), ''), btrim(a.association_long_name))
		FROM association_settings a JOIN site_settings s ON s.site_id = a.site_id
		WHERE s.language IN (?0, ?1) AND btrim(a.association_short_name || a.association_long_name) <> ''
		ORDER BY s.language = ?0 DESC LIMIT 1`
	var found []string
	if err := db.NewRaw(names, string(l), string(lang.Default)).Scan(ctx, &found); err != nil {
		return "", fmt.Errorf("read the association's name: %w", err)
	}
	if len(found) == 0 {
		return "", nil
	}
	return found[0], nil
}

// ShortName is the association's short name in a language, "" where it has none.
func ShortName(ctx context.Context, db bun.IDB, l lang.Locale) (string, error) {
	const names = `
		SELECT btrim(a.association_short_name) FROM association_settings a JOIN site_settings s ON s.site_id = a.site_id
		WHERE s.language = ? LIMIT 1`
	var found []string
	if err := db.NewRaw(names, string(l)).Scan(ctx, &found); err != nil {
		return "", fmt.Errorf("read the association's short name: %w", err)
	}
	if len(found) == 0 {
		return "", nil
	}
	return found[0], nil
}
