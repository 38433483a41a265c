package mail_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/uptrace/bun"

	"ams/app/lang"
	"ams/app/mail"
)

const (
	waitingJobs = `SELECT count(*) FROM gue_jobs WHERE job_type = 'email.send'`
	deadJobs    = `SELECT count(*) FROM dead_jobs WHERE type = 'email.send'`
	messages    = `SELECT count(*) FROM email_messages`
)

func TestAdd(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.mustAdd(t, b.confirm.To("mere@example.org", lang.EN, confirmation{"Mere", link, 3}))
		if rows, queued := b.count(t, messages), b.count(t, waitingJobs); rows != 1 || queued != 1 {
			t.Errorf("rows, jobs = %d, %d, want 1, 1", rows, queued)
		}
		if got := b.count(t, `SELECT count(*) FROM gue_jobs WHERE convert_from(args, 'UTF8') LIKE '%confirm-email%'`); got != 0 {
			t.Error("the job's arguments hold the secret link")
		}
	})
	t.Run("RolledBack", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		stop := errors.New("stop")
		err := b.db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
			if err := b.post.Add(ctx, tx, b.confirm.To("mere@example.org", lang.EN, confirmation{"Mere", link, 3})); err != nil {
				t.Fatalf("Add: %v", err)
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatalf("RunInTx = %v, want %v", err, stop)
		}
		if rows, queued := b.count(t, messages), b.count(t, waitingJobs); rows != 0 || queued != 0 {
			t.Errorf("rows, jobs = %d, %d, want 0, 0", rows, queued)
		}
	})
	t.Run("ErrLanguage", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		if err := b.add(t, b.confirm.To("mere@example.org", "fr", confirmation{})); err == nil {
			t.Error("Add in a language without templates: got no error")
		}
	})
	t.Run("ErrAssociation", func(t *testing.T) {
		t.Parallel()
		cause := errors.New("no database")
		b := setup(t, func(c *mail.Config) {
			c.Association = func(context.Context, bun.IDB, lang.Locale) (string, error) { return "", cause }
		})
		if err := b.add(t, b.confirm.To("mere@example.org", lang.EN, confirmation{})); !errors.Is(err, cause) {
			t.Errorf("Add = %v, want %v", err, cause)
		}
	})
}

func TestRecipients(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, address := range []string{
		"mere", "mere@example.org\r\nBcc: all@example.org", "mere@example.org\n", "\tmere@example.org",
		"Mere <mere@example.org>", "mere@example.org, tama@example.org", "mere@example.org;tama@example.org",
		`"mere"@example.org`, "mere@example.org (x)", "mere@", "@example.org", "mere@example.org\x00",
		"me\u2028re@example.org", "me\u0085re@example.org", "me\u009bre@example.org",
	} {
		// No error: the act that the letter tells of happens all the same.
		if err := b.add(t, b.confirm.To(address, lang.EN, confirmation{"Mere", link, 3})); err != nil {
			t.Errorf("To(%q): %v", address, err)
		}
	}
	if n := b.count(t, messages); n != 0 {
		t.Errorf("messages to hostile addresses: %d, want 0", n)
	}
	for _, address := range []string{"mere@example.org", "o'brien+ams@example.co.nz", "noreply@localhost", "kōrero@example.org"} {
		if err := b.add(t, b.confirm.To(address, lang.EN, confirmation{"Mere", link, 3})); err != nil {
			t.Errorf("To(%q): %v", address, err)
		}
	}
}

func TestSeveralRecipients(t *testing.T) {
	t.Parallel()
	facts := confirmation{"Mere", link, 3}
	t.Run("OK", func(t *testing.T) { // blanks and repetitions are left out
		t.Parallel()
		b := setup(t)
		b.mustAdd(t, b.confirm.ToAll([]string{"mere@example.org", "", "tama@example.org", " ", "MERE@example.org"}, lang.EN, facts))
		b.drain(t)
		if to := b.transport.only(t).To; strings.Join(to, " ") != "mere@example.org tama@example.org" {
			t.Errorf("recipients = %v, want Mere and Tama once each", to)
		}
	})
	t.Run("Nobody", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.mustAdd(t, b.confirm.ToAll([]string{"", " "}, lang.EN, facts))
		b.mustAdd(t, b.confirm.To("", lang.EN, facts))
		if n := b.count(t, messages); n != 0 {
			t.Errorf("%d messages to nobody, want none", n)
		}
	})
	t.Run("One that is no address keeps it from nobody else", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.mustAdd(t, b.confirm.ToAll([]string{"root", "mere@example.org", "tama\nBcc: all@example.org"}, lang.EN, facts))
		b.drain(t)
		if to := b.transport.only(t).To; strings.Join(to, " ") != "mere@example.org" {
			t.Errorf("recipients = %v, want Mere alone", to)
		}
	})
}

func TestOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	facts := confirmation{"Mere", link, 3}
	for _, event := range []string{"a", "a", "b"} {
		b.mustAdd(t, b.confirm.To("mere@example.org", lang.EN, facts, mail.Once(event), mail.From("billing@example.org")))
	}
	b.drain(t)
	if n := b.count(t, messages); n != 2 {
		t.Errorf("%d messages about two events, want 2", n)
	}
	if n := b.count(t, `SELECT count(*) FROM email_messages WHERE "from" = 'billing@example.org' AND status = 'sent'`); n != 2 {
		t.Errorf("%d messages sent by the sender that was asked for, want 2", n)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change        func(*mail.Config)
		subject, from string
	}{
		"Plain": {func(*mail.Config) {}, "[Kaiako] Confirm your e-mail address", "Ngā Kaiako <noreply@example.org>"},
		"Quoted": {
			func(c *mail.Config) {
				c.From = `"Kaiako, \"Inc\"; Ā" <noreply@example.org>`
				c.ReplyTo = "Office <office@example.org>"
			},
			"[Kaiako] Confirm your e-mail address", `"Kaiako, \"Inc\"; Ā" <noreply@example.org>`,
		},
		"Bare": {
			func(c *mail.Config) { c.From, c.SubjectPrefix = "noreply@example.org", "" },
			"Confirm your e-mail address", "noreply@example.org",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, c.change)
			b.mustAdd(t, b.confirm.To("mere@example.org", lang.EN, confirmation{"Mere\r\nBcc: all@example.org", link, 3}))
			b.drain(t)
			m := b.transport.only(t)
			if m.Subject != c.subject || m.From != c.from {
				t.Errorf("subject, from = %q, %q, want %q, %q", m.Subject, m.From, c.subject, c.from)
			}
			for _, h := range m.Headers() {
				if strings.ContainsAny(h.Name+h.Value, "\r\n") {
					t.Errorf("header %q breaks its line", h)
				}
			}
		})
	}
	t.Run("HostileSubject", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		cfg := config()
		cfg.Association = func(context.Context, bun.IDB, lang.Locale) (string, error) {
			return "Evil\r\nBcc: all@example.org\u2028\x00Ā", nil
		}
		var err error
		b.post, err = mail.New(cfg, b.clock, b.queue, fstest.MapFS{
			"mail/invited.txt":  {Data: []byte(`{{define "invited#subject"}}{{.Facts.By}} invites you to {{.Site.Name}}{{end}}`)},
			"mail/invited.html": {Data: []byte(`<h1>{{.Subject}}</h1>`)},
		}, words{code: "en"})
		if err != nil {
			t.Fatalf("New: %v", err)
		}
		type invitation struct{ By string }
		letter := mail.Bind[invitation](b.post, "invited")
		b.mustAdd(t, letter.To("mere@example.org", lang.EN, invitation{"Tū\r\nX: y\u0085& Co"}))
		b.drain(t)
		if got, want := b.transport.only(t).Subject, "Tū X: y & Co invites you to Evil Bcc: all@example.org Ā"; got != want {
			t.Errorf("subject = %q, want %q", got, want)
		}
	})
	t.Run("NameIsNeverBlank", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(c *mail.Config) {
			c.Association = func(context.Context, bun.IDB, lang.Locale) (string, error) { return " ", nil }
		})
		b.mustAdd(t, b.exists.To("mere@example.org", lang.EN, alreadyExists{"Mere", "https://example.org/en/", "https://example.org/en/reset/"}))
		b.drain(t)
		if text := b.transport.only(t).Text; !strings.Contains(text, "sign up at example.org with") {
			t.Errorf("text part names no association:\n%s", text)
		}
	})
}
