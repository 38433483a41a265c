package mail

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"strings"
	"time"
)

// compose writes a message as it travels by SMTP: text and HTML as alternatives, all of it in ASCII.
func compose(m Message, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	body := multipart.NewWriter(&out)
	head, err := head(m, at)
	if err != nil {
		return nil, err
	}
	head = append(head, Header{"MIME-Version", "1.0"}, Header{"Content-Type", "multipart/alternative; boundary=" + body.Boundary()})
	for _, h := range head {
		fmt.Fprintf(&out, "%s: %s\r\n", h.Name, h.Value)
	}
	out.WriteString("\r\n")
	for _, part := range []struct{ kind, content string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		w, err := body.CreatePart(textproto.MIMEHeader{
			"Content-Type": {part.kind + "; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"},
		})
		if err != nil {
			return nil, fmt.Errorf("compose message %s: %w", m.ID, err)
		}
		encoded := quotedprintable.NewWriter(w)
		_, _ = io.WriteString(encoded, part.content) // into memory
		_ = encoded.Close()
	}
	_ = body.Close()
	return out.Bytes(), nil
}

// head is the lines above the message, encoded: no value holds a line break of its own.
func head(m Message, at time.Time) ([]Header, error) {
	from, err := addresses(m.From)
	if err != nil {
		return nil, fmt.Errorf("sender of message %s: %w", m.ID, err)
	}
	to, err := addresses(strings.Join(m.To, ", "))
	if err != nil {
		return nil, fmt.Errorf("recipients of message %s: %w", m.ID, err)
	}
	lines := []Header{
		{"From", from},
		{"To", to},
		{"Subject", mime.QEncoding.Encode("utf-8", oneLine(m.Subject))},
		{"Date", at.Format(time.RFC1123Z)},
	}
	for _, h := range m.Headers() {
		if h.Name == "Reply-To" {
			if h.Value, err = addresses(h.Value); err != nil {
				return nil, fmt.Errorf("reply address of message %s: %w", m.ID, err)
			}
		}
		lines = append(lines, Header{h.Name, oneLine(h.Value)})
	}
	return lines, nil
}

// addresses encodes the names in a list of addresses, one address on a line.
func addresses(list string) (string, error) {
	parsed, err := netmail.ParseAddressList(list)
	if err != nil {
		return "", err
	}
	var all []string
	for _, a := range parsed {
		all = append(all, a.String())
	}
	return strings.Join(all, ",\r\n "), nil
}

// Printer writes messages out instead of sending them. It is a Transport for development.
type Printer struct{ out io.Writer }

// NewPrinter writes to out.
func NewPrinter(out io.Writer) *Printer { return &Printer{out: out} }

// Name is what the outbox notes.
func (*Printer) Name() string { return "console" }

// Send prints the text part.
func (p *Printer) Send(_ context.Context, m Message) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "From: %s\nTo: %s\nSubject: %s\n", m.From, strings.Join(m.To, ", "), m.Subject)
	for _, h := range m.Headers() {
		fmt.Fprintf(&b, "%s: %s\n", h.Name, h.Value)
	}
	fmt.Fprintf(&b, "\n%s\n\n", m.Text)
	_, err := io.WriteString(p.out, b.String())
	return m.ID, err
}

// Copied is a transport whose messages are kept elsewhere first, whether it takes them or not.
func Copied(t, keeper Transport) Transport { return copied{Transport: t, keeper: keeper} }

type copied struct {
	Transport
	keeper Transport
}

func (c copied) Send(ctx context.Context, m Message) (string, error) {
	if _, err := c.keeper.Send(ctx, m); err != nil {
		return "", err
	}
	return c.Transport.Send(ctx, m)
}
