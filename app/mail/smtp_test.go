package mail_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"ams/app/lang"
	"ams/app/mail"
)

// postOffice is an SMTP server on this machine. Its answers are those of answer, by command and argument.
type postOffice struct {
	*smtp.Server
	port int

	at       string
	listener net.Listener
	roots    *x509.CertPool
	answer   func(command, argument string) error

	mu       sync.Mutex
	ways     []string // of signing in
	secure   bool     // the latest message came encrypted
	signedIn string
	from     string
	to       []string
	content  []byte
	taken    []string // every recipient of every message, in order
}

func newPostOffice(t *testing.T, change ...func(*postOffice)) *postOffice {
	t.Helper()
	o := &postOffice{at: "127.0.0.1:0", answer: func(string, string) error { return nil }}
	o.Server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &counter{office: o, conn: c}, nil }))
	o.Domain, o.AllowInsecureAuth, o.ErrorLog = "localhost", true, quiet{}
	for _, c := range change {
		c(o)
	}
	l, err := net.Listen("tcp", o.at)
	if err != nil {
		t.Skipf("no such address on this machine: %v", err)
	}
	o.port = l.Addr().(*net.TCPAddr).Port
	if o.Addr == "smtps" {
		l = tls.NewListener(l, o.TLSConfig)
	}
	go func() { _ = o.Serve(l) }()
	t.Cleanup(func() { _ = o.Close() })
	return o
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// encrypts gives the office a certificate of its own making.
func encrypts(o *postOffice) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	o.roots = x509.NewCertPool()
	o.roots.AddCert(cert)
	o.TLSConfig = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// counter is one conversation.
type counter struct {
	office *postOffice
	conn   *smtp.Conn
}

func (c *counter) Reset()        {}
func (c *counter) Logout() error { return nil }

func (c *counter) AuthMechanisms() []string { return c.office.ways }

