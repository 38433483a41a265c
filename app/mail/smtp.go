package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	netmail "net/mail"
	"net/smtp"
	"net/textproto"
	"strconv"
	"strings"
	"time"
)

// smtpPatience is how long a server may take for each thing that it says or takes.
const smtpPatience = 5 * time.Second

// SMTPConfig is a server that takes mail by SMTP.
type SMTPConfig struct {
	Host           string
	Port           int
	Hello          string         // the name that we introduce ourselves with; "" is localhost, which some servers refuse
	User, Password string         // both, or neither for a server that asks nobody
	StartTLS       bool           // encrypt before anything is said; a server that cannot gets nothing
	TLS            bool           // encrypted from the first byte
	Roots          *x509.CertPool // who may vouch for the server; nil for those that the machine trusts
	Patience       time.Duration  // with each thing that the server says or takes; 0 means 5 seconds
}

// SMTP sends through a mail server.
type SMTP struct{ cfg SMTPConfig }

// NewSMTP refuses settings that no message could be sent with; it does not connect.
func NewSMTP(cfg SMTPConfig) (*SMTP, error) {
	switch {
	case cfg.Host == "" || cfg.Port == 0:
		return nil, errors.New("the SMTP server has no host or port")
	case (cfg.User == "") != (cfg.Password == ""):
		return nil, errors.New("the SMTP server needs both user and password, or neither")
	}
	if cfg.Patience == 0 {
		cfg.Patience = smtpPatience
	}
	return &SMTP{cfg: cfg}, nil
}

// Name is what the outbox notes.
func (*SMTP) Name() string { return "smtp" }

