package web

import (
	"net/http"
	"regexp"
	"strings"

	"ams/app/fault"
	"ams/app/lang"
	"ams/views"
)

// contentPath is the form of a content page's address below its language.
var contentPath = regexp.MustCompile(`^/(?:[\pL\pM\pN_-]+/)*$`)

// missing answers what no route does: with a redirect where the slash at the end or the language was left out, with a
// content page, or with the page that says that there is nothing.
func (w *Web) missing(c *Ctx) error {
	r := c.gin.Request
	path := r.URL.Path
	slashed := withSlash(path)
	below := slashed
	if c.prefix {
		below = strings.TrimPrefix(slashed, "/"+string(c.locale))
	}
	isContent := contentPath.MatchString(below)
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case slashed != path && (w.routes.match(slashed) || c.prefix && isContent):
		return c.redirect(redirectStatus(r), r.URL.EscapedPath()+"/")
	case !c.prefix && reads && w.routes.match("/"+string(c.locale)+slashed):
		return c.redirect(http.StatusFound, "/"+string(c.locale)+withSlash(r.URL.EscapedPath()))
	case !isContent:
		return fault.NotFound(lang.Message{})
	case !reads:
		return WrongMethod(c)
	case !c.prefix:
		return c.redirect(http.StatusFound, "/"+string(c.locale)+withSlash(r.URL.EscapedPath()))
	}
	return w.contentPage(c, below)
}

func withSlash(path string) string {
	if strings.HasSuffix(path, "/") {
		return path
	}
	return path + "/"
}

// redirect keeps the query.
func (c *Ctx) redirect(status int, path string) error {
	if q := c.gin.Request.URL.RawQuery; q != "" {
		path += "?" + q
	}
	c.written = true
	c.gin.Redirect(status, path)
	return nil
}

func (w *Web) wrongMethod(c *Ctx) error { return errMethod }

// WrongMethod refuses a request that wants to change something at an address that is only read.
func WrongMethod(c *Ctx) error {
	c.Header("Allow", "GET, HEAD")
	return errMethod
}

// contentPage shows a page that editors wrote.
func (w *Web) contentPage(c *Ctx, path string) error {
	version, err := c.contentVersion()
	if err != nil {
		return err
	}
	p, err := w.site.Page(c.Context(), version, path, c.locale)
	if err != nil {
		return err
	}
	if p.MembersOnly {
		if err := w.forMembers(c); err != nil {
			return err
		}
	}
	if p.StructureOnly {
		if p.First == "" {
			return fault.NotFound(lang.Message{})
		}
		return Go(c, p.First)
	}
	head := views.Head{
		Title: p.Title, Window: p.SEOTitle, Description: p.Description, BodyID: p.BodyID, Home: p.Home,
		Crumbs: p.Ancestors, Canonical: p.Path, Alternates: p.Alternates,
	}
	return Show(c, w.content, views.Content{Head: head, Heading: p.Heading, Body: p.Body})
}

// forMembers refuses everybody else.
func (w *Web) forMembers(c *Ctx) error {
	member, err := w.member(c.Context(), c.Person())
	switch {
	case err != nil || member:
		return err
	case c.Person().SignedIn():
		return errNoMember
	}
	return fault.Forbidden(lang.M("This page is for members. Sign in with the account of an active member to see it."))
}
