package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/uptrace/bun"

	"ams/app/clock"
	"ams/jobs"
)

// How delivery is tried.
const (
	maxAttempts = 8
	firstPause  = 30 * time.Second
	longestWait = time.Hour
	usualPause  = time.Minute    // for a provider that does not say how long it is busy
	longestBusy = 24 * time.Hour // whatever a provider says
)

// Send is the job that delivers one message.
type Send struct{ Message string }

// Kind names the job in the queue.
func (Send) Kind() string { return "email.send" }

// Key lets one job wait for a message.
func (s Send) Key() string { return s.Message }

// Courier delivers what the outbox holds.
type Courier struct {
	db        *bun.DB
	clock     clock.Clock
	queue     *jobs.Queue
	transport Transport
	observe   func(template, outcome string)
}

// NewCourier delivers through one transport. observe hears what became of every try: sent, retried, put_off, failed or
// expired; nil for nobody.
func NewCourier(db *bun.DB, c clock.Clock, t Transport, observe func(template, outcome string)) *Courier {
	return &Courier{db: db, clock: c, transport: t, observe: observe}
}

// Jobs registers the delivery.
func (c *Courier) Jobs(r *jobs.Registry) {
	c.queue = jobs.NewQueue(r)
	jobs.Handle(r, c.deliver, jobs.Lane("mail"), jobs.Attempts(maxAttempts), jobs.Backoff(firstPause, longestWait))
}

// deliver is safe to run twice. The transport is called outside any transaction; a process that dies between its
// answer and the record sends the message again under the same id.
func (c *Courier) deliver(ctx context.Context, job Send) error {
	row, found, err := find(ctx, c.db, job.Message)
	if err != nil {
		return err
	}
	if !found {
		return jobs.Permanent(fmt.Errorf("message %s is no longer in the outbox", job.Message))
	}
	now := c.clock.Now()
	switch row.Status {
	case sent, cancelled, expired:
		return nil
	case failed: // somebody had the dead job run again
		row.Attempts = 0
	}
	switch {
	case row.ExpiresAt != nil && !now.Before(*row.ExpiresAt):
		row.Status = expired
		return c.note(ctx, c.db, row, nil)
	case row.HTML == "":
		return jobs.Permanent(fmt.Errorf("message %s has lost its text, which is kept for a week only", row.ID))
	}
	id, sendErr := c.transport.Send(ctx, row.message())
	partly, some := errors.AsType[*Partly](sendErr)
	if sendErr != nil && !some && errors.Is(ctx.Err(), context.Canceled) {
		return sendErr // the worker stops, which is nobody's failed attempt
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if some {
		return c.split(keep, row, id, partly, now)
	}
	return c.note(keep, c.db, row, c.judge(row, id, sendErr, now))
}

// split makes a message of its own for those who are left, and notes that the others have theirs: it is tried like any
// other one, and nobody gets it twice.
func (c *Courier) split(ctx context.Context, row *outboxRow, id string, partly *Partly, now time.Time) error {
	return c.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		held, found, err := hold(ctx, tx, row.ID) // somebody may have been forgotten since it was read
		if err != nil || !found || held.Status == sent || held.Status == cancelled {
			return err
		}
		held.Attempts = row.Attempts
		rest, err := held.rest(partly, now)
		if err != nil {
			return err
		}
		if len(rest.To) > 0 {
			slog.WarnContext(ctx, "some recipients are tried again later", "message", row.ID, "as", rest.ID, "recipients", len(rest.To), "error", partly.Err)
			if err := c.later(ctx, tx, rest); err != nil {
				return err
			}
		}
		if err := readdress(ctx, tx, held); err != nil {
			return err
		}
		return c.note(ctx, tx, held, c.judge(held, id, nil, now))
	})
}

func (c *Courier) later(ctx context.Context, tx bun.Tx, rest *outboxRow) error {
	if _, err := insert(ctx, tx, rest); err != nil {
		return err
	}
	if err := c.queue.Add(ctx, tx, Send{Message: rest.ID}, jobs.In(firstPause)); err != nil {
		return fmt.Errorf("queue message %s, the rest of another: %w", rest.ID, err)
	}
	return nil
}

// note records how a try ended, tells of it, and gives back what the queue is to do: nothing more about a message that
// was sent or cancelled meanwhile.
func (c *Courier) note(ctx context.Context, db bun.IDB, row *outboxRow, verdict error) error {
	stored, err := record(ctx, db, row)
	if err != nil {
		return err
	}
	if row.Status == sent {
		slog.InfoContext(ctx, "mail sent", "message", row.ID, "template", row.Template, "transport", row.Transport)
	}
	if c.observe != nil {
		c.observe(row.Template, outcome(row, verdict))
	}
	if !stored {
		return nil
	}
	return verdict
}

func outcome(row *outboxRow, verdict error) string {
	if row.Status != queued {
		return row.Status
	}
	if _, busy := errors.AsType[*Busy](verdict); busy {
		return "put_off"
	}
	return "retried"
}

// judge notes the outcome in the row and says what the queue is to do.
func (c *Courier) judge(row *outboxRow, id string, err error, now time.Time) error {
	row.Transport = c.transport.Name()
	if err == nil {
		row.Attempts++
		row.Status, row.SentAt, row.ProviderID, row.LastError = sent, &now, id, ""
		return nil
	}
	row.Status, row.LastError = queued, err.Error()
	err = fmt.Errorf("send message %s: %w", row.ID, err)
	if busy, ok := errors.AsType[*Busy](err); ok {
		return jobs.Later(pause(busy.After), err)
	}
	row.Attempts++
	if _, ok := errors.AsType[*Rejected](err); ok {
		row.Status = failed
		return jobs.Permanent(err)
	}
	if row.Attempts >= maxAttempts {
		row.Status = failed
	}
	return err
}

func pause(asked time.Duration) time.Duration {
	if asked <= 0 {
		return usualPause
	}
	return min(asked, longestBusy)
}
