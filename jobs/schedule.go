package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// Schedule says when something is due again. Make one with Daily or EveryMinutes.
type Schedule struct {
	text string
	next func(after time.Time) time.Time
}

// Next is the first due time after an instant.
func (s Schedule) Next(after time.Time) time.Time { return s.next(after) }

// String is the plan for people, "daily 03:15 Pacific/Auckland".
func (s Schedule) String() string { return s.text }

// Daily is due once each day at that time of the zone's clocks. A time that a change of clocks skips is due an hour
// off; one that occurs twice is due once.
func Daily(hour, minute int, loc *time.Location) Schedule {
	return Schedule{
		text: fmt.Sprintf("daily %02d:%02d %s", hour, minute, loc),
		next: func(after time.Time) time.Time {
			day := after.In(loc)
			at := time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, loc)
			if !at.After(after) {
				at = time.Date(day.Year(), day.Month(), day.Day()+1, hour, minute, 0, 0, loc)
			}
			return at
		},
	}
}

// EveryMinutes is due at each full n minutes of the hour, if n divides 60.
func EveryMinutes(n int) Schedule {
	step := time.Duration(max(n, 1)) * time.Minute
	return Schedule{
		text: fmt.Sprintf("every %d min", max(n, 1)),
		next: func(after time.Time) time.Time { return after.Truncate(step).Add(step) },
	}
}

// scheduled are the kinds with a schedule.
func (r *Registry) scheduled() (names []string) {
	for name, k := range r.kinds {
		if k.schedule != nil {
			names = append(names, name)
		}
	}
	return names
}

// plan makes the table agree with the registry. A changed schedule counts from now on; what fell due while no worker
// ran stays due.
func (r *Registry) plan(ctx context.Context, db *bun.DB) error {
	const upsert = `
		INSERT INTO schedules AS s (type, plan, next_run_at) VALUES (?0, ?1, ?2)
		ON CONFLICT (type) DO UPDATE SET plan = ?1, next_run_at = ?2 WHERE s.plan <> ?1`
	for _, name := range r.scheduled() {
		s := r.kinds[name].schedule
		if _, err := db.NewRaw(upsert, name, s.String(), s.Next(time.Now())).Exec(ctx); err != nil {
			return fmt.Errorf("plan %s: %w", name, err)
		}
	}
	return nil
}

// addDue adds one job that is due and moves its schedule on, in one transaction; other workers pass over the locked
// row. Runs that were missed collapse into this one.
func (q *Queue) addDue(ctx context.Context, db *bun.DB) (added bool, err error) {
	const claim = `
		SELECT type FROM schedules WHERE type IN (?) AND next_run_at <= ?
		ORDER BY next_run_at LIMIT 1 FOR UPDATE SKIP LOCKED`
	err = db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		var name string
		now := time.Now()
		if err := tx.NewRaw(claim, bun.List(q.registry.scheduled()), now).Scan(ctx, &name); err != nil {
			return err
		}
		k := q.registry.kinds[name]
		if err := q.Add(ctx, tx, k.blank); err != nil {
			return err
		}
		_, err := tx.NewRaw(`UPDATE schedules SET next_run_at = ?, last_run_at = ? WHERE type = ?`,
			k.schedule.Next(now), now, name).Exec(ctx)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("add what is due: %w", err)
	}
	return true, nil
}
