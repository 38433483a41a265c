package mail

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"ams/app/lang"
)

// Letter is a kind of message together with the type of the facts it tells.
type Letter[T any] struct{ id string }

// Site is what every letter knows of the association.
type Site struct {
	Name    string // short name of the association, else its domain
	Address string // home page in the letter's language
	Domain  string
}

// content is what the templates of a letter see.
type content[T any] struct {
	Site    Site
	Subject string // without prefix; empty while the subject itself is written
	Facts   T
}

// model makes the content of one draft once the site is known.
type model func(site Site, subject string) any

func modelOf[T any](facts T) model {
	return func(site Site, subject string) any { return content[T]{Site: site, Subject: subject, Facts: facts} }
}

// Bind promises that views/mail/<id>.html and .txt are rendered from a T. What does not fit is reported by Post.Err.
func Bind[T any](p *Post, id string) Letter[T] {
	var facts T
	zero := modelOf(facts)
	p.bound = append(p.bound, binding{id: id, zero: zero(Site{}, "")})
	for code := range p.languages {
		if _, err := p.render(id, code, zero, Site{}); err != nil {
			p.faults = append(p.faults, err)
		}
	}
	return Letter[T]{id: id}
}

// Draft is a letter to somebody that nobody has sent yet; Post.Add does.
type Draft struct {
	id       string
	to       []string
	from     string
	once     string
	language lang.Locale
	model    model
	until    *time.Time
	user     *int64
	forget   bool
}

// Option adds to a draft what few letters need.
type Option func(*Draft)

// Until is the end of the life of a link inside: not delivered by then, the letter is dropped.
func Until(at time.Time) Option { return func(d *Draft) { d.until = &at } }

// User is the person whom the letter is about.
func User(id int64) Option { return func(d *Draft) { d.user = &id } }

// Once names what the letter tells of. A second letter about the same thing is not written.
func Once(event string) Option { return func(d *Draft) { d.once = event } }

// From is another sender than the usual one: one address, with or without a name.
func From(address string) Option { return func(d *Draft) { d.from = address } }

// To writes the letter to one plain address, which Post.Add checks.
func (l Letter[T]) To(address string, in lang.Locale, facts T, opts ...Option) Draft {
	return l.ToAll([]string{address}, in, facts, opts...)
}

// ToAll writes one letter to several people, who see each other's addresses.
func (l Letter[T]) ToAll(addresses []string, in lang.Locale, facts T, opts ...Option) Draft {
	d := Draft{id: l.id, to: addresses, language: in, model: modelOf(facts)}
	for _, o := range opts {
		o(&d)
	}
	return d
}

type written struct{ subject, html, text string }

func (p *Post) render(id string, code lang.Locale, m model, site Site) (written, error) {
	l, ok := p.languages[code]
	if !ok {
		return written{}, fmt.Errorf("letter %s: no templates in %q", id, code)
	}
	title, err := l.text(id+subject, m(site, ""))
	if err != nil {
		return written{}, fmt.Errorf("letter %s in %s: %w", id, code, err)
	}
	title = oneLine(title)
	seen := m(site, title)
	body, err := l.text(id, seen)
	if err != nil {
		return written{}, fmt.Errorf("letter %s in %s: %w", id, code, err)
	}
	html, err := l.html(id, seen)
	if err != nil {
		return written{}, fmt.Errorf("letter %s in %s: %w", id, code, err)
	}
	return written{subject: p.prefix(id) + title, html: html, text: wrap(body)}, nil
}

// prefix stands before the subjects of the letters about people's accounts, and no others.
func (p *Post) prefix(id string) string {
	if strings.HasPrefix(id, "account_") {
		return p.cfg.SubjectPrefix
	}
	return ""
}

func (l language) text(name string, model any) (string, error) {
	t := l.texts.Lookup(name)
	if t == nil {
		return "", fmt.Errorf("no text template %q", name)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, model); err != nil {
		return "", err
	}
	return out.String(), nil
}

func (l language) html(id string, model any) (string, error) {
	t := l.pages[id]
	if t == nil {
		return "", fmt.Errorf("no HTML template %q", id)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, model); err != nil {
		return "", err
	}
	return out.String(), nil
}