func (c *counter) Auth(way string) (sasl.Server, error) {
	check := func(user, password string) error {
		c.office.mu.Lock()
		defer c.office.mu.Unlock()
		if user != "ams" || password != "right" {
			return smtp.ErrAuthFailed
		}
		c.office.signedIn = way
		return nil
	}
	if way == "LOGIN" {
		return &loginServer{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
}

func (c *counter) Mail(from string, _ *smtp.MailOptions) error {
	c.office.mu.Lock()
	defer c.office.mu.Unlock()
	_, c.office.secure = c.conn.TLSConnectionState()
	c.office.from, c.office.to = from, nil
	return c.office.answer("MAIL", from)
}

func (c *counter) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.office.mu.Lock()
	defer c.office.mu.Unlock()
	err := c.office.answer("RCPT", to)
	if err == nil {
		c.office.to = append(c.office.to, to)
	}
	return err
}

func (c *counter) Data(r io.Reader) error {
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	c.office.mu.Lock()
	defer c.office.mu.Unlock()
	if err := c.office.answer("DATA", ""); err != nil {
		return err
	}
	c.office.content = content
	c.office.taken = append(c.office.taken, c.office.to...)
	return nil
}

// loginServer asks in the way of older servers.
type loginServer struct {
	check func(user, password string) error
	user  *string
}

func (s *loginServer) Next(answer []byte) (challenge []byte, done bool, err error) {
	switch {
	case answer == nil:
		return []byte("Username:"), false, nil
	case s.user == nil:
		user := string(answer)
		s.user = &user
		return []byte("Password:"), false, nil
	}
	return nil, true, s.check(*s.user, string(answer))
}

// transport leads to the office.
func (o *postOffice) transport(t *testing.T, change ...func(*mail.SMTPConfig)) *mail.SMTP {
	t.Helper()
	cfg := mail.SMTPConfig{Host: "localhost", Port: o.port, Roots: o.roots}
	for _, c := range change {
		c(&cfg)
	}
	s, err := mail.NewSMTP(cfg)
	if err != nil {
		t.Fatalf("NewSMTP() = %v", err)
	}
	return s
}

func startTLS(c *mail.SMTPConfig)  { c.StartTLS = true }
func signedIn(c *mail.SMTPConfig)  { c.User, c.Password = "ams", "right" }
func mistrusts(c *mail.SMTPConfig) { c.Roots = x509.NewCertPool() }
func firstByte(c *mail.SMTPConfig) { c.TLS = true }
func impatient(c *mail.SMTPConfig) { c.Patience = 50 * time.Millisecond }
func fromFar(c *mail.SMTPConfig)   { c.Host = "127.0.0.2" }
func farAway(o *postOffice)        { o.at = "127.0.0.2:0" } // an address that counts as another machine's
func badSecret(c *mail.SMTPConfig) { c.User, c.Password = "ams", "wrong-secret" }
func knowsLogin(o *postOffice)     { o.ways = []string{"LOGIN"} }
func knowsBoth(o *postOffice)      { o.ways = []string{"LOGIN", "PLAIN"} }
func knowsNothing(o *postOffice)   { o.ways = []string{"XOAUTH2"} }
func encryptsAlways(o *postOffice) { encrypts(o); o.Addr = "smtps" }
func oldFashioned(o *postOffice) {
	o.TLSConfig.MinVersion, o.TLSConfig.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
}
func refusal(code int) error { return &smtp.SMTPError{Code: code, Message: "no"} }
func says(code int) func(*postOffice) {
	return func(o *postOffice) { o.answer = func(string, string) error { return refusal(code) } }
}

// What arrives is what was written, in every program that reads mail.
func TestSMTPMessage(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	m := letter()
	m.To = []string{"mere@example.org", "hemi@example.org"}
	m.Subject = "Tēnā koe e Hēmi: " + strings.Repeat("kia ora koutou katoa, ", 8) + "\r\nBcc: evil@example.org"
	m.Text = "Kia ora,\n.\n..two dots\n" + strings.Repeat("ā", 2000) + "\nhttps://example.org/?a=1&b=2\n"
	m.HTML = "<p>Kia ora</p>\n.\n<p>" + strings.Repeat("ā ", 1000) + "</p>"
	id, err := o.transport(t).Send(t.Context(), m)
	if err != nil || id != "<"+m.ID+"@example.org>" {
		t.Fatalf("Send() = %q, %v, want the message's id", id, err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.from != "noreply@example.org" || !cmp.Equal(o.to, m.To) {
		t.Errorf("envelope from %s to %v", o.from, o.to)
	}
	for _, line := range bytes.Split(o.content, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsFunc(line, func(r rune) bool { return r > 126 || r == '\n' }) {
			t.Errorf("a line of the message is too long or not ASCII: %.100q", line)
		}
	}
	got, err := netmail.ReadMessage(bytes.NewReader(o.content))
	if err != nil {
		t.Fatal(err)
	}
	decode := new(mime.WordDecoder).DecodeHeader
	subject, _ := decode(got.Header.Get("Subject"))
	if want := strings.ReplaceAll(m.Subject, " \r\n", " "); subject != want || got.Header.Get("Bcc") != "" {
		t.Errorf("subject = %q, want %q on one line", subject, want)
	}
	for name, want := range map[string]string{"From": "Ngā Kaiako noreply@example.org", "Reply-To": "Office office@example.org"} {
		a, err := netmail.ParseAddress(got.Header.Get(name))
		if err != nil || a.Name+" "+a.Address != want {
			t.Errorf("%s = %v, %v, want %s", name, a, err, want)
		}
	}
	if to, err := got.Header.AddressList("To"); err != nil || len(to) != 2 || to[1].Address != "hemi@example.org" {
		t.Errorf("To = %v, %v", to, err)
	}
	if date, err := got.Header.Date(); err != nil || time.Since(date).Abs() > time.Minute {
		t.Errorf("Date = %v, %v, want now", date, err)
	}
	for name, want := range map[string]string{
		"Auto-Submitted": "auto-generated", "Content-Language": "mi", "Message-Id": id, "Mime-Version": "1.0",
	} {
		if v := got.Header.Get(name); v != want {
			t.Errorf("%s = %q, want %q", name, v, want)
		}
	}
	kind, params, _ := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if kind != "multipart/alternative" {
		t.Fatalf("Content-Type = %s", kind)
	}
	parts := multipart.NewReader(got.Body, params["boundary"])
	for _, want := range []struct{ kind, content string }{{"text/plain; charset=utf-8", m.Text}, {"text/html; charset=utf-8", m.HTML}} {
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(quotedprintable.NewReader(p))
		if text := strings.ReplaceAll(string(content), "\r\n", "\n"); err != nil || text != want.content || p.Header.Get("Content-Type") != want.kind {
			t.Errorf("%s = %.60q, %v, want %s with %.60q", p.Header.Get("Content-Type"), text, err, want.kind, want.content)
		}
	}
}

func TestSMTP(t *testing.T) {
	t.Parallel()
	type (
		office = []func(*postOffice)
		client = []func(*mail.SMTPConfig)
	)
	for name, c := range map[string]struct {
		office office
		client client
		want   string // what the queue is to do
		secure bool
		way    string // of signing in
	}{
		"Plain":                {nil, nil, "sent", false, ""},
		"StartTLS":             {office{encrypts}, client{startTLS}, "sent", true, ""},
		"StartTLSAndPlain":     {office{encrypts, knowsBoth}, client{startTLS, signedIn}, "sent", true, "PLAIN"},
		"StartTLSAndLogin":     {office{encrypts, knowsLogin}, client{startTLS, signedIn}, "sent", true, "LOGIN"},
		"TLS":                  {office{encryptsAlways, knowsBoth}, client{firstByte, signedIn}, "sent", true, "PLAIN"},
		"LoginOnThisMachine":   {office{knowsLogin}, client{signedIn}, "sent", false, "LOGIN"},
		"NoStartTLS":           {nil, client{startTLS}, "temporary", false, ""},
		"StrangeCertificate":   {office{encrypts}, client{startTLS, mistrusts}, "temporary", false, ""},
		"StrangeTLS":           {office{encryptsAlways}, client{firstByte, mistrusts}, "temporary", false, ""},
		"OldStartTLS":          {office{encrypts, oldFashioned}, client{startTLS}, "temporary", false, ""},
		"OldTLS":               {office{encryptsAlways, oldFashioned}, client{firstByte}, "temporary", false, ""},
		"NoPasswordInTheClear": {office{farAway, knowsBoth}, client{signedIn, fromFar}, "temporary", false, ""},
		"NoLoginInTheClear":    {office{farAway, knowsLogin}, client{signedIn, fromFar}, "temporary", false, ""},
		"WrongPassword":        {office{encrypts, knowsBoth}, client{startTLS, badSecret}, "rejected", true, ""},
		"WrongLogin":           {office{encrypts, knowsLogin}, client{startTLS, badSecret}, "rejected", true, ""},
		"NoWayToSignIn":        {office{encrypts, knowsNothing}, client{startTLS, signedIn}, "temporary", true, ""},
		"Refused":              {office{says(550)}, nil, "rejected", false, ""},
		"TooLarge":             {office{says(552)}, nil, "rejected", false, ""},
		"Greylisted":           {office{says(451)}, nil, "temporary", false, ""},
		"Full":                 {office{says(452)}, nil, "temporary", false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newPostOffice(t, c.office...)
			_, err := o.transport(t, c.client...).Send(t.Context(), letter())
			o.mu.Lock()
			defer o.mu.Unlock()
			if kind(err) != c.want || (len(o.content) > 0) != (c.want == "sent") || o.signedIn != c.way {
				t.Errorf("Send() = %s (%v), signed in by %q, want %s, %q", kind(err), err, o.signedIn, c.want, c.way)
			}
			if c.want == "sent" && o.secure != c.secure {
				t.Errorf("sent encrypted: %v, want %v", o.secure, c.secure)
			}
			if strings.HasSuffix(name, "InTheClear") && err != nil && !strings.Contains(err.Error(), "unencrypted") {
				t.Errorf("Send() = %v, want it to say why", err)
			}
			if err != nil && strings.Contains(err.Error(), "wrong-secret") {
				t.Errorf("the error shows the password: %v", err)
			}
		})
	}
}

// Some recipients are enough, and those who may be taken later are told; without any, all is tried again while one may be.
func TestSMTPRecipients(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answers map[string]int
		want    string
		to      []string
	}{
		"All":         {nil, "sent", []string{"a@example.org", "b@example.org"}},
		"OneRefused":  {map[string]int{"a@example.org": 550}, "sent", []string{"b@example.org"}},
		"OneLater":    {map[string]int{"b@example.org": 451}, "sent without b@example.org", []string{"a@example.org"}},
		"TooMany":     {map[string]int{"a@example.org": 452}, "sent without a@example.org", []string{"b@example.org"}},
		"BothLater":   {map[string]int{"a@example.org": 450, "b@example.org": 451}, "temporary", nil},
		"BothRefused": {map[string]int{"a@example.org": 550, "b@example.org": 553}, "rejected", nil},
		"OneOfEach":   {map[string]int{"a@example.org": 550, "b@example.org": 451}, "temporary", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newPostOffice(t, func(o *postOffice) {
				o.answer = func(_, argument string) error {
					if code := c.answers[argument]; code != 0 {
						return refusal(code)
					}
					return nil
				}
			})
			m := letter()
			m.To = []string{"a@example.org", "b@example.org"}
			id, err := o.transport(t).Send(t.Context(), m)
			if kind(err) != c.want || (id != "") != (c.to != nil) {
				t.Errorf("Send() = %q, %s (%v), want %s", id, kind(err), err, c.want)
			}
			o.mu.Lock()
			defer o.mu.Unlock()
			if !cmp.Equal(o.taken, c.to) {
				t.Errorf("taken for %v, want %v", o.taken, c.to)
			}
		})
	}
}

