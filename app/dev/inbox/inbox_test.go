package inbox_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"ams/app/clock"
	"ams/app/dev/inbox"
	"ams/app/fault"
	"ams/app/mail"
)

func instant() time.Time { return time.Date(2026, 3, 3, 22, 0, 0, 0, clock.Zone()) }

func open(t *testing.T, dir string) *inbox.Inbox {
	t.Helper()
	in, err := inbox.Open(dir, clock.Fixed(instant()))
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return in
}

func message(t *testing.T, subject string) mail.Message {
	t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	return mail.Message{
		ID: id.String(), From: "Ngā Kaiako <noreply@example.org>", To: []string{"mere@example.org", "tama@example.org"},
		ReplyTo: "office@example.org", Subject: subject, Language: "mi", HTML: "<p>Tēnā koe &amp; nau mai</p>", Text: "Tēnā koe & nau mai",
	}
}

func send(t *testing.T, in *inbox.Inbox, m mail.Message) {
	t.Helper()
	if id, err := in.Send(t.Context(), m); err != nil || id != m.ID {
		t.Fatalf("Send = %q, %v, want %q, nil", id, err, m.ID)
	}
}

func TestInbox(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mail") // the worker's and the web process's view of one folder
	worker, web := open(t, dir), open(t, dir)
	m := message(t, "Nau mai, haere mai")
	send(t, worker, m)
	want := inbox.Entry{
		ID: m.ID, To: "mere@example.org, tama@example.org", From: m.From, Subject: m.Subject, Text: m.Text, HTML: m.HTML,
		Language: "mi", SentAt: instant().UTC(),
	}
	got, err := web.List(t.Context(), 10)
	if diff := cmp.Diff([]inbox.Entry{want}, got); err != nil || diff != "" {
		t.Errorf("List, %v (-want +got):\n%s", err, diff)
	}
	one, err := web.Message(t.Context(), m.ID)
	wantOne := inbox.Message{Entry: want, Headers: []mail.Header{
		{Name: "From", Value: m.From},
		{Name: "To", Value: want.To},
		{Name: "Subject", Value: m.Subject},
		{Name: "Message-Id", Value: "<" + m.ID + "@example.org>"},
		{Name: "Auto-Submitted", Value: "auto-generated"},
		{Name: "Content-Language", Value: "mi"},
		{Name: "Reply-To", Value: "office@example.org"},
	}}
	if diff := cmp.Diff(wantOne, one); err != nil || diff != "" {
		t.Errorf("Message, %v (-want +got):\n%s", err, diff)
	}
	keys := map[string]any{}
	if raw, err := json.Marshal(got[0]); err != nil || json.Unmarshal(raw, &keys) != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"id", "to", "from", "subject", "text", "html", "language", "sent_at"} {
		if keys[key] == nil {
			t.Errorf("entry has no %q for programs: %v", key, keys)
		}
	}
	if len(keys) != 8 {
		t.Errorf("entry has %d fields for programs, want 8: %v", len(keys), keys)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	in := open(t, t.TempDir())
	if got, err := in.List(t.Context(), 10); err != nil || got == nil || len(got) != 0 {
		t.Errorf("List of an empty inbox = %#v, %v, want an empty list", got, err)
	}
	for i := range 5 {
		send(t, in, message(t, fmt.Sprint(i)))
	}
	got, err := in.List(t.Context(), 3)
	subjects := ""
	for _, e := range got {
		subjects += e.Subject
	}
	if err != nil || subjects != "432" {
		t.Errorf("List(3) = %q, %v, want the newest first: 432", subjects, err)
	}
}

func TestSendTwice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := open(t, dir)
	m := message(t, "once")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := in.Send(t.Context(), m); err != nil {
				t.Errorf("Send: %v", err)
			}
		})
	}
	all.Wait()
	if got, err := in.List(t.Context(), 10); err != nil || len(got) != 1 {
		t.Errorf("List = %d messages, %v, want 1", len(got), err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("files = %v, %v, want the message alone", files, err)
	}
}

func TestMessage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := open(t, filepath.Join(dir, "mail"))
	if err := os.WriteFile(filepath.Join(dir, "secret.json"), []byte(`{}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{
		"", "x", "../secret", "..%2fsecret", uuid.NewString(), strings.ToUpper(uuid.NewString()), "{" + uuid.NewString() + "}", "a\x00b",
	} {
		if _, err := in.Message(t.Context(), id); fault.KindOf(err) != fault.Missing {
			t.Errorf("Message(%q) = %v, want fault.Missing", id, err)
		}
	}
	if _, err := in.Send(t.Context(), mail.Message{ID: "../secret"}); err == nil {
		t.Error("Send under an id that leads out of the folder: got no error")
	}
	if err := os.WriteFile(filepath.Join(dir, "mail", uuid.NewString()+".json"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := in.List(t.Context(), 10); err == nil {
		t.Error("List with a broken file: got no error")
	}
}
