package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"ams/app"
	"ams/app/mail"
	"ams/app/web/webtest"
)

// postbox is an SMTP server that takes everything but mail to refused@.
type postbox struct {
	port     string
	mu       sync.Mutex
	messages []string
}

func newPostbox(t *testing.T) *postbox {
	t.Helper()
	p := &postbox{}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return delivery{p}, nil }))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.port = fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return p
}

type delivery struct{ box *postbox }

func (delivery) Reset()                               {}
func (delivery) Logout() error                        { return nil }
func (delivery) Mail(string, *smtp.MailOptions) error { return nil }

func (delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasPrefix(to, "refused@") {
		return &smtp.SMTPError{Code: 550, Message: "unknown here"}
	}
	return nil
}

func (d delivery) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	d.box.mu.Lock()
	defer d.box.mu.Unlock()
	d.box.messages = append(d.box.messages, string(text))
	return err
}

// The command needs no database: it asks the transport.
func TestSendTestEmail(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	byMail := func(pairs ...string) func(string) string {
		return localEnv(append([]string{
			"DJANGO_EMAIL_BACKEND", "smtp", "EMAIL_HOST", "localhost", "EMAIL_PORT", box.port, "AMS_DEV_DIR", t.TempDir(),
		}, pairs...)...)
	}
	code, out, errs := run(t, byMail(), "", "send_test_email", "ops@example.org")
	if code != 0 || !strings.HasPrefix(out, "sent by smtp as <") {
		t.Fatalf("send_test_email = %d, %q, %q, want the id", code, out, errs)
	}
	box.mu.Lock()
	if len(box.messages) != 1 || !strings.Contains(box.messages[0], "To: <ops@example.org>") || !strings.Contains(box.messages[0], "Test message of localhost") {
		t.Errorf("arrived: %q", box.messages)
	}
	box.mu.Unlock()
	for address, want := range map[string]string{"refused@example.org": "550", "nobody": "no plain e-mail address", "A <a@example.org>": "no plain"} {
		if code, _, errs := run(t, byMail(), "", "send_test_email", address); code != 1 || !strings.Contains(errs, want) {
			t.Errorf("send_test_email %s = %d, %q, want 1 with %q", address, code, errs, want)
		}
	}
	if code, _, _ := run(t, byMail(), "", "send_test_email"); code != 2 {
		t.Errorf("send_test_email without an address = %d, want 2", code)
	}
	code, out, _ = run(t, byMail("DJANGO_EMAIL_BACKEND", "console"), "", "send_test_email", "ops@example.org")
	if code != 0 || !strings.Contains(out, "To: ops@example.org\n") || !strings.Contains(out, "sent by console as ") {
		t.Errorf("send_test_email to the console = %d, %q", code, out)
	}
	if code, out, _ := run(t, byMail("DJANGO_EMAIL_BACKEND", "inbox"), "", "send_test_email", "ops@example.org"); code != 0 || !strings.Contains(out, "by inbox") {
		t.Errorf("send_test_email to the inbox = %d, %q", code, out)
	}
	mailgun := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(mailgun.Close)
	code, _, errs = run(t, env(productionEnv(), "MAILGUN_API_URL", mailgun.URL), "", "send_test_email", "ops@example.org")
	if code != 1 || !strings.Contains(errs, "401") || strings.Contains(errs, "key-hidden") {
		t.Errorf("send_test_email at a provider that refuses the key = %d, %q, want 1 with 401", code, errs)
	}
}

// mailgun is the provider's API, which can be down.
type mailgun struct {
	*httptest.Server
	mu    sync.Mutex
	down  bool
	taken []string // subjects
}

func newMailgun(t *testing.T) *mailgun {
	t.Helper()
	m := &mailgun{}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.down {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		m.taken = append(m.taken, r.FormValue("subject"))
		_ = json.NewEncoder(w).Encode(map[string]string{"id": "<1@mg.example.org>", "message": "Queued. Thank you."})
	}))
	t.Cleanup(m.Close)
	return m
}

func (m *mailgun) fails(down bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = down
}

// sent is how many messages the provider has taken.
func (m *mailgun) sent() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.taken)
}

func TestMailOutage(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T) (*webtest.Site, *mailgun) {
		m := newMailgun(t)
		s := webtest.NewWith(t, func(o *app.Outside) {
			g, err := mail.NewMailgun(mail.MailgunConfig{Domain: "mg.example.org", Key: "k", URL: m.URL})
			if err != nil {
				t.Fatal(err)
			}
			o.Mail = g
		})
		m.fails(true)
		s.Visitor().Post("/en/accounts/signup/", "email", "mere@example.org", "username", "mere", "first_name", "Mere",
			"last_name", "Kahu", "password1", webtest.Password, "password2", webtest.Password).Status(http.StatusSeeOther)
		return s, m
	}
	t.Run("BIL-52 a sign-up during an outage of the provider succeeds and its confirmation arrives later", func(t *testing.T) {
		t.Parallel()
		s, m := start(t)
		for range 4 { // within ten minutes, at the pauses of the queue
			s.Work()
			s.Clock.Pass(2*time.Minute + 30*time.Second)
			s.Due()
		}
		if n := s.Count("SELECT count(*) FROM users"); n != 1 || m.sent() != 0 {
			t.Fatalf("%d accounts and %d messages during the outage, want 1 and none", n, m.sent())
		}
		m.fails(false)
		s.Work()
		if n := s.Count("SELECT count(*) FROM email_messages WHERE status = 'sent' AND attempts = 5"); n != 1 || m.sent() != 1 {
			t.Errorf("%d rows are sent and %d messages arrived, want 1 at the fifth attempt", n, m.sent())
		}
		if n := s.Count("SELECT count(*) FROM dead_jobs"); n != 0 {
			t.Errorf("%d dead jobs, want none", n)
		}
	})
	t.Run("BIL-52 after its link has expired it is not sent", func(t *testing.T) {
		t.Parallel()
		s, m := start(t)
		s.Work()
		s.Clock.Pass(3 * 24 * time.Hour)
		m.fails(false)
		s.Due()
		s.Work()
		if n := s.Count("SELECT count(*) FROM email_messages WHERE status = 'expired' AND html = '' AND text = ''"); n != 1 || m.sent() != 0 {
			t.Errorf("%d rows are expired and %d messages arrived, want 1 and none", n, m.sent())
		}
	})
}