func TestSMTPTrouble(t *testing.T) {
	t.Parallel()
	// silent takes connections and says nothing.
	silent := func(t *testing.T) *postOffice {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return &postOffice{port: l.Addr().(*net.TCPAddr).Port, listener: l}
	}
	t.Run("Silent", func(t *testing.T) {
		t.Parallel()
		began := time.Now()
		if _, err := silent(t).transport(t, impatient).Send(t.Context(), letter()); kind(err) != "temporary" || time.Since(began) > 3*time.Second {
			t.Errorf("Send() = %v after %s, want a temporary error soon", err, time.Since(began))
		}
	})
	t.Run("Unreachable", func(t *testing.T) {
		t.Parallel()
		o := silent(t)
		_ = o.listener.Close()
		if _, err := o.transport(t).Send(t.Context(), letter()); kind(err) != "temporary" {
			t.Errorf("Send() = %v, want a temporary error", err)
		}
	})
	t.Run("Cancelled", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		began := time.Now()
		if _, err := silent(t).transport(t).Send(ctx, letter()); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 3*time.Second {
			t.Errorf("Send() = %v after %s, want the end of the context at once", err, time.Since(began))
		}
	})
	t.Run("ErrSettings", func(t *testing.T) {
		t.Parallel()
		for _, cfg := range []mail.SMTPConfig{
			{Port: 25}, {Host: "a"}, {Host: "a", Port: 25, User: "u"}, {Host: "a", Port: 25, Password: "p"},
		} {
			if _, err := mail.NewSMTP(cfg); err == nil {
				t.Errorf("NewSMTP(%+v): got no error", cfg)
			}
		}
	})
}

