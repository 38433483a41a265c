package web

import (
	"errors"
	"html/template"
	"math"
	"net/http"
	"strconv"

	"ams/app/fault"
	"ams/app/lang"
	"ams/views"
)

// Refusals of the kernel itself, which no service knows.
var (
	errForeign = errors.New("the request comes from another site")
	errTooLong = errors.New("the request is too long")
	errMethod  = errors.New("the method is not offered here")
	// errNoMember is for people with an account and without an active membership.
	errNoMember = errors.New("the page is for members")
)

// errorPage is views/error/page.
type errorPage struct {
	views.Head
	Heading, Text string
	Reference     string
	Elsewhere     []elsewhere
	Way           views.Link
}

// elsewhere is the page that was asked for, in another language.
type elsewhere struct{ Lang, Language, Title, Href string }

// refusal is how one kind of failure is told.
type refusal struct {
	status        int
	heading, text lang.Message
}

func refusalOf(err error) refusal {
	switch {
	case errors.Is(err, errForeign):
		return refusal{
			403, lang.M("Nothing was changed"),
			lang.M("The request came from another website, so it was not carried out. Open the page here and try again."),
		}
	case errors.Is(err, errTooLong):
		return refusal{413, lang.M("Too much at once"), lang.M("What was sent is larger than this page accepts. Nothing was stored.")}
	case errors.Is(err, errNoMember):
		return refusal{
			403, lang.M("This page is for members"), lang.M("It opens as soon as you have an active membership."),
		}
	case errors.Is(err, errMethod):
		return refusal{405, lang.M("That does not work here"), lang.M("This page cannot be used in that way.")}
	}
	r := refusalByKind(fault.KindOf(err))
	var told *fault.Error
	if errors.As(err, &told) && !told.Text.Empty() {
		r.text = told.Text
	}
	return r
}

func refusalByKind(k fault.Kind) refusal {
	switch k {
	case fault.Refused:
		return refusal{422, lang.M("Please check what you entered"), lang.M("Something in the form does not fit. Nothing was stored.")}
	case fault.Malformed:
		return refusal{400, lang.M("This request cannot be understood"), lang.M("Go back and try again.")}
	case fault.Missing:
		return refusal{404, lang.M("Page not found"), lang.M("There is nothing at this address. Perhaps it was moved or its address was mistyped.")}
	case fault.Denied:
		return refusal{403, lang.M("You may not see this"), lang.M("Your account does not have the permission for this page.")}
	case fault.Clash:
		return refusal{409, lang.M("Somebody else was faster"), lang.M("What you wanted to change has changed meanwhile. Open the page again.")}
	case fault.TooFast:
		return refusal{429, lang.M("Please wait a little"), lang.M("Please wait a moment and try again.")}
	case fault.Away:
		return refusal{503, lang.M("Please try again later"), lang.M("A service that this page needs does not answer at the moment.")}
	}
	return refusal{500, lang.M("Something went wrong"), lang.M("This is our mistake, not yours. We have been told about it.")}
}

// fail answers with the page of an error.
func (w *Web) fail(c *Ctx, err error) {
	r := refusalOf(err)
	switch {
	case r.status == http.StatusInternalServerError:
		w.broken(c, err)
		return
	case c.visit == nil && r.status != http.StatusBadRequest: // files and probes have neither session nor site
		w.plain(c, r, "")
		return
	}
	c.RetryAfter(err)
	if r.status >= http.StatusInternalServerError {
		w.log.WarnContext(c.Context(), "unavailable", "error", err)
	}
	answer := w.whole
	if c.HX() {
		answer = w.beside
	}
	if err := answer(c, r, w.way(c, err, r)); err != nil {
		w.broken(c, err)
	}
}

// way leads on from a refusal; the zero link where there is nothing to do about it.
func (w *Web) way(c *Ctx, err error, r refusal) views.Link {
	here := c.gin.Request.URL.EscapedPath()
	switch {
	case errors.Is(err, errNoMember):
		return views.Link{Text: c.Text(lang.M("Become a member")), Href: c.Path("/users/memberships/apply-individual/")}
	case (errors.Is(err, errForeign) || r.status == http.StatusTooManyRequests && !c.HX()) && safeNext(here):
		return views.Link{Text: c.Text(lang.M("Open the page")), Href: here}
	case r.status == http.StatusForbidden && !c.Person().SignedIn():
		return views.Link{Text: c.Text(lang.M("Sign in")), Href: c.signInAddress()}
	}
	return views.Link{}
}

