// Package inbox is where mail of the development and test profiles ends: a folder with one file for each message, which
// the web process reads and the worker writes, whether they are one process or two.
package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"ams/app/clock"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/mail"
)

const suffix = ".json"

// Entry is a message as programs read it.
type Entry struct {
	ID       string    `json:"id"`
	To       string    `json:"to"` // several addresses are separated by commas
	From     string    `json:"from"`
	Subject  string    `json:"subject"`
	Text     string    `json:"text"`
	HTML     string    `json:"html"`
	Language string    `json:"language"`
	SentAt   time.Time `json:"sent_at"`
}

// Message is an entry with the head of the message.
type Message struct {
	Entry
	Headers []mail.Header `json:"headers"`
}

// Inbox keeps messages in a folder. It is a mail.Transport.
type Inbox struct {
	dir   string
	clock clock.Clock
}

// Open makes the folder where it is missing.
func Open(dir string, c clock.Clock) (*Inbox, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open inbox: %w", err)
	}
	return &Inbox{dir: dir, clock: c}, nil
}

// Name is what the outbox notes.
func (*Inbox) Name() string { return "inbox" }

// Send keeps the message; one that is there already stays as it is. Readers never see half a file.
func (in *Inbox) Send(_ context.Context, m mail.Message) (string, error) {
	path, err := in.path(m.ID)
	if err != nil {
		return "", &mail.Rejected{Err: err}
	}
	kept := Message{
		Entry: Entry{
			ID: m.ID, To: strings.Join(m.To, ", "), From: m.From, Subject: m.Subject, Text: m.Text, HTML: m.HTML,
			Language: m.Language, SentAt: in.clock.Now().UTC(),
		},
		Headers: append([]mail.Header{
			{Name: "From", Value: m.From}, {Name: "To", Value: strings.Join(m.To, ", ")}, {Name: "Subject", Value: m.Subject},
		}, m.Headers()...),
	}
	content, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		return "", fmt.Errorf("keep message %s: %w", m.ID, err)
	}
	if err := writeOnce(path, content); err != nil {
		return "", fmt.Errorf("keep message %s: %w", m.ID, err)
	}
	return m.ID, nil
}

func writeOnce(path string, content []byte) error {
	draft, err := os.CreateTemp(filepath.Dir(path), "draft-*")
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	_, err = draft.Write(content)
	if err := errors.Join(err, draft.Close()); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// List gives the newest messages first, at most limit.
func (in *Inbox) List(ctx context.Context, limit int) ([]Entry, error) {
	files, err := os.ReadDir(in.dir)
	if err != nil {
		return nil, fmt.Errorf("list inbox: %w", err)
	}
	entries := []Entry{}
	for _, file := range slices.Backward(files) { // ids begin with the time of writing, and ReadDir sorts
		id, ok := strings.CutSuffix(file.Name(), suffix)
		if !ok || len(entries) >= limit {
			continue
		}
		m, err := in.Message(ctx, id)
		if fault.KindOf(err) == fault.Missing { // emptied meanwhile, or somebody else's file
			continue
		}
		if err != nil {
			return nil, err
		}
		entries = append(entries, m.Entry)
	}
	return entries, nil
}

// Message gives one message; an unknown id is fault.Missing.
func (in *Inbox) Message(_ context.Context, id string) (Message, error) {
	var m Message
	path, err := in.path(id)
	if err != nil {
		return m, missing()
	}
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return m, missing()
	}
	if err == nil {
		err = json.Unmarshal(content, &m)
	}
	if err != nil {
		return m, fmt.Errorf("read message %s of the inbox: %w", id, err)
	}
	return m, nil
}

// path refuses every id but the canonical form of a UUID, so that no id leads out of the folder.
func (in *Inbox) path(id string) (string, error) {
	if parsed, err := uuid.Parse(id); err != nil || parsed.String() != id {
		return "", errors.New("the id of the message is not a UUID")
	}
	return filepath.Join(in.dir, id+suffix), nil
}

func missing() error { return fault.NotFound(lang.M("There is no such message.")) }
