package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// Schedule is a timetable.
type Schedule struct {
	name string
	next func(time.Time) time.Time
}

// Daily is a time of day in a zone. Where the clocks leave that time out, the job runs an hour later.
func Daily(hour, minute int, zone *time.Location) Schedule {
	return Schedule{
		name: fmt.Sprintf("daily at %02d:%02d %s", hour, minute, zone),
		next: func(after time.Time) time.Time {
			y, m, d := after.In(zone).Date()
			at := time.Date(y, m, d, hour, minute, 0, 0, zone)
			if !at.After(after) {
				at = time.Date(y, m, d+1, hour, minute, 0, 0, zone)
			}
			return at
		},
	}
}

// EveryMinutes runs at each full n minutes of the hour; n divides 60.
func EveryMinutes(n int) Schedule {
	step := time.Duration(n) * time.Minute
	return Schedule{
		name: fmt.Sprintf("every %d minutes", n),
		next: func(after time.Time) time.Time { return after.Truncate(step).Add(step) },
	}
}

// agree brings the stored timetables in line with the registry. A changed one starts anew.
func (q *Queue) agree(ctx context.Context, db bun.IDB, now time.Time) error {
	const keep = `
		INSERT INTO schedules AS s (type, timetable, next_run_at) VALUES (?, ?, ?)
		ON CONFLICT (type) DO UPDATE SET timetable = excluded.timetable, next_run_at = excluded.next_run_at
		WHERE s.timetable <> excluded.timetable`
	for _, k := range q.registry.kinds {
		if k.schedule.next == nil {
			continue
		}
		if _, err := db.NewRaw(keep, k.name, k.schedule.name, k.schedule.next(now)).Exec(ctx); err != nil {
			return fmt.Errorf("keep timetable of %s: %w", k.name, err)
		}
	}
	return nil
}

// enqueueDue enqueues what the timetables say and moves them on, in one transaction. Of several workers one does it.
func (q *Queue) enqueueDue(ctx context.Context, db *bun.DB, now time.Time) error {
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		var due []string
		const claim = "SELECT type FROM schedules WHERE next_run_at <= ? FOR UPDATE SKIP LOCKED LIMIT 100"
		if err := tx.NewRaw(claim, now).Scan(ctx, &due); err != nil {
			return fmt.Errorf("claim timetables: %w", err)
		}
		for _, name := range due {
			k, known := q.registry.kinds[name]
			if !known || k.schedule.next == nil {
				if _, err := tx.NewRaw("DELETE FROM schedules WHERE type = ?", name).Exec(ctx); err != nil {
					return fmt.Errorf("forget timetable of %s: %w", name, err)
				}
				continue
			}
			if err := q.Add(ctx, tx, k.zero); err != nil {
				return err
			}
			const move = "UPDATE schedules SET last_run_at = ?, next_run_at = ? WHERE type = ?"
			if _, err := tx.NewRaw(move, now, k.schedule.next(now), name).Exec(ctx); err != nil {
				return fmt.Errorf("move timetable of %s on: %w", name, err)
			}
		}
		return nil
	})
}
