// Package mail writes typed letters into an outbox inside the caller's transaction and delivers them by job.
package mail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"log/slog"
	netmail "net/mail"
	"net/url"
	"strings"
	texttemplate "text/template"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ams/app/clock"
	"ams/app/lang"
	"ams/jobs"
	"ams/views"
)

// Config is what letters take from the settings.
type Config struct {
	From          string // one address, with or without a name
	ReplyTo       string // like From; empty: answers go to From
	SubjectPrefix string // stands before the subjects of account letters, spaces at its end included
	BaseURL       string // "https://example.org": letters never trust a request's Host
	// Association is the name that letters are signed with. It may read the database inside the caller's transaction;
	// where it is blank, letters show the site's domain.
	Association func(context.Context, bun.IDB, lang.Locale) (string, error)
}

// Post writes letters. Bind them when the program starts, then ask Err.
type Post struct {
	cfg       Config
	domain    string
	clock     clock.Clock
	queue     *jobs.Queue
	languages map[lang.Locale]language
	bound     []binding
	faults    []error
}

type binding struct {
	id   string
	zero any
}

// New parses the letters under mail/ of files for each language.
func New(cfg Config, c clock.Clock, q *jobs.Queue, files fs.FS, languages ...views.Translator) (*Post, error) {
	site, err := url.Parse(cfg.BaseURL)
	if err != nil || site.Host == "" {
		return nil, fmt.Errorf("base address of letters %q: want scheme and host", cfg.BaseURL)
	}
	from, err := netmail.ParseAddress(cfg.From)
	if err != nil {
		return nil, fmt.Errorf("sender of letters: %w", err)
	}
	cfg.From = display(from)
	if cfg.ReplyTo != "" {
		reply, err := netmail.ParseAddress(cfg.ReplyTo)
		if err != nil {
			return nil, fmt.Errorf("reply address of letters: %w", err)
		}
		cfg.ReplyTo = display(reply)
	}
	cfg.BaseURL = strings.TrimSuffix(cfg.BaseURL, "/")
	p := &Post{cfg: cfg, domain: site.Hostname(), clock: c, queue: q, languages: map[lang.Locale]language{}}
	for _, tr := range languages {
		if p.languages[lang.Locale(tr.Code())], err = load(files, tr); err != nil {
			return nil, fmt.Errorf("load letters in %s: %w", tr.Code(), err)
		}
	}
	return p, nil
}

// Err gives every letter that could not be bound: a part is missing, or a template does not fit its type.
func (p *Post) Err() error { return errors.Join(p.faults...) }

// Address is the absolute address of a path without language, for links in letters.
func (p *Post) Address(path string) string { return p.cfg.BaseURL + path }

// Each calls check for every template of every bound letter (subject, text, HTML) with its zero model, in each
// language; exactly one of html and text is set. Tests use it to compare templates with types.
func (p *Post) Each(check func(html *htmltemplate.Template, text *texttemplate.Template, zero any) error) error {
	var faults []error
	for code, l := range p.languages {
		for _, b := range p.bound {
			err := errors.Join(
				check(nil, l.texts.Lookup(b.id+subject), b.zero),
				check(nil, l.texts.Lookup(b.id), b.zero),
				check(l.pages[b.id], nil, b.zero))
			if err != nil {
				faults = append(faults, fmt.Errorf("letter %s in %s: %w", b.id, code, err))
			}
		}
	}
	return errors.Join(faults...)
}

// Add renders the letter, writes it to the outbox and queues its delivery, all in the caller's transaction: rolled
// back, nothing is sent. A letter to nobody is none, and so is a second one about the same event. Recipients that are no
// plain address are left out and logged.
func (p *Post) Add(ctx context.Context, tx bun.Tx, d Draft) error {
	to, broken := recipients(d.to)
	if broken > 0 { // without the address: what is logged goes far
		slog.ErrorContext(ctx, "a letter has recipients that are no plain e-mail address", "template", d.id, "recipients", broken)
	}
	if len(to) == 0 {
		return nil
	}
	site, err := p.site(ctx, tx, d.language)
	if err != nil {
		return fmt.Errorf("letter %s: %w", d.id, err)
	}
	written, err := p.render(d.id, d.language, d.model, site)
	if err != nil {
		return err
	}
	id, err := uuid.NewV7() // the development inbox shows the newest first by it
	if err != nil {
		return fmt.Errorf("letter %s: %w", d.id, err)
	}
	row := &outboxRow{
		ID: id.String(), Template: d.id, Once: d.once, To: to, From: cmp.Or(d.from, p.cfg.From), ReplyTo: p.cfg.ReplyTo,
		Subject: written.subject, Language: string(d.language), HTML: written.html, Text: written.text,
		Status: queued, UserID: d.user, Forget: d.forget, ExpiresAt: d.until, CreatedAt: p.clock.Now(),
	}
	if written, err := insert(ctx, tx, row); err != nil || !written {
		return err
	}
	if err := p.queue.Add(ctx, tx, Send{Message: row.ID}); err != nil {
		return fmt.Errorf("queue letter %s: %w", d.id, err)
	}
	return nil
}

func (p *Post) site(ctx context.Context, db bun.IDB, l lang.Locale) (Site, error) {
	name, err := p.cfg.Association(ctx, db, l)
	if err != nil {
		return Site{}, fmt.Errorf("name of the association: %w", err)
	}
	if name = oneLine(name); name == "" {
		name = p.domain
	}
	return Site{Name: name, Address: p.cfg.BaseURL + "/" + string(l) + "/", Domain: p.domain}, nil
}
