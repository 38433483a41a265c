// Package limit counts acts in sliding windows, in PostgreSQL, so that a limit holds over all processes.
package limit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"ams/app/lang"
)

// longestKey is what an index of PostgreSQL takes with ease. People type addresses of any length.
const longestKey = 500

var errRefused = errors.New("a rule refuses the act")

// Rule allows at most Max acts in any Window.
type Rule struct {
	Max    int
	Window time.Duration
}

// PerMinute is the rule of most forms.
func PerMinute(most int) Rule { return Rule{Max: most, Window: time.Minute} }

// Count is a key that acts are counted under, and the rule for it.
type Count struct {
	Key  string
	Rule Rule
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
	begin, key := now.Add(-r.Window), stored(key)
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

// TakeAll counts one act under all keys, or under none of them when one refuses; after is then the longest wait. Callers
// name keys in the same order always, because each is held until the last one has answered.
func TakeAll(ctx context.Context, db bun.IDB, now time.Time, counts ...Count) (ok bool, after time.Duration, err error) {
	err = db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		refused := false
		for _, c := range counts {
			ok, wait, err := Take(ctx, tx, c.Key, now, c.Rule)
			if err != nil {
				return err
			}
			refused = refused || !ok
			after = max(after, wait)
		}
		if refused {
			return errRefused
		}
		return nil
	})
	if errors.Is(err, errRefused) {
		return false, after, nil
	}
	return err == nil, 0, err
}

// GiveBack undoes the one act that was counted under all keys at that instant; others stay, those of the same instant
// as well.
func GiveBack(ctx context.Context, db bun.IDB, at time.Time, counts ...Count) error {
	const undo = `
		UPDATE rate_limits SET hits = hits[:array_position(hits, ?1::timestamptz) - 1] || hits[array_position(hits, ?1::timestamptz) + 1:]
		WHERE key = ?0 AND ?1::timestamptz = ANY (hits)`
	for _, c := range counts {
		if _, err := db.NewRaw(undo, stored(c.Key), at).Exec(ctx); err != nil {
			return fmt.Errorf("give an act back: %w", err)
		}
	}
	return nil
}

// Clear forgets everything that was counted under these keys.
func Clear(ctx context.Context, db bun.IDB, keys ...string) error {
	keys = slices.Clone(keys)
	slices.Sort(keys) // two at once meet in the same order
	for _, k := range slices.Compact(keys) {
		if _, err := db.NewRaw("DELETE FROM rate_limits WHERE key = ?", stored(k)).Exec(ctx); err != nil {
			return fmt.Errorf("clear a count: %w", err)
		}
	}
	return nil
}

// stored is the key as the table has it.
func stored(key string) string {
	if len(key) <= longestKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// Refusal tells people when another try makes sense.
func Refusal(after time.Duration) lang.Message {
	if after <= time.Minute {
		n := max(int(math.Ceil(after.Seconds())), 1)
		return lang.N("Too many attempts. Try again in %d second.", "Too many attempts. Try again in %d seconds.", n, n)
	}
	n := int(math.Ceil(after.Minutes()))
	return lang.N("Too many attempts. Try again in %d minute.", "Too many attempts. Try again in %d minutes.", n, n)
}

// Purge forgets keys without any act after before; callers choose the longest window.
func Purge(ctx context.Context, db bun.IDB, before time.Time) error {
	const idle = `DELETE FROM rate_limits WHERE NOT EXISTS (SELECT 1 FROM unnest(hits) h WHERE h > ?)`
	if _, err := db.NewRaw(idle, before).Exec(ctx); err != nil {
		return fmt.Errorf("purge rate limits: %w", err)
	}
	return nil
}
