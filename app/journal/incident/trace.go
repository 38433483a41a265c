package incident

import (
	"context"
	"time"

	"github.com/getsentry/sentry-go"

	"ams/app/journal"
	"ams/jobs"
)

// Trace tells how long a piece of work took that ends now: a request, by method and route, or a job, by its kind. Only
// the share that was asked for is told.
func (r *Reporter) Trace(ctx context.Context, operation, name, outcome string, took time.Duration) {
	hub := sentry.NewHub(r.client, sentry.NewScope())
	span := sentry.StartTransaction(sentry.SetHubOnContext(ctx, hub), name, sentry.WithOpName(operation),
		sentry.WithTransactionSource(sentry.SourceRoute))
	span.StartTime = span.StartTime.Add(-took)
	span.SetTag("outcome", outcome)
	if id := jobs.Correlation(ctx); id != "" {
		span.SetTag(journal.RequestID, id)
	}
	span.Finish()
}
