package mail_test

import (
	"context"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	texttemplate "text/template"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/jba/templatecheck"
	"github.com/uptrace/bun"

	"ams/app/clock"
	"ams/app/database"
	"ams/app/database/dbtest"
	"ams/app/lang"
	"ams/app/mail"
	"ams/jobs"
	"ams/views"
)

const link = "https://example.org/en/accounts/confirm-email/MzY:1tKq?next=%2Fa&x=1/"

type confirmation struct {
	Name string
	Link string
	Days int
}

type alreadyExists struct {
	Name   string
	SignIn string
	Reset  string
}

// words is a language whose few translations are in a map.
type words struct {
	code  string
	texts map[string]string
}

func (w words) Code() string { return w.code }

func (w words) T(id string, args ...any) string {
	if text, ok := w.texts[id]; ok {
		id = text
	}
	if len(args) == 0 {
		return id
	}
	return fmt.Sprintf(id, args...)
}

func (w words) N(one, many string, n int, args ...any) string {
	if n == 1 {
		return w.T(one, args...)
	}
	return w.T(many, args...)
}

func (w words) C(_, id string, args ...any) string { return w.T(id, args...) }

func maori() words {
	return words{code: "mi", texts: map[string]string{
		"Hello %s,":                          "Tēnā koe %s,",
		"Confirm your e-mail address":        "Whakaūngia tō wāhitau īmēra",
		"The link works for %d day.":         "Ka mahi te hono mō te %d rā.",
		"The link works for %d days.":        "Ka mahi te hono mō ngā rā e %d.",
		"You already have an account":        "He pūkete kē tāu",
		"Confirm e-mail address":             "Whakaūngia te wāhitau īmēra",
		"Open this address in your browser:": "Huakina tēnei wāhitau i tō pūtirotiro:",
	}}
}

func instant() time.Time { return time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC) }

func config() mail.Config {
	return mail.Config{
		From: "Ngā Kaiako <noreply@example.org>", SubjectPrefix: "[Kaiako] ", BaseURL: "https://example.org",
		Association: func(context.Context, bun.IDB, lang.Locale) (string, error) { return "Ngā Kaiako", nil },
	}
}

// bundle is everything a letter needs, on a database of its own.
type bundle struct {
	db        *database.DB
	registry  *jobs.Registry
	queue     *jobs.Queue
	post      *mail.Post
	clock     *movable
	transport *fake
	tries     []string // what the courier told of each, "template outcome"
	confirm   mail.Letter[confirmation]
	exists    mail.Letter[alreadyExists]
}

type movable struct{ at time.Time }

func (m *movable) Now() time.Time { return m.at }

func setup(t *testing.T, change ...func(*mail.Config)) *bundle {
	t.Helper()
	f := &fake{}
	b := setupOn(t, f, change...)
	b.transport = f
	return b
}

func setupOn(t *testing.T, transport mail.Transport, change ...func(*mail.Config)) *bundle {
	t.Helper()
	cfg := config()
	for _, c := range change {
		c(&cfg)
	}
	b := &bundle{db: dbtest.New(t), registry: jobs.NewRegistry(), clock: &movable{instant()}}
	mail.NewCourier(b.db.DB, b.clock, transport, func(template, outcome string) {
		b.tries = append(b.tries, template+" "+outcome)
	}).Jobs(b.registry)
	b.queue = jobs.NewQueue(b.registry)
	var err error
	b.post, err = mail.New(cfg, b.clock, b.queue, views.FS, words{code: "en"}, maori())
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	b.confirm = mail.Bind[confirmation](b.post, "account_email_confirmation")
	b.exists = mail.Bind[alreadyExists](b.post, "account_already_exists")
	if err := b.post.Err(); err != nil {
		t.Fatalf("Err: %v", err)
	}
	return b
}

func (b *bundle) add(t *testing.T, d mail.Draft) error {
	t.Helper()
	return b.db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error { return b.post.Add(ctx, tx, d) })
}

func (b *bundle) mustAdd(t *testing.T, d mail.Draft) {
	t.Helper()
	if err := b.add(t, d); err != nil {
		t.Fatalf("Add: %v", err)
	}
}

func (b *bundle) drain(t *testing.T) {
	t.Helper()
	if _, err := jobs.Drain(t.Context(), b.db.DB, b.registry); err != nil {
		t.Fatalf("Drain: %v", err)
	}
}

