package web

import (
	"html/template"
	"strings"

	"ams/app/account"
	"ams/app/cms"
	"ams/app/lang"
	"ams/app/session"
	"ams/views"
)

// shell is everything around a page's content.
func (c *Ctx) shell(head views.Head, body template.HTML) (views.Shell, error) {
	f, err := c.frameOfSite()
	if err != nil {
		return views.Shell{}, err
	}
	path := c.gin.Request.URL.Path
	s := views.Shell{
		Lang: string(c.locale), Title: windowTitle(head, f.Name), Description: head.Description, Author: f.Name,
		ThemeStyle: f.ThemeStyle, ThemeHead: f.ThemeHead, BodyID: head.BodyID,
		Mode: f.Mode, NavbarMode: f.NavbarMode, FooterMode: f.FooterMode,
		Home: f.Home, Brand: f.Brand, FooterLogo: f.FooterLogo, Menu: f.Menu(path),
		Languages: c.switcher(head.Alternates), Crumbs: c.crumbs(head, f),
		LinkedIn: f.LinkedIn, Facebook: f.Facebook, Columns: f.Columns, FooterText: f.FooterText,
		Body: body,
	}
	if head.Staff != nil {
		s.Staff = *head.Staff
		s.Staff.Here = c.here()
	}
	if s.Description == "" {
		s.Description = f.Description()
	}
	if head.Canonical != "" {
		s.Canonical = c.web.cfg.BaseURL + head.Canonical
	}
	for _, a := range head.Alternates {
		s.Alternates = append(s.Alternates, views.Alternate{Lang: a.Lang, Href: c.web.cfg.BaseURL + a.Href})
	}
	c.account(&s, f)
	s.Flashes = c.flashes()
	return s, nil
}

// flashes are the messages that were left for this page.
func (c *Ctx) flashes() (all []views.Message) {
	if c.visit == nil {
		return nil
	}
	for _, flash := range c.visit.TakeFlashes() {
		m := views.Message{Level: level(flash.Level), Text: c.Text(flash.Text)}
		if !flash.Link.Empty() {
			m.Link = views.Link{Text: c.Text(flash.Link), Href: c.Path(flash.Path)}
		}
		all = append(all, m)
	}
	if len(all) > 0 { // they name addresses
		c.Header("Cache-Control", "no-store")
	}
	return all
}

func level(l session.Level) views.Level { return views.Level(l) }

func windowTitle(head views.Head, association string) string {
	switch {
	case head.Window != "":
		return head.Window
	case head.Home || head.Title == "":
		return association
	}
	return head.Title + " – " + association
}

// account fills the corner for people: who is signed in, or how to.
func (c *Ctx) account(s *views.Shell, f *cms.Frame) {
	if p := c.Person(); p.SignedIn() {
		s.Person = &views.ShellPerson{
			Name: p.Label(), Avatar: c.Avatar(p),
			Dashboard: c.Path(p.Page()), Profile: c.Path(account.ProfilePath), Desks: c.Desks(), SignOut: c.Path(account.SignOutPath),
		}
		return
	}
	signIn, signUp := c.Path(account.SignInPath), c.Path(account.SignUpPath)
	s.SignIn = &views.ShellLink{Text: orElse(f.SignInLabel, c.Text(lang.M("Sign in"))), Href: signIn, Class: f.SignInClass}
	if c.web.cfg.SignUp {
		s.SignUp = &views.ShellLink{Text: orElse(f.SignUpLabel, c.Text(lang.M("Sign up"))), Href: signUp, Class: f.SignUpClass}
	}
}

// Avatar is somebody's picture beside their name. Until its thumbnail is made, it is the sign of everybody without a
// picture.
func (c *Ctx) Avatar(p account.Person) views.Avatar {
	a := views.Avatar{Name: p.Name(), Decorative: true}
	switch {
	case c.web.pictures.URL == nil || p.Picture == "":
	case p.Thumbnail == "":
		c.web.pictures.Missing(c.Context(), p)
	default:
		a.Src = c.web.pictures.URL(p.Thumbnail)
	}
	return a
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// switcher leads to the same page in the other languages: the linked one where there is one, else the same path.
func (c *Ctx) switcher(alternates []views.Alternate) []views.Language {
	enabled := c.Languages()
	if len(enabled) < 2 {
		return nil
	}
	linked := map[string]string{}
	for _, a := range alternates {
		linked[a.Lang] = a.Href
	}
	address := c.here()
	var out []views.Language
	for _, l := range enabled {
		entry := views.Language{Code: string(l), Name: lang.Native(l), Current: l == c.locale}
		if !entry.Current {
			entry.Href = orElse(linked[string(l)], c.web.site.Translate(address, l))
		}
		out = append(out, entry)
	}
	return out
}

// here is the address of the page that is shown; what was posted to it cannot be asked for again.
func (c *Ctx) here() string {
	if c.Method() != "GET" && c.Method() != "HEAD" {
		return c.gin.Request.URL.EscapedPath()
	}
	return c.Address()
}

func (c *Ctx) crumbs(head views.Head, f *cms.Frame) []views.Crumb {
	if head.Home {
		return nil
	}
	home := views.Crumb{Text: c.Text(lang.M("Home")), Href: f.Home}
	if head.Staff != nil {
		home = views.Crumb{Text: head.Staff.Place, Href: head.Staff.Home}
	}
	if head.Apart {
		return []views.Crumb{home}
	}
	out := append([]views.Crumb{home}, head.Crumbs...)
	return append(out, views.Crumb{Text: head.Title, Last: true})
}

// frameOfSite is the site's part of the shell, from memory unless an editor changed something.
func (c *Ctx) frameOfSite() (*cms.Frame, error) {
	version, err := c.contentVersion()
	if err != nil {
		return nil, err
	}
	return c.web.site.Frame(c.Context(), version, c.locale)
}

// contentVersion is asked once per request: together with the session where there is one.
func (c *Ctx) contentVersion() (int64, error) {
	if c.version != nil {
		return *c.version, nil
	}
	if c.visit != nil {
		if v, known := c.visit.Along(); known {
			return v, nil
		}
	}
	v, err := c.web.site.Version(c.Context())
	if err == nil {
		c.version = &v
	}
	return v, err
}

// withoutLocale is the path below the language, "/about/" for "/en/about/".
func (c *Ctx) withoutLocale() string {
	return strings.TrimPrefix(c.gin.Request.URL.Path, "/"+string(c.locale))
}
