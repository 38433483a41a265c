// Package jobs is the durable queue: typed jobs that are added in the caller's transaction and worked off by workers.
//
// It runs on gue, which holds a job's row locked in a transaction of its own while the job runs and ends it together
// with the verdict. A worker that dies therefore frees its jobs at once, and a job may run twice: handlers open their
// own transactions, never see the queue's, and must be safe to repeat.
//
// Run times, time limits and schedules go by the machine's clock only. Callers pass delays, so that the queue does not
// care which day the application's clock shows.
package jobs

import (
	"context"
	"errors"
	"time"
)

// Args are what a job is told: ids, never texts, addresses or secrets. They travel as JSON. Args that also have
// Key() string let at most one job of their kind wait for each key, the empty one included. The key is free again when
// the job starts, so that an event during its run causes another one.
type Args interface {
	// Kind names the job in the queue, "billing.raise_invoice".
	Kind() string
}

type keyed interface{ Key() string }

// keyOf is "" for args without a key.
func keyOf(a Args) string {
	if k, ok := a.(keyed); ok {
		return a.Kind() + ":" + k.Key()
	}
	return ""
}

type permanentError struct{ error }

func (e permanentError) Unwrap() error { return e.error }

// Permanent says that trying again is useless: the job goes to the dead jobs at once. Permanent(nil) is nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanentError{err}
}

// What Later makes of an unknown and of a very long delay.
const (
	usualDelay   = time.Minute
	longestDelay = 24 * time.Hour
)

type laterError struct {
	error
	in     time.Duration
	counts bool
}

func (e laterError) Unwrap() error { return e.error }

// Later puts the job off without counting an attempt, for services that ask for a pause: a minute where d is not
// positive, a day at most.
func Later(d time.Duration, err error) error {
	if err == nil {
		err = errors.New("put off")
	}
	if d <= 0 {
		d = usualDelay
	}
	return laterError{error: err, in: min(d, longestDelay)}
}

// After counts the run as a failed attempt, as a plain error does, and lets the handler choose the pause: for handlers
// that show people when they will try again.
func After(d time.Duration, err error) error {
	later, _ := Later(d, err).(laterError)
	later.counts = true
	return later
}

type (
	correlationKey struct{}
	kindKey        struct{}
)

// WithCorrelation names the request that is being served. The jobs it adds, and those that they add, carry the name.
func WithCorrelation(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, correlationKey{}, id)
}

// Correlation is the name of the request that ctx serves or that caused the running job, "" when there is none.
func Correlation(ctx context.Context) string {
	id, _ := ctx.Value(correlationKey{}).(string)
	return id
}

func withKind(ctx context.Context, kind string) context.Context {
	return context.WithValue(ctx, kindKey{}, kind)
}

// Running is the kind of the job that ctx works for, "" when it works for none.
func Running(ctx context.Context) string {
	kind, _ := ctx.Value(kindKey{}).(string)
	return kind
}
