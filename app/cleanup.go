package app

import (
	"context"
	"errors"
	"time"

	"ams/app/clock"
	"ams/app/limit"
	"ams/app/mail"
	"ams/app/session"
	"ams/jobs"
)

// longestWindow is that of no limit: keys without an act for so long are forgotten.
const longestWindow = 24 * time.Hour

// Cleanup is the daily job that forgets what nobody needs any longer.
type Cleanup struct{}

// Kind names the job in the queue.
func (Cleanup) Kind() string { return "system.cleanup" }

// Key lets one wait at a time.
func (Cleanup) Key() string { return "" }

func (a *App) registerCleanup() {
	jobs.Handle(a.Registry, a.cleanup, jobs.Every(jobs.Daily(4, 0, clock.Zone())),
		jobs.Timeout(5*time.Minute), jobs.Attempts(3), jobs.Backoff(10*time.Minute, 10*time.Minute))
}

// cleanup goes on to the next thing when one fails.
func (a *App) cleanup(ctx context.Context, _ Cleanup) error {
	now := a.out.Clock.Now()
	return errors.Join(
		session.Purge(ctx, a.db, now),
		limit.Purge(ctx, a.db, now.Add(-longestWindow)),
		mail.Purge(ctx, a.db, now),
		a.Privacy.Purge(ctx),
		jobs.Purge(ctx, a.db),
	)
}
