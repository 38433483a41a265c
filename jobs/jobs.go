// Package jobs is the queue: work that is enqueued in the caller's transaction and done later, by kind, with attempts
// and pauses of its own, until it succeeds or lies among the dead jobs for staff to see.
//
// Handlers run at least once: they are safe to run twice, open their own transactions and never see the queue's. Run
// times, pauses and limits follow the machine's clock; callers pass delays only. Business dates are found by scheduled
// kinds, never by a run time.
package jobs

import (
	"context"
	"errors"
	"time"
)

// Args are the typed arguments of a kind of job: ids, never secrets or texts. They travel as JSON. Args that also have
// Key() string are enqueued at most once per key until the job starts.
type Args interface{ Kind() string }

type keyed interface{ Key() string }

// permanent and later are what a handler's error may ask of the queue.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

type later struct {
	error
	in time.Duration
}

func (l later) Unwrap() error { return l.error }

// Permanent says that another attempt is no use: the job is dead at once.
func Permanent(err error) error { return permanent{err} }

// Later puts the job off without counting an attempt, because somebody else asked for patience.
func Later(in time.Duration, err error) error { return later{err, in} }

func asLater(err error) (later, bool) {
	var l later
	ok := errors.As(err, &l)
	return l, ok
}

type correlationKey struct{}

// WithCorrelation names what jobs enqueued under ctx come from: the id of a request.
func WithCorrelation(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, correlationKey{}, id)
}

// Correlation is the request that a job comes from, "" for none.
func Correlation(ctx context.Context) string {
	id, _ := ctx.Value(correlationKey{}).(string)
	return id
}