// TestSMTPDelivers goes the whole way: outbox, job, SMTP, outbox.
func TestSMTPDelivers(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	b := setupOn(t, o.transport(t))
	b.mustAdd(t, b.confirm.To("mere@example.org", lang.MI, confirmation{"Hēmi Ōtene", link, 3}))
	b.drain(t)
	if r := b.row(t); r.Status != "sent" || r.Transport != "smtp" || !strings.HasPrefix(r.ProviderMessageID, "<") {
		t.Errorf("row = %+v, want sent by smtp with an id", r)
	}
}

// Whoever the server does not take for the moment gets the message later, and nobody gets it twice.
func TestSMTPDeliversTheRest(t *testing.T) {
	t.Parallel()
	const first, second, third = "mere@example.org", "hemi@example.org", "kahu@example.org"
	// write sends a letter to three; busy says how often the server does not take whom for the moment.
	write := func(t *testing.T, busy map[string]int, opts ...mail.Option) (*postOffice, *bundle) {
		o := newPostOffice(t, func(o *postOffice) {
			o.answer = func(_, argument string) error {
				if busy[argument] > 0 {
					busy[argument]--
					return refusal(451)
				}
				return nil
			}
		})
		b := setupOn(t, o.transport(t))
		b.mustAdd(t, b.confirm.ToAll([]string{first, second, third}, lang.EN, confirmation{"Mere", link, 3}, opts...))
		b.drain(t)
		return o, b
	}
	outbox := func(t *testing.T, b *bundle) (rows []string) {
		t.Helper()
		err := b.db.NewRaw(`SELECT array_to_string(recipients, '+') || ' ' || status || ' ' || attempts || ' ' || (text <> '')
			FROM email_messages ORDER BY id`).Scan(t.Context(), &rows)
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	check := func(t *testing.T, what string, got []string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		o, b := write(t, map[string]int{second: 1, third: 2})
		check(t, "at first", o.taken, first)
		check(t, "outbox", outbox(t, b), first+" sent 1 false", second+"+"+third+" queued 0 true")
		b.ready(t)
		b.drain(t)
		check(t, "outbox", outbox(t, b), first+" sent 1 false", second+" sent 1 false", third+" queued 0 true")
		b.ready(t)
		b.drain(t)
		check(t, "in the end", o.taken, first, second, third)
		check(t, "outbox", outbox(t, b), first+" sent 1 false", second+" sent 1 false", third+" sent 1 false")
		if waiting, dead := b.count(t, waitingJobs), b.count(t, deadJobs); waiting != 0 || dead != 0 {
			t.Errorf("waiting, dead jobs = %d, %d, want 0, 0", waiting, dead)
		}
		got, err := netmail.ReadMessage(bytes.NewReader(o.content))
		if err != nil {
			t.Fatal(err)
		}
		if to, err := got.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != third {
			t.Errorf("the last message is to %v, %v, want %s", to, err, third)
		}
	})
	t.Run("NotAtOnce", func(t *testing.T) {
		t.Parallel()
		_, b := write(t, map[string]int{second: 1})
		if n := b.count(t, `SELECT count(*) FROM gue_jobs WHERE run_at > now() + interval '20 seconds'`); n != 1 {
			t.Error("the rest is tried again at once")
		}
	})
	t.Run("NeverTaken", func(t *testing.T) {
		t.Parallel()
		o, b := write(t, map[string]int{second: 100})
		for range 8 {
			b.ready(t)
			b.drain(t)
		}
		check(t, "taken", o.taken, first, third)
		check(t, "outbox", outbox(t, b), first+"+"+third+" sent 1 false", second+" failed 8 true")
		if dead := b.count(t, deadJobs); dead != 1 {
			t.Errorf("dead jobs = %d, want 1: people learn of it", dead)
		}
	})
	t.Run("WhatWasSaidOfTheLetterHoldsForTheRest", func(t *testing.T) {
		t.Parallel()
		_, b := write(t, map[string]int{second: 1}, mail.Until(instant().Add(time.Hour)), mail.Forget(), mail.Once("the event"))
		const kept = `SELECT count(*) FROM email_messages WHERE forget AND expires_at = '2026-03-03 10:00Z' AND template_id = 'account_email_confirmation'`
		if n := b.count(t, kept); n != 2 {
			t.Errorf("%d messages are forgotten and expire, want both", n)
		}
		if n := b.count(t, `SELECT count(*) FROM email_messages WHERE recipients = ARRAY['`+second+`'] AND status = 'queued'`); n != 1 {
			t.Error("the rest has no recipient: it was forgotten with the others")
		}
		b.clock.at = instant().Add(time.Hour)
		b.ready(t)
		b.drain(t)
		if n := b.count(t, `SELECT count(*) FROM email_messages WHERE status = 'expired' AND recipients = ARRAY['']`); n != 1 {
			t.Error("the rest is sent after its link has expired, or not forgotten")
		}
	})
}

// Outside production a message is kept before it is sent, so that it can be read whatever becomes of it.
func TestCopied(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	keeper := newPostOffice(t)
	id, err := mail.Copied(mail.NewPrinter(&out), keeper.transport(t)).Send(t.Context(), letter())
	if err != nil || id != letter().ID || len(keeper.content) == 0 {
		t.Errorf("Send() = %q, %v, kept %d bytes, want it printed and kept", id, err, len(keeper.content))
	}
	for _, want := range []string{"To: mere@example.org\n", "Subject: Tēnā koe & welcome\n", "Auto-Submitted: auto-generated\n", "\nKia ora\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("printed %q, want %q in it", out.String(), want)
		}
	}
	down, kept := newPostOffice(t, says(550)), newPostOffice(t)
	if _, err := mail.Copied(down.transport(t), kept.transport(t)).Send(t.Context(), letter()); kind(err) != "rejected" || len(kept.content) == 0 {
		t.Errorf("Send() = %v, kept %d bytes, want the refusal and the message kept", err, len(kept.content))
	}
}
