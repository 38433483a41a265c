package app

import (
	"context"
	"fmt"
	"time"

	"github.com/getsentry/sentry-go"

	"ams/jobs"
)

// reporter tells the error sink of what no person caused: the error and the request or job it belongs to, nothing of
// bodies, cookies or addresses. Without a sink it does nothing.
func reporter(cfg Config) (report func(context.Context, error), flush func(), err error) {
	if cfg.Sentry.DSN == "" {
		return func(context.Context, error) {}, func() {}, nil
	}
	client, err := sentry.NewClient(sentry.ClientOptions{
		Dsn: cfg.Sentry.DSN.Reveal(), Environment: string(cfg.Profile), Release: version(), AttachStacktrace: true,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("SENTRY_DSN: %w", err)
	}
	report = func(ctx context.Context, problem error) {
		scope := sentry.NewScope()
		scope.SetTag("request_id", jobs.Correlation(ctx))
		client.CaptureException(problem, &sentry.EventHint{Context: ctx}, scope)
	}
	return report, func() { client.Flush(2 * time.Second) }, nil
}
