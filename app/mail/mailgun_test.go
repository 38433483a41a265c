package mail_test

import (
	"context"
	"errors"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ams/app/lang"
	"ams/app/mail"
)

// provider is an HTTP server that speaks Mailgun's side: it notes the request and gives one answer.
type provider struct {
	*httptest.Server
	path, user, key string
	host            string // path, with the host that was asked for before it
	form            map[string][]string
}

func newProvider(t *testing.T, answer func(http.ResponseWriter)) *provider {
	t.Helper()
	p := &provider{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.path, p.host = r.Method+" "+r.URL.Path, r.Method+" "+r.Host+r.URL.Path
		p.user, p.key, _ = r.BasicAuth()
		if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
			if err := r.ParseMultipartForm(1 << 20); err != nil {
				t.Errorf("form: %v", err)
			}
			p.form = (*multipart.Form)(r.MultipartForm).Value
		}
		answer(w)
	}))
	t.Cleanup(p.Close)
	return p
}

// network leads every host to the provider, encrypted or not.
func (p *provider) network() http.RoundTripper {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", p.Listener.Addr().String())
	}
	return &http.Transport{DialContext: dial, DialTLSContext: dial}
}

func queued(w http.ResponseWriter) {
	_, _ = w.Write([]byte(`{"id": "<20260303.1@mg.example.org>", "message": "Queued. Thank you."}`))
}

func letter() mail.Message {
	return mail.Message{
		ID: "0195592a-0000-7000-8000-000000000001", From: "Ngā Kaiako <noreply@example.org>", To: []string{"mere@example.org"},
		ReplyTo: "Office <office@example.org>", Subject: "Tēnā koe & welcome", Language: "mi",
		HTML: "<p>Kia ora</p>", Text: "Kia ora",
	}
}

func TestMailgun(t *testing.T) {
	t.Parallel()
	t.Run("Request", func(t *testing.T) {
		t.Parallel()
		p := newProvider(t, queued)
		g, err := mail.NewMailgun(mail.MailgunConfig{Domain: "mg.example.org", Key: "secret-key", URL: p.URL})
		if err != nil {
			t.Fatalf("NewMailgun: %v", err)
		}
		id, err := g.Send(t.Context(), letter())
		if err != nil || id != "<20260303.1@mg.example.org>" {
			t.Fatalf("Send = %q, %v, want the provider's id", id, err)
		}
		if p.path != "POST /v3/mg.example.org/messages" || p.user != "api" || p.key != "secret-key" {
			t.Errorf("request %s as %s:%s", p.path, p.user, p.key)
		}
		want := map[string][]string{
			"from": {"Ngā Kaiako <noreply@example.org>"}, "to": {"mere@example.org"}, "subject": {"Tēnā koe & welcome"},
			"text": {"Kia ora"}, "html": {"<p>Kia ora</p>"}, "h:Reply-To": {"Office <office@example.org>"},
			"h:Message-Id":     {"<0195592a-0000-7000-8000-000000000001@example.org>"},
			"h:Auto-Submitted": {"auto-generated"}, "h:Content-Language": {"mi"},
		}
		if diff := cmp.Diff(want, p.form); diff != "" {
			t.Errorf("form (-want +got):\n%s", diff)
		}
	})
	t.Run("BIL-51 with and without version path, in both regions, messages post to /v3/<domain>/messages", func(t *testing.T) {
		t.Parallel()
		for _, region := range []string{"", "http://api.mailgun.net", "http://api.eu.mailgun.net", "http://127.0.0.1:9"} {
			for _, ending := range []string{"", "/", "/v3", "/v3/"} {
				p := newProvider(t, queued)
				network, want := p.network(), "POST api.mailgun.net/v3/mg.example.org/messages"
				if region != "" {
					want = "POST " + strings.TrimPrefix(region, "http://") + "/v3/mg.example.org/messages"
				} else if ending != "" {
					continue
				}
				g, err := mail.NewMailgun(mail.MailgunConfig{Domain: "mg.example.org", Key: "k", URL: region + ending, Network: network})
				if err != nil {
					t.Fatalf("NewMailgun: %v", err)
				}
				if _, err := g.Send(t.Context(), letter()); err != nil || p.host != want {
					t.Errorf("with %q: %s, %v, want %s", region+ending, p.host, err, want)
				}
			}
		}
	})
	t.Run("ErrSettings", func(t *testing.T) {
		t.Parallel()
		for _, cfg := range []mail.MailgunConfig{
			{Key: "k"},
			{Domain: "mg.example.org"},
			{Domain: "mg.example.org/v3", Key: "k"},
			{Domain: "mg.example.org", Key: "k", URL: "api.mailgun.net"},
		} {
			if _, err := mail.NewMailgun(cfg); err == nil {
				t.Errorf("NewMailgun(%+v): got no error", cfg)
			}
		}
	})
	t.Run("Unreachable", func(t *testing.T) {
		t.Parallel()
		p := newProvider(t, queued)
		g, err := mail.NewMailgun(mail.MailgunConfig{Domain: "mg.example.org", Key: "secret-key", URL: p.URL})
		if err != nil {
			t.Fatal(err)
		}
		p.Close()
		_, err = g.Send(t.Context(), letter())
		if kind(err) != "temporary" || strings.Contains(err.Error(), "secret-key") {
			t.Errorf("Send = %v, want a temporary error without the key", err)
		}
	})
}

func TestMailgunAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status      int
		body, retry string
		want        string
	}{
		"OK":             {200, `{"id": "x", "message": "Queued. Thank you."}`, "", "sent"},
		"NotQueued":      {200, `{"id": "x", "message": "Dropped"}`, "", "temporary"},
		"NotJSON":        {200, `<html>`, "", "temporary"},
		"BadRequest":     {400, `{"message": "to parameter is not a valid address"}`, "", "rejected"},
		"Unauthorised":   {401, `Forbidden`, "", "rejected"},
		"Forbidden":      {403, `{}`, "", "rejected"},
		"UnknownDomain":  {404, `{"message": "Domain not found"}`, "", "rejected"},
		"TooLarge":       {413, ``, "", "rejected"},
		"Unprocessable":  {422, `{}`, "", "rejected"},
		"Busy":           {429, `{}`, "", "busy 0s"},
		"BusyForSeconds": {429, `{}`, "120", "busy 2m0s"},
		"Timeout":        {408, ``, "", "temporary"},
		"ServerError":    {500, `{}`, "", "temporary"},
		"BadGateway":     {502, `<html>`, "", "temporary"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t, func(w http.ResponseWriter) {
				if c.retry != "" {
					w.Header().Set("Retry-After", c.retry)
				}
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			})
			g, err := mail.NewMailgun(mail.MailgunConfig{Domain: "mg.example.org", Key: "k", URL: p.URL})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := g.Send(t.Context(), letter()); kind(err) != c.want {
				t.Errorf("Send on %d = %s (%v), want %s", c.status, kind(err), err, c.want)
			}
		})
	}
	t.Run("BusyUntil", func(t *testing.T) {
		t.Parallel()
		p := newProvider(t, func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
			w.WriteHeader(http.StatusTooManyRequests)
		})
		g, err := mail.NewMailgun(mail.MailgunConfig{Domain: "mg.example.org", Key: "k", URL: p.URL})
		if err != nil {
			t.Fatal(err)
		}
		_, err = g.Send(t.Context(), letter())
		if busy, ok := errors.AsType[*mail.Busy](err); !ok || busy.After < 59*time.Minute || busy.After > time.Hour {
			t.Errorf("Send = %v, want busy for about an hour", err)
		}
	})
	t.Run("Cancelled", func(t *testing.T) {
		t.Parallel()
		p := newProvider(t, queued)
		g, err := mail.NewMailgun(mail.MailgunConfig{Domain: "mg.example.org", Key: "k", URL: p.URL})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := g.Send(ctx, letter()); !errors.Is(err, context.Canceled) {
			t.Errorf("Send = %v, want context canceled", err)
		}
	})
}

// kind tells what the queue is to do after an answer.
func kind(err error) string {
	if busy, ok := errors.AsType[*mail.Busy](err); ok {
		return "busy " + busy.After.String()
	}
	if _, ok := errors.AsType[*mail.Rejected](err); ok {
		return "rejected"
	}
	if partly, ok := errors.AsType[*mail.Partly](err); ok {
		return "sent without " + strings.Join(partly.Left, ", ")
	}
	if err != nil {
		return "temporary"
	}
	return "sent"
}

// TestMailgunDelivers goes the whole way: outbox, job, HTTP, outbox.
func TestMailgunDelivers(t *testing.T) {
	t.Parallel()
	p := newProvider(t, queued)
	g, err := mail.NewMailgun(mail.MailgunConfig{Domain: "mg.example.org", Key: "k", URL: p.URL})
	if err != nil {
		t.Fatal(err)
	}
	b := setupOn(t, g)
	b.mustAdd(t, b.confirm.To("mere@example.org", lang.MI, confirmation{"Hēmi Ōtene", link, 3}))
	b.drain(t)
	if r := b.row(t); r.Status != "sent" || r.ProviderMessageID != "<20260303.1@mg.example.org>" || r.Transport != "mailgun" {
		t.Errorf("row = %+v, want sent by mailgun with its id", r)
	}
	if got := p.form["subject"]; len(got) != 1 || got[0] != "[Kaiako] Whakaūngia tō wāhitau īmēra" {
		t.Errorf("subject on the wire = %q", got)
	}
}