func (b *bundle) count(t *testing.T, query string) int {
	t.Helper()
	var n int
	if err := b.db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// row is one message of the outbox as the tests look at it.
type row struct {
	Status, HTML, Text, LastError, ProviderMessageID, Transport string
	Attempts                                                    int
}

func (b *bundle) row(t *testing.T) row {
	t.Helper()
	var r row
	err := b.db.NewSelect().Table("email_messages").
		Column("status", "html", "text", "last_error", "provider_message_id", "transport", "attempts").Scan(t.Context(), &r)
	if err != nil {
		t.Fatalf("read the outbox: %v", err)
	}
	return r
}

// fake is a provider that answers as it is told and otherwise accepts.
type fake struct {
	got    []mail.Message
	answer []error
	during func() // what happens elsewhere while the message is on its way
}

func (*fake) Name() string { return "fake" }

func (f *fake) Send(_ context.Context, m mail.Message) (string, error) {
	f.got = append(f.got, m)
	if f.during != nil {
		f.during()
	}
	if len(f.answer) > 0 {
		err := f.answer[0]
		f.answer = f.answer[1:]
		if err != nil {
			return "", err
		}
	}
	return "at-provider-" + m.ID, nil
}

func (f *fake) only(t *testing.T) mail.Message {
	t.Helper()
	if len(f.got) != 1 {
		t.Fatalf("messages at the provider: %d, want 1", len(f.got))
	}
	return f.got[0]
}

func TestLetters(t *testing.T) {
	t.Parallel()
	t.Run("TemplatesFitTypes", func(t *testing.T) {
		t.Parallel()
		p := setup(t).post
		checked := 0
		err := p.Each(func(html *htmltemplate.Template, text *texttemplate.Template, zero any) error {
			checked++
			if html != nil {
				return templatecheck.CheckHTMLStrict(html, zero)
			}
			return templatecheck.CheckTextStrict(text, zero)
		})
		if err != nil || checked != 2*2*3 {
			t.Errorf("Each checked %d templates, %v; want 12, nil", checked, err)
		}
	})
	for _, c := range []struct {
		language             lang.Locale
		subject, hello, life string
	}{
		{"en", "[Kaiako] Confirm your e-mail address", "Hello Hēmi Ōtene,", "The link works for 3 days."},
		{"mi", "[Kaiako] Whakaūngia tō wāhitau īmēra", "Tēnā koe Hēmi Ōtene,", "Ka mahi te hono mō ngā rā e 3."},
	} {
		t.Run("Confirmation/"+string(c.language), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.mustAdd(t, b.confirm.To("hemi@example.org", c.language, confirmation{"Hēmi Ōtene", link, 3}))
			b.drain(t)
			m := b.transport.only(t)
			if m.Subject != c.subject || m.Language != string(c.language) {
				t.Errorf("subject, language = %q, %q, want %q, %q", m.Subject, m.Language, c.subject, c.language)
			}
			page := parse(t, m.HTML)
			for part, body := range map[string]string{"text": m.Text, "HTML": page.Text()} {
				body = strings.Join(strings.Fields(body), " ")
				for _, want := range []string{c.hello, c.life, link, "Ngā Kaiako"} {
					if !strings.Contains(body, want) {
						t.Errorf("%s part lacks %q:\n%s", part, want, body)
					}
				}
			}
			if got, _ := page.Find("a[target=_blank]").Attr("href"); got != link {
				t.Errorf("button leads to %q, want %q", got, link)
			}
			if got, _ := page.Find("html").Attr("lang"); got != string(c.language) {
				t.Errorf("html lang = %q, want %q", got, c.language)
			}
			if !strings.Contains(m.HTML, "<!--[if mso | IE]>") || !strings.Contains(m.HTML, "prefers-color-scheme: dark") {
				t.Error("HTML part lost its comments for Outlook or its dark colours")
			}
		})
	}
	t.Run("AlreadyExists", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.mustAdd(t, b.exists.To("hemi@example.org", lang.EN, alreadyExists{"Hēmi", "https://example.org/en/accounts/login/", "https://example.org/en/accounts/password/reset/"}))
		b.drain(t)
		m := b.transport.only(t)
		for part, body := range map[string]string{"text": m.Text, "HTML": parse(t, m.HTML).Text()} {
			body = strings.Join(strings.Fields(body), " ")
			if !strings.Contains(body, "https://example.org/en/accounts/login/") || !strings.Contains(body, "at Ngā Kaiako") {
				t.Errorf("%s part lacks sign-in address or association:\n%s", part, body)
			}
		}
	})
	t.Run("ValuesAreEscapedInHTMLOnly", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.mustAdd(t, b.confirm.To("a@example.org", lang.EN, confirmation{`Smith & <script>alert(1)</script>`, link, 1}))
		b.drain(t)
		m := b.transport.only(t)
		if strings.Contains(m.HTML, "<script") || !strings.Contains(m.HTML, "Smith &amp; &lt;script") {
			t.Errorf("HTML part does not escape the name:\n%s", m.HTML)
		}
		if !strings.Contains(m.Text, "Hello Smith & <script>alert(1)</script>,") || !strings.Contains(m.Text, "for 1 day.") {
			t.Errorf("text part changes the name or the number:\n%s", m.Text)
		}
	})
	t.Run("FactsBeginNoLines", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.mustAdd(t, b.confirm.To("a@example.org", lang.EN, confirmation{"Mere\r\n\r\nOne\u2029Two\u2028Three\u0085\vFour", link + "\n\nFive", 3}))
		b.drain(t)
		text := b.transport.only(t).Text
		if !strings.Contains(text, "Hello Mere One Two Three Four,\n") || !strings.Contains(text, "\n"+link+" Five\n") {
			t.Errorf("the facts are not on lines of the template alone:\n%q", text)
		}
	})
	t.Run("LinesAreShortAndLinksWhole", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		long := "https://example.org/" + strings.Repeat("key", 60)
		b.mustAdd(t, b.confirm.To("a@example.org", lang.EN, confirmation{"Mere", long, 3}))
		b.drain(t)
		text := b.transport.only(t).Text
		for line := range strings.SplitSeq(text, "\n") {
			if line != long && len([]rune(line)) > 78 {
				t.Errorf("line of %d characters: %q", len([]rune(line)), line)
			}
		}
		if !strings.Contains(text, "\n"+long+"\n") || strings.Contains(text, "\n\n\n") {
			t.Errorf("want the link on a line of its own and single empty lines:\n%s", text)
		}
	})
}

