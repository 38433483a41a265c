package mail_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ams/app/lang"
	"ams/app/mail"
)

const mere, hemi = "mere@example.org", "hemi@example.org"

// remains is what the outbox still says of a message.
type remains struct {
	Status, Subject, HTML, Text, LastError string
	Recipients                             []string `bun:",array"`
}

func (b *bundle) remains(t *testing.T) (all []remains) {
	t.Helper()
	err := b.db.NewSelect().Table("email_messages").Column("status", "subject", "html", "text", "last_error", "recipients").
		Order("id").Scan(t.Context(), &all)
	if err != nil {
		t.Fatalf("read the outbox: %v", err)
	}
	return all
}

// Whoever is forgotten while a letter is on its way stays forgotten, however that ends.
func TestForgottenOnTheWay(t *testing.T) {
	t.Parallel()
	const person = 7
	// begin has a letter on its way to those people while mere is forgotten; it ends with that answer of the provider.
	begin := func(t *testing.T, to []string, answer error, about string, opts ...mail.Option) *bundle {
		t.Helper()
		b := setup(t)
		if _, err := b.db.ExecContext(t.Context(), `INSERT INTO users (id, uuid, username, email, password, date_joined) VALUES (7, gen_random_uuid(), 'mere', 'mere@example.org', '', now())`); err != nil {
			t.Fatal(err)
		}
		b.transport.answer = []error{answer}
		b.transport.during = func() {
			b.transport.during = nil
			if err := mail.ForgetPerson(t.Context(), b.db, person, []string{mere}); err != nil {
				t.Error(err)
			}
		}
		b.mustAdd(t, b.confirm.ToAll(to, lang.EN, confirmation{"Mere", link, 3}, opts...))
		if about != "" {
			if _, err := b.db.ExecContext(t.Context(), `UPDATE email_messages SET template_id = ?`, about); err != nil {
				t.Fatal(err)
			}
		}
		b.drain(t)
		return b
	}
	for name, answer := range map[string]error{
		"Sent": nil, "Failed": errors.New("mailbox of mere busy"), "ErrRejected": &mail.Rejected{Err: errors.New("no mere here")},
		"Partly": &mail.Partly{Left: []string{mere}, Err: errors.New("mailbox of mere busy")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := begin(t, []string{mere}, answer, "", mail.User(person))
			b.ready(t)
			b.drain(t)
			if diff := cmp.Diff([]remains{{Status: "cancelled", Recipients: []string{""}}}, b.remains(t)); diff != "" {
				t.Errorf("what the outbox still says (-want +got):\n%s", diff)
			}
			if n, waiting := len(b.transport.got), b.count(t, waitingJobs); n != 1 || waiting != 0 {
				t.Errorf("handed over %d times, %d jobs wait, want once and none", n, waiting)
			}
		})
	}
	t.Run("OneOfSeveral", func(t *testing.T) {
		t.Parallel()
		b := begin(t, []string{mere, hemi}, errors.New("down"), "")
		b.ready(t)
		b.drain(t)
		if got := b.transport.got[1].To; !cmp.Equal(got, []string{hemi}) {
			t.Errorf("tried again to %q, want %s alone", got, hemi)
		}
	})
	for name, c := range map[string]struct {
		left     []string
		has      string // who is said to have it
		messages int
	}{
		"TheForgottenIsLeft": {[]string{mere}, hemi, 1}, "AnotherIsLeft": {[]string{hemi}, "", 2}, "BothAreLeft": {[]string{mere, hemi}, "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := begin(t, []string{mere, hemi}, &mail.Partly{Left: c.left, Err: errors.New("busy")}, "")
			b.ready(t)
			b.drain(t)
			all := b.remains(t)
			if len(all) != c.messages || !cmp.Equal(all[0].Recipients, []string{c.has}) {
				t.Errorf("outbox = %+v, want %d messages, the first to %q", all, c.messages, c.has)
			}
			for _, m := range b.transport.got[1:] {
				if !cmp.Equal(m.To, []string{hemi}) {
					t.Errorf("tried again to %q, want %s alone", m.To, hemi)
				}
			}
		})
	}
	t.Run("WhatStaffAreTold", func(t *testing.T) {
		t.Parallel()
		b := begin(t, []string{hemi}, nil, "staff_erasure_requested", mail.User(person))
		if diff := cmp.Diff([]remains{{Status: "sent", Recipients: []string{""}}}, b.remains(t)); diff != "" {
			t.Errorf("what the outbox still says (-want +got):\n%s", diff)
		}
	})
}
