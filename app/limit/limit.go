// Package limit counts acts in sliding windows, in PostgreSQL, so that a limit holds over all processes.
package limit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// Rule allows at most Max acts in any Window.
type Rule struct {
	Max    int
	Window time.Duration
}

// Take counts one act under key at now, unless the rule forbids it; a refused act is not counted. When refused, after
// says how long until the oldest act leaves the window.
func Take(ctx context.Context, db bun.IDB, key string, now time.Time, r Rule) (ok bool, after time.Duration, err error) {
	const count = `
		INSERT INTO rate_limits AS r (key, hits) VALUES (?0, ARRAY[?1::timestamptz])
		ON CONFLICT (key) DO UPDATE
		   SET hits = (SELECT coalesce(array_agg(h), '{}') FROM unnest(r.hits) h WHERE h > ?2::timestamptz) || ?1::timestamptz
		 WHERE (SELECT count(*) FROM unnest(r.hits) h WHERE h > ?2::timestamptz) < ?3
		RETURNING true`
	begin := now.Add(-r.Window)
	err = db.NewRaw(count, key, now, begin, r.Max).Scan(ctx, &ok)
	if err == nil {
		return true, 0, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return false, 0, fmt.Errorf("count an act: %w", err)
	}
	var oldest time.Time
	const first = `SELECT coalesce(min(h), ?1) FROM rate_limits r, unnest(r.hits) h WHERE r.key = ?0 AND h > ?2`
	if err := db.NewRaw(first, key, now, begin).Scan(ctx, &oldest); err != nil {
		return false, 0, fmt.Errorf("find the oldest act: %w", err)
	}
	return false, oldest.Add(r.Window).Sub(now), nil
}

// Purge forgets keys without any act after before; callers choose the longest window.
func Purge(ctx context.Context, db bun.IDB, before time.Time) error {
	const idle = `DELETE FROM rate_limits WHERE NOT EXISTS (SELECT 1 FROM unnest(hits) h WHERE h > ?)`
	if _, err := db.NewRaw(idle, before).Exec(ctx); err != nil {
		return fmt.Errorf("purge rate limits: %w", err)
	}
	return nil
}
