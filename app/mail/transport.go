package mail

import (
	"context"
	"strings"
	"time"
)

// Message is a written letter on its way.
type Message struct {
	// ID is the same at every attempt, so a transport that can tell recognises what it has taken already.
	ID       string
	From     string
	To       []string
	ReplyTo  string
	Subject  string
	Language string
	HTML     string
	Text     string
}

// Header is one line of a message's head.
type Header struct{ Name, Value string }

// Headers are the lines that transports have no field of their own for.
func (m Message) Headers() []Header {
	domain := strings.TrimSuffix(m.From[strings.LastIndex(m.From, "@")+1:], ">")
	h := []Header{
		{"Message-Id", "<" + m.ID + "@" + domain + ">"},
		{"Auto-Submitted", "auto-generated"},
		{"Content-Language", m.Language},
	}
	if m.ReplyTo != "" {
		h = append(h, Header{"Reply-To", m.ReplyTo})
	}
	return h
}

// Transport hands messages over to whoever delivers them. An error says whether to try again: *Rejected never, *Busy
// later without counting, *Partly for some of the recipients alone, any other one counts as an attempt.
type Transport interface {
	Name() string
	// Send returns the id under which the provider knows the message, also beside *Partly.
	Send(ctx context.Context, m Message) (string, error)
}

// Rejected says that this message will never be taken.
type Rejected struct{ Err error }

func (r *Rejected) Error() string { return r.Err.Error() }
func (r *Rejected) Unwrap() error { return r.Err }

// Partly says that the message was taken for all but those who are left. They may be taken later; nobody else is to get it
// again.
type Partly struct {
	Left []string
	Err  error // why the first of them was not taken
}

func (p *Partly) Error() string { return p.Err.Error() }
func (p *Partly) Unwrap() error { return p.Err }

// Busy says that the provider wants to be left alone for a while.
type Busy struct {
	After time.Duration // 0: it did not say how long
}

func (b *Busy) Error() string { return "the mail provider asks to wait" }
