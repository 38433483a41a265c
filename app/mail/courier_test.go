package mail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"ams/app/lang"
	"ams/app/mail"
	"ams/jobs"
)

// again queues the delivery of the only message once more.
func (b *bundle) again(t *testing.T) {
	t.Helper()
	err := b.db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		var id string
		if err := tx.NewSelect().Table("email_messages").Column("id").Scan(ctx, &id); err != nil {
			return err
		}
		return b.queue.Add(ctx, tx, mail.Send{Message: id})
	})
	if err != nil {
		t.Fatalf("queue again: %v", err)
	}
}

func (b *bundle) write(t *testing.T, opts ...mail.Option) {
	t.Helper()
	b.mustAdd(t, b.confirm.To("mere@example.org", lang.EN, confirmation{"Mere", link, 3}, opts...))
}

// ready lets what waits run at once: run times are the machine's.
func (b *bundle) ready(t *testing.T) {
	t.Helper()
	if _, err := b.db.ExecContext(t.Context(), `UPDATE gue_jobs SET run_at = run_at - interval '2 hours'`); err != nil {
		t.Fatal(err)
	}
}

func TestDelivery(t *testing.T) {
	t.Parallel()
	t.Run("OnceThoughTheJobRunsTwice", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.write(t)
		b.drain(t)
		b.again(t)
		b.drain(t)
		m := b.transport.only(t)
		want := row{Status: "sent", ProviderMessageID: "at-provider-" + m.ID, Transport: "fake", Attempts: 1}
		if diff := cmp.Diff(want, b.row(t)); diff != "" {
			t.Errorf("row after two runs (-want +got):\n%s", diff)
		}
		if waiting, dead := b.count(t, waitingJobs), b.count(t, deadJobs); waiting != 0 || dead != 0 {
			t.Errorf("waiting, dead jobs = %d, %d, want 0, 0", waiting, dead)
		}
		if n := b.count(t, `SELECT count(*) FROM email_messages WHERE sent_at = '2026-03-03 09:00Z' AND created_at = sent_at`); n != 1 {
			t.Error("created_at and sent_at are not the clock's now")
		}
	})
	t.Run("AfterATemporaryFailureUnderTheSameID", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.transport.answer = []error{errors.New("connection reset\x00 by ā peer")}
		b.write(t)
		b.drain(t)
		if r := b.row(t); r.Status != "queued" || r.Attempts != 1 || r.LastError != "connection reset by ā peer" || r.Text == "" {
			t.Errorf("row after a failure = %+v, want queued, 1 attempt, the error, the text", r)
		}
		b.ready(t)
		b.drain(t)
		if n := len(b.transport.got); n != 2 || b.transport.got[0].ID != b.transport.got[1].ID {
			t.Fatalf("attempts = %d, want 2 under one id", n)
		}
		if r := b.row(t); r.Status != "sent" || r.Attempts != 2 || r.LastError != "" {
			t.Errorf("row = %+v, want sent, 2 attempts, no error", r)
		}
	})
	t.Run("PermanentFailureIsDead", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.transport.answer = []error{fmt.Errorf("fake: %w", &mail.Rejected{Err: errors.New("no such domain")})}
		b.write(t)
		b.drain(t)
		if dead, waiting := b.count(t, deadJobs), b.count(t, waitingJobs); dead != 1 || waiting != 0 {
			t.Errorf("dead, waiting jobs = %d, %d, want 1, 0", dead, waiting)
		}
		if r := b.row(t); r.Status != "failed" || r.Attempts != 1 || !strings.Contains(r.LastError, "no such domain") || r.Text == "" {
			t.Errorf("row = %+v, want failed with reason and text", r)
		}
		b.again(t)
		b.drain(t)
		if r := b.row(t); r.Status != "sent" || r.Attempts != 1 || r.Text != "" {
			t.Errorf("row after running the dead job again = %+v, want sent, counted anew", r)
		}
	})
	t.Run("AttemptsEnd", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		for range 8 {
			b.transport.answer = append(b.transport.answer, errors.New("down"))
		}
		b.write(t)
		for range 8 {
			b.drain(t)
			b.ready(t)
		}
		if dead, waiting := b.count(t, deadJobs), b.count(t, waitingJobs); dead != 1 || waiting != 0 {
			t.Errorf("dead, waiting jobs = %d, %d, want 1, 0", dead, waiting)
		}
		if r := b.row(t); r.Status != "failed" || r.Attempts != 8 || len(b.transport.got) != 8 {
			t.Errorf("row = %+v after %d attempts, want failed after 8", r, len(b.transport.got))
		}
	})
	t.Run("RateLimitIsLaterAndNoAttempt", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.transport.answer = []error{fmt.Errorf("fake: %w", &mail.Busy{After: 40 * time.Minute})}
		b.write(t)
		before := time.Now()
		b.drain(t)
		if r := b.row(t); r.Status != "queued" || r.Attempts != 0 || r.LastError == "" {
			t.Errorf("row = %+v, want queued, no attempt, the reason", r)
		}
		var at time.Time
		if err := b.db.QueryRowContext(t.Context(), `SELECT run_at FROM gue_jobs`).Scan(&at); err != nil {
			t.Fatal(err)
		}
		if wait := at.Sub(before); wait < 39*time.Minute || wait > 46*time.Minute {
			t.Errorf("runs again in %s, want about 40 minutes", wait)
		}
		b.ready(t)
		b.drain(t)
		if r := b.row(t); r.Status != "sent" || r.Attempts != 1 {
			t.Errorf("row = %+v, want sent at the first attempt", r)
		}
	})
	t.Run("WhatAnotherRunSentStaysSent", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.transport.answer = []error{errors.New("connection lost")}
		b.transport.during = func() {
			const other = `UPDATE email_messages SET status = 'sent', sent_at = now(), html = '', text = ''`
			if _, err := b.db.ExecContext(t.Context(), other); err != nil {
				t.Error(err)
			}
		}
		b.write(t)
		b.drain(t)
		b.ready(t)
		b.drain(t)
		if r := b.row(t); r.Status != "sent" || r.Text != "" || len(b.transport.got) != 1 {
			t.Errorf("row = %+v after %d attempts, want sent, blank, after 1", r, len(b.transport.got))
		}
	})
	t.Run("WhoeverHasItGetsItOnceThoughTheWorkerStopsMeanwhile", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.transport.answer = []error{&mail.Partly{Left: []string{"hemi@example.org"}, Err: errors.New("mailbox busy")}}
		ctx, stop := context.WithCancel(t.Context())
		b.transport.during = stop
		b.mustAdd(t, b.confirm.ToAll([]string{"mere@example.org", "hemi@example.org"}, lang.EN, confirmation{"Mere", link, 3}))
		_, _ = jobs.Drain(ctx, b.db.DB, b.registry)
		for range 2 {
			b.ready(t)
			b.drain(t)
		}
		var got []string
		for _, m := range b.transport.got {
			got = append(got, strings.Join(m.To, " "))
		}
		if diff := cmp.Diff([]string{"mere@example.org hemi@example.org", "hemi@example.org"}, got); diff != "" {
			t.Errorf("handed over to (-want +got):\n%s", diff)
		}
	})
	t.Run("NotAfterTheLinkExpired", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.transport.answer = []error{errors.New("down")}
		b.write(t, mail.Until(instant().Add(72*time.Hour)))
		b.drain(t)
		b.clock.at = instant().Add(72 * time.Hour)
		b.ready(t)
		b.drain(t)
		if r := b.row(t); r.Status != "expired" || r.Text != "" || r.HTML != "" || len(b.transport.got) != 1 {
			t.Errorf("row = %+v after %d attempts, want expired and blank after 1", r, len(b.transport.got))
		}
	})
	t.Run("ErrGone", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.write(t)
		if _, err := b.db.ExecContext(t.Context(), `DELETE FROM email_messages`); err != nil {
			t.Fatal(err)
		}
		b.drain(t)
		if n := b.count(t, deadJobs); n != 1 || len(b.transport.got) != 0 {
			t.Errorf("dead jobs, messages = %d, %d, want 1, 0", n, len(b.transport.got))
		}
	})
}

