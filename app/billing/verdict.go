package billing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"ams/jobs"
)

// How long a provider that fails is asked (spec §2.4, decision 57), by the application's clock.
const (
	firstPause   = 15 * time.Second
	longestPause = 30 * time.Minute
	alertAfter   = 24 * time.Hour
	alertedPause = time.Hour
	giveUpAfter  = 7 * 24 * time.Hour
	usualBusy    = time.Minute
	longestBusy  = 24 * time.Hour
	// queueLimit lies beyond giveUpAfter, so that the queue never buries a job whose purchase still waits.
	queueLimit = 14 * 24 * time.Hour
)

// verdict notes in the purchase how a run ended and tells the queue what to do. Pages read the purchase, not the queue.
func (s *Service) verdict(ctx context.Context, p Purchase, err error) error {
	switch {
	case errors.Is(err, errOvertaken):
		return nil
	case errors.Is(err, errUnsettled): // nobody's failed attempt, either
		return jobs.Later(settling, err)
	case err == nil, errors.Is(ctx.Err(), context.Canceled): // the worker stops, which is nobody's failed attempt
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteLimit)
	defer cancel()
	now := s.clock.Now()
	end, ends := errors.AsType[*final](err)
	switch {
	case ends && p.State == stateWaiting:
		return s.giveUp(ctx, p, end, now)
	case ends: // a failed one, looked at again for a cancelled membership
		return jobs.Permanent(err)
	case p.State != stateWaiting:
		return err
	}
	if p.FirstAttemptAt == nil {
		p.FirstAttemptAt = &now
	}
	if busy, ok := errors.AsType[*Busy](err); ok {
		pause := busy.pause()
		later := p.FirstAttemptAt.Add(pause) // a wait that was asked for is no failure
		p.FirstAttemptAt = &later
		return s.again(ctx, p, now.Add(pause), jobs.Later(pause, err))
	}
	failing := now.Sub(*p.FirstAttemptAt)
	if failing >= giveUpAfter {
		return s.giveUp(ctx, p, &final{code: failedAway, text: err.Error()}, now)
	}
	p.Attempts++
	p.FailureText = storable(err.Error())
	pause := pauseAfter(p.Attempts)
	if failing >= alertAfter {
		pause = alertedPause
		if p.AlertedAt == nil {
			return s.alert(ctx, p, now, pause, err)
		}
	}
	return s.again(ctx, p, now.Add(pause), jobs.After(pause, err))
}

// pauseAfter doubles with each failure and varies by a tenth.
func pauseAfter(failed int) time.Duration {
	const mostDoublings = 7 // 15 s become 32 min
	d := min(firstPause<<min(failed-1, mostDoublings), longestPause)
	return time.Duration(float64(d) * (0.9 + 0.2*rand.Float64()))
}

func (s *Service) again(ctx context.Context, p Purchase, next time.Time, decided error) error {
	p.NextAttemptAt = &next
	err := change(ctx, s.db, p, stateWaiting, "attempts", "first_attempt_at", "next_attempt_at", "alerted_at", "failure_text")
	return noted(err, decided)
}

// alert tells staff and the buyer of an outage, once; the job goes on.
func (s *Service) alert(ctx context.Context, p Purchase, now time.Time, pause time.Duration, cause error) error {
	slog.ErrorContext(ctx, "no invoice for a day", "purchase", p.UUID, "attempts", p.Attempts, "error", cause)
	next := now.Add(pause)
	p.AlertedAt, p.NextAttemptAt = &now, &next
	err := s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		err := change(ctx, tx, p, stateWaiting, "attempts", "first_attempt_at", "next_attempt_at", "alerted_at", "failure_text")
		if err != nil {
			return err
		}
		return s.tellOfFailure(ctx, tx, p)
	})
	return noted(err, jobs.After(pause, cause))
}

// noted is what the queue is told once the purchase says how the run ended: nothing more where another run has decided
// about the purchase meanwhile.
func noted(err, decided error) error {
	switch {
	case errors.Is(err, errOvertaken):
		return nil
	case err != nil:
		return err
	}
	return decided
}

// storable makes of a provider's words a text that the database takes.
func storable(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
}

// giveUp ends the purchase's job for good: a dead letter, and staff and buyer are told.
func (s *Service) giveUp(ctx context.Context, p Purchase, end *final, now time.Time) error {
	p.State, p.FailureCode, p.FailureText, p.FailedAt, p.NextAttemptAt = stateFailed, end.code, storable(end.text), &now, nil
	if end.code == failedRefused {
		p.SentAt = nil // a definite no: the provider holds nothing
	}
	p.Attempts++
	if p.FirstAttemptAt == nil {
		p.FirstAttemptAt = &now
	}
	err := s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		err := change(ctx, tx, p, stateWaiting, "invoice_state", "failure_code", "failure_text", "failed_at", "next_attempt_at",
			"sent_at", "attempts", "first_attempt_at")
		if err != nil {
			return err
		}
		return s.tellOfFailure(ctx, tx, p)
	})
	return noted(err, jobs.Permanent(fmt.Errorf("purchase %s has no invoice: %w", p.UUID, end)))
}