// whole answers with a page that says nothing else.
func (w *Web) whole(c *Ctx, r refusal, way views.Link) error {
	page := errorPage{Head: views.Head{Title: c.Text(r.heading), Apart: true}, Heading: c.Text(r.heading), Text: c.Text(r.text), Way: way}
	if way.Href == "" {
		page.Way = views.Link{Text: c.Text(lang.M("Go to the home page")), Href: c.Path("/")}
	}
	if r.status == http.StatusNotFound && c.prefix {
		page.Elsewhere = c.elsewhere()
	}
	return show(c, r.status, w.failure, page)
}

// beside leaves the page as it is and adds a message to it: what somebody typed is still there.
func (w *Web) beside(c *Ctx, r refusal, way views.Link) error {
	body, err := w.messageBeside(c, views.Message{Level: views.LevelWarning, Text: c.Text(r.text), Link: way})
	if err != nil {
		return err
	}
	return c.send(r.status, body)
}

// messageBeside is the fragment of one message; nothing else of the page changes.
func (w *Web) messageBeside(c *Ctx, m views.Message) (template.HTML, error) {
	c.Header("HX-Reswap", "none show:#messages:top")
	return w.messages.Render(string(c.locale), views.Messages{Messages: []views.Message{m}})
}

// RetryAfter tells programs how long to wait, where the error knows it.
func (c *Ctx) RetryAfter(err error) {
	if told, ok := errors.AsType[*fault.Error](err); ok && told.After > 0 {
		c.Header("Retry-After", strconv.Itoa(int(math.Ceil(told.After.Seconds()))))
	}
}

// elsewhere offers the page of the same path in the other languages. A failure there never spoils the error page.
func (c *Ctx) elsewhere() []elsewhere {
	found, err := c.web.site.Elsewhere(c.Context(), c.withoutLocale(), c.locale)
	if err != nil {
		c.web.log.WarnContext(c.Context(), "look for the page in other languages", "error", err)
		return nil
	}
	var out []elsewhere
	for _, e := range found {
		if e.MembersOnly {
			continue
		}
		out = append(out, elsewhere{Lang: string(e.Lang), Language: lang.Native(e.Lang), Title: e.Title, Href: e.Path})
	}
	return out
}

// broken answers when nothing can be relied on, unless the visitor has left: whatever fails then is nobody's mistake,
// however the error names it.
func (w *Web) broken(c *Ctx, err error) {
	if c.base.Err() != nil {
		w.log.InfoContext(c.Context(), "the visitor left", "method", c.Method(), "route", c.gin.FullPath(), "error", err)
		c.gin.Abort()
		return
	}
	w.apologise(c, err)
}

// apologise answers with a page without database, session and theme. The person learns the id under which the operator
// finds the cause.
func (w *Web) apologise(c *Ctx, err error, facts ...any) {
	facts = append(facts, "method", c.Method(), "route", c.gin.FullPath(), "error", err)
	w.log.ErrorContext(c.Context(), "request failed", facts...)
	if c.gin.Writer.Written() {
		return
	}
	c.Header("Cache-Control", "no-store")
	w.plain(c, refusalByKind(fault.Internal), c.id)
}

// plain answers with a page or a message that needs nothing but its template.
func (w *Web) plain(c *Ctx, r refusal, reference string) {
	var html template.HTML
	var err error
	if c.HX() {
		text := c.Text(r.text)
		if reference != "" {
			text += " " + c.Text(lang.M("Reference: %s", reference))
		}
		html, err = w.messageBeside(c, views.Message{Level: views.LevelError, Text: text})
	} else {
		html, err = w.bare.Render(string(c.locale), views.Bare{
			Title: c.Text(r.heading), Heading: c.Text(r.heading), Text: c.Text(r.text), Reference: reference,
			Home: views.Link{Text: c.Text(lang.M("Go to the home page")), Href: c.Path("/")},
		})
	}
	if err != nil {
		w.log.ErrorContext(c.Context(), "render the last page", "error", err)
	}
	c.gin.Data(r.status, "text/html; charset=utf-8", []byte(html))
	c.gin.Abort()
}
