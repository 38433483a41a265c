package mail

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mailgun/mailgun-go/v4"
)

var apiVersion = regexp.MustCompile(`/v\d+$`)

// MailgunConfig is an account at Mailgun.
type MailgunConfig struct {
	Domain string
	Key    string
	URL    string // API base, with or without its version; empty for the one in the United States
	// Network carries the requests; nil for the usual one.
	Network http.RoundTripper
}

// Mailgun sends through Mailgun's HTTP API.
type Mailgun struct{ client *mailgun.MailgunImpl }

// NewMailgun refuses settings that no message could be sent with; it does not connect.
func NewMailgun(cfg MailgunConfig) (*Mailgun, error) {
	if cfg.Domain == "" || strings.ContainsAny(cfg.Domain, "/ :@") {
		return nil, fmt.Errorf("Mailgun domain %q is not a domain", cfg.Domain)
	}
	if cfg.Key == "" {
		return nil, errors.New("the Mailgun key is empty")
	}
	if cfg.Network == nil {
		cfg.Network = http.DefaultTransport
	}
	client := mailgun.NewMailgun(cfg.Domain, cfg.Key)
	client.SetClient(&http.Client{Timeout: 30 * time.Second, Transport: patient{cfg.Network}})
	if cfg.URL != "" {
		base := strings.TrimRight(cfg.URL, "/")
		if u, err := url.Parse(base); err != nil || u.Host == "" {
			return nil, fmt.Errorf("Mailgun address %q: want scheme and host", cfg.URL)
		}
		if !apiVersion.MatchString(base) {
			base += "/v3"
		}
		client.SetAPIBase(base)
	}
	return &Mailgun{client: client}, nil
}

// Name is what the outbox notes.
func (*Mailgun) Name() string { return "mailgun" }

// Send hands a message over. Mailgun does not recognise a message it has taken before.
func (g *Mailgun) Send(ctx context.Context, m Message) (string, error) {
	out := mailgun.NewMessage(m.From, m.Subject, m.Text, m.To...)
	out.SetHTML(m.HTML)
	for _, h := range m.Headers() {
		out.AddHeader(h.Name, h.Value)
	}
	answer, id, err := g.client.Send(ctx, out)
	if refused, ok := errors.AsType[*mailgun.UnexpectedResponseError](err); ok {
		err = fmt.Errorf("Mailgun answers %d: %s", refused.Actual, refused.Data)
		if hopeless(refused.Actual) {
			return "", &Rejected{Err: err}
		}
		return "", err
	}
	if err != nil {
		return "", fmt.Errorf("Mailgun: %w", err)
	}
	if !strings.HasPrefix(answer, "Queued") {
		return "", fmt.Errorf("Mailgun did not queue the message: %q", answer)
	}
	return id, nil
}

func hopeless(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound,
		http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// patient reads how long to wait from a 429, because the library drops the headers of answers.
type patient struct{ next http.RoundTripper }

func (p patient) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := p.next.RoundTrip(r)
	if err != nil || answer.StatusCode != http.StatusTooManyRequests {
		return answer, err
	}
	defer answer.Body.Close()
	return nil, &Busy{After: retryAfter(answer.Header.Get("Retry-After"))}
}

func retryAfter(value string) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return time.Until(at)
	}
	return 0
}