// Send hands a message over. Its id is that of the message itself, which mail servers write into their logs. Where a
// server takes some recipients and refuses others, those that it refuses for good are left out.
func (s *SMTP) Send(ctx context.Context, m Message) (string, error) {
	content, err := compose(m, time.Now())
	if err != nil {
		return "", &Rejected{Err: err}
	}
	conn, err := s.dial(ctx)
	if err != nil {
		return "", fmt.Errorf("SMTP: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	left, err := s.hand(ctx, conn, m, content)
	if err != nil {
		_ = conn.Close()
		if ctx.Err() != nil {
			return "", fmt.Errorf("SMTP: %w", ctx.Err())
		}
		return "", judged(fmt.Errorf("SMTP: %w", err))
	}
	if left != nil {
		return m.Headers()[0].Value, left
	}
	return m.Headers()[0].Value, nil
}

func (s *SMTP) dial(ctx context.Context) (net.Conn, error) {
	d := net.Dialer{Timeout: s.cfg.Patience}
	raw, err := d.DialContext(ctx, "tcp", net.JoinHostPort(s.cfg.Host, strconv.Itoa(s.cfg.Port)))
	if err != nil {
		return nil, err
	}
	conn := impatient{Conn: raw, patience: s.cfg.Patience}
	if s.cfg.TLS {
		return tls.Client(conn, s.trust()), nil
	}
	return conn, nil
}

func (s *SMTP) trust() *tls.Config {
	return &tls.Config{ServerName: s.cfg.Host, RootCAs: s.cfg.Roots, MinVersion: tls.VersionTLS12}
}

// hand goes through the conversation with the server, and tells whom it may take later.
func (s *SMTP) hand(ctx context.Context, conn net.Conn, m Message, content []byte) (*Partly, error) {
	c, err := smtp.NewClient(conn, s.cfg.Host)
	if err != nil {
		return nil, fmt.Errorf("greeting: %w", err)
	}
	if err := s.introduce(c); err != nil {
		return nil, err
	}
	from, err := netmail.ParseAddress(m.From)
	if err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	if err := c.Mail(from.Address); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	left, err := s.address(ctx, c, m)
	if err != nil {
		return nil, err
	}
	w, err := c.Data()
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	_, err = w.Write(content)
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	_ = c.Quit() // it has the message
	_ = c.Close()
	return left, nil
}

// introduce says who we are, as safely as the settings want it.
func (s *SMTP) introduce(c *smtp.Client) error {
	if s.cfg.Hello != "" {
		if err := c.Hello(s.cfg.Hello); err != nil {
			return fmt.Errorf("introduction: %w", err)
		}
	}
	if s.cfg.StartTLS {
		if offered, _ := c.Extension("STARTTLS"); !offered {
			return errors.New("the server does not offer STARTTLS")
		}
		if err := c.StartTLS(s.trust()); err != nil {
			return fmt.Errorf("STARTTLS: %w", err)
		}
	}
	if s.cfg.User != "" {
		if err := s.signIn(c); err != nil {
			return fmt.Errorf("sign in: %w", err)
		}
	}
	return nil
}

// address names the recipients, and gives those whom the server may take later. One that is taken is enough to go on:
// tried again as a whole, they would get the message twice.
func (s *SMTP) address(ctx context.Context, c *smtp.Client, m Message) (*Partly, error) {
	var left []string
	var later, never []error
	for _, to := range m.To {
		err := c.Rcpt(to)
		if err == nil {
			continue
		}
		err = fmt.Errorf("recipient: %w", err)
		if _, answered := errors.AsType[*textproto.Error](err); !answered {
			return nil, err // what it says next could be the answer to this
		}
		if _, hopeless := errors.AsType[*Rejected](judged(err)); hopeless {
			never = append(never, err)
			continue
		}
		left, later = append(left, to), append(later, err)
	}
	if len(later)+len(never) == len(m.To) {
		return nil, append(later, never...)[0]
	}
	if len(never) > 0 {
		slog.WarnContext(ctx, "the mail server refuses some of the recipients", "message", m.ID, "refused", len(never), "error", never[0])
	}
	if len(left) == 0 {
		return nil, nil
	}
	return &Partly{Left: left, Err: later[0]}, nil
}

// judged marks what the server refuses for good: replies of the five hundreds.
func judged(err error) error {
	if reply, ok := errors.AsType[*textproto.Error](err); ok && reply.Code >= 500 {
		return &Rejected{Err: err}
	}
	return err
}

// signIn uses PLAIN, or LOGIN where the server knows nothing better. Neither is used unencrypted, but on this machine.
func (s *SMTP) signIn(c *smtp.Client) error {
	_, offered := c.Extension("AUTH")
	ways := strings.Fields(strings.ToUpper(offered))
	for _, way := range ways {
		if way == "PLAIN" {
			return c.Auth(smtp.PlainAuth("", s.cfg.User, s.cfg.Password, s.cfg.Host))
		}
	}
	for _, way := range ways {
		if way == "LOGIN" {
			return c.Auth(loginAuth{user: s.cfg.User, password: s.cfg.Password})
		}
	}
	return errors.New("the server offers neither PLAIN nor LOGIN")
}

// loginAuth is the way of older servers, which ask for one thing after the other.
type loginAuth struct{ user, password string }

// Start begins the conversation.
func (a loginAuth) Start(server *smtp.ServerInfo) (string, []byte, error) {
	here := server.Name == "localhost" || server.Name == "127.0.0.1" || server.Name == "::1" // as PLAIN has it
	if !server.TLS && !here {
		return "", nil, errors.New("unencrypted connection")
	}
	return "LOGIN", nil, nil
}

// Next answers what the server asks for.
func (a loginAuth) Next(asked []byte, more bool) ([]byte, error) {
	switch question := strings.ToLower(string(asked)); {
	case !more:
		return nil, nil
	case strings.HasPrefix(question, "user"):
		return []byte(a.user), nil
	case strings.HasPrefix(question, "pass"):
		return []byte(a.password), nil
	}
	return nil, errors.New("the server asks for something else than user and password")
}

// impatient gives each read and each write a time limit of its own.
type impatient struct {
	net.Conn
	patience time.Duration
}

func (c impatient) Read(p []byte) (int, error) {
	_ = c.SetReadDeadline(time.Now().Add(c.patience))
	return c.Conn.Read(p)
}

func (c impatient) Write(p []byte) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(c.patience))
	return c.Conn.Write(p)
}