func parse(t *testing.T, html string) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestBind(t *testing.T) {
	t.Parallel()
	good := fstest.MapFS{
		"mail/x.txt":  {Data: []byte(`{{define "x#subject"}}S{{end}}{{.Facts.Name}}`)},
		"mail/x.html": {Data: []byte(`<p>{{.Facts.Name}}</p>`)},
	}
	without := func(name string) fs.FS {
		files := fstest.MapFS{}
		for n, f := range good {
			if n != name {
				files[n] = f
			}
		}
		return files
	}
	for name, c := range map[string]struct {
		files fs.FS
		bind  func(*mail.Post)
		want  string
	}{
		"OK":           {good, func(p *mail.Post) { mail.Bind[confirmation](p, "x") }, ""},
		"ErrNoText":    {without("mail/x.txt"), func(p *mail.Post) { mail.Bind[confirmation](p, "x") }, `no text template "x#subject"`},
		"ErrNoHTML":    {without("mail/x.html"), func(p *mail.Post) { mail.Bind[confirmation](p, "x") }, `no HTML template "x"`},
		"ErrWrongType": {good, func(p *mail.Post) { mail.Bind[struct{ Other string }](p, "x") }, "can't evaluate field Name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := mail.New(config(), clock.Fixed(instant()), nil, c.files, words{code: "en"})
			if err != nil {
				t.Fatalf("New: %v", err)
			}
			c.bind(p)
			if err := p.Err(); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("Err = %v, want %q", err, c.want)
			}
		})
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	file := func(name, src string) fs.FS { return fstest.MapFS{name: {Data: []byte(src)}} }
	for name, c := range map[string]struct {
		files  fs.FS
		change func(*mail.Config)
		want   string
	}{
		"ErrSender":      {views.FS, func(c *mail.Config) { c.From = "a@b, c@d" }, "sender of letters"},
		"ErrReply":       {views.FS, func(c *mail.Config) { c.ReplyTo = "nobody" }, "reply address of letters"},
		"ErrBase":        {views.FS, func(c *mail.Config) { c.BaseURL = "example.org" }, "base address of letters"},
		"ErrForeignName": {file("mail/x.txt", `{{define "y"}}{{end}}`), nil, `mail/x.txt defines "y"`},
		"ErrHidden":      {file("mail/x.html", `<!--[if mso]>{{.Subject}}<![endif]-->`), nil, "inside a comment for Outlook"},
		"ErrUnknownPart": {file("mail/x.mjml", ``), nil, "neither a text nor an HTML part"},
		"ErrSyntax":      {file("mail/x.txt", `{{if}}`), nil, "missing value for if"},
		"ErrNoSuchWord":  {file("mail/x.html", `{{shout "x"}}`), nil, `function "shout" not defined`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config()
			if c.change != nil {
				c.change(&cfg)
			}
			_, err := mail.New(cfg, clock.Fixed(instant()), nil, c.files, words{code: "en"})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("New = %v, want an error with %q", err, c.want)
			}
		})
	}
}