// Each try is told of with what became of it, for those who count.
func TestTriesAreTold(t *testing.T) {
	t.Parallel()
	const letter = "account_email_confirmation "
	b := setup(t)
	b.transport.answer = []error{errors.New("down"), &mail.Busy{}, nil, &mail.Rejected{Err: errors.New("no")}, errors.New("down")}
	b.write(t)
	for range 3 {
		b.drain(t)
		b.ready(t)
	}
	b.write(t)
	b.drain(t)
	b.write(t, mail.Until(instant().Add(time.Hour)))
	b.drain(t)
	b.clock.at = instant().Add(time.Hour)
	b.ready(t)
	b.drain(t)
	want := []string{letter + "retried", letter + "put_off", letter + "sent", letter + "failed", letter + "retried", letter + "expired"}
	if diff := cmp.Diff(want, b.tries); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

func TestPurge(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		answer error
		until  time.Duration
		after  time.Duration
		status string
		text   bool
	}{
		"QueuedStays":     {errors.New("down"), 3 * day, 3*day - time.Second, "queued", true},
		"QueuedExpires":   {errors.New("down"), 3 * day, 3 * day, "expired", false},
		"FailedStays":     {&mail.Rejected{Err: errors.New("no")}, 30 * day, 7 * day, "failed", true},
		"FailedIsBlanked": {&mail.Rejected{Err: errors.New("no")}, 30 * day, 7*day + time.Second, "failed", false},
		"FailedExpires":   {&mail.Rejected{Err: errors.New("no")}, 3 * day, 4 * day, "expired", false},
		"SentStays":       {nil, 3 * day, 90 * day, "sent", false},
		"SentIsForgotten": {nil, 3 * day, 90*day + time.Second, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.transport.answer = []error{c.answer}
			b.write(t, mail.Until(instant().Add(c.until)))
			b.drain(t)
			if err := mail.Purge(t.Context(), b.db, instant().Add(c.after)); err != nil {
				t.Fatalf("Purge: %v", err)
			}
			if c.status == "" {
				if n := b.count(t, messages); n != 0 {
					t.Errorf("rows = %d, want 0", n)
				}
				return
			}
			if r := b.row(t); r.Status != c.status || (r.Text != "") != c.text {
				t.Errorf("row = %+v, want %s, text kept: %t", r, c.status, c.text)
			}
		})
	}
	t.Run("BlankedIsNotSent", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.transport.answer = []error{&mail.Rejected{Err: errors.New("no")}}
		b.write(t)
		b.drain(t)
		if err := mail.Purge(t.Context(), b.db, instant().Add(8*day)); err != nil {
			t.Fatalf("Purge: %v", err)
		}
		b.again(t)
		b.drain(t)
		if n := b.count(t, deadJobs); n != 2 || len(b.transport.got) != 1 {
			t.Errorf("dead jobs, attempts = %d, %d, want 2, 1", n, len(b.transport.got))
		}
	})
}

// TestSecrets holds the logs to the rule that no link leaves the letter. It replaces the process's logger, so it does
// not run beside others.
func TestSecrets(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	defer slog.SetDefault(before)
	b := setup(t)
	b.transport.answer = []error{errors.New("down"), nil}
	b.write(t)
	b.drain(t)
	b.ready(t)
	b.drain(t)
	if b.row(t).Status != "sent" || !strings.Contains(log.String(), "mail sent") {
		t.Fatalf("message not sent, or not logged: %s", log.String())
	}
	for _, secret := range []string{"confirm-email", "mere@example.org"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("log holds %q: %s", secret, log.String())
		}
	}
}
