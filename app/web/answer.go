package web

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ams/views"
)

// Show answers with a page. Where a fragment is wanted, the page's content is sent without its frame.
func Show[T views.Headed](c *Ctx, page views.Page[T], model T) error {
	return show(c, http.StatusOK, page, model)
}

func show[T views.Headed](c *Ctx, status int, page views.Page[T], model T) error {
	body, err := page.Render(string(c.locale), model)
	if err != nil {
		return err
	}
	return c.frame(status, model.PageHead(), body)
}

// Invalid answers a refused form: the form alone where a fragment is wanted, else its whole page. Status 422 either way.
func Invalid[P views.Headed, F any](c *Ctx, page views.Page[P], whole P, part views.Part[F], form F) error {
	if !c.HX() {
		return show(c, http.StatusUnprocessableEntity, page, whole)
	}
	body, err := part.Render(string(c.locale), form)
	if err != nil {
		return err
	}
	return c.send(http.StatusUnprocessableEntity, body)
}

// Swap answers with a fragment alone.
func Swap[T any](c *Ctx, part views.Part[T], model T) error {
	body, err := part.Render(string(c.locale), model)
	if err != nil {
		return err
	}
	return c.send(http.StatusOK, body)
}

// Go sends the browser elsewhere on this site, or to an address that the caller vouches for.
func Go(c *Ctx, href string) error {
	if err := c.leave(); err != nil {
		return err
	}
	if c.HX() {
		c.Header("HX-Redirect", ascii(href))
		c.gin.Writer.Header().Add("Vary", "HX-Request")
		c.gin.Status(http.StatusNoContent)
		c.gin.Writer.WriteHeaderNow()
		return nil
	}
	status := http.StatusSeeOther
	if c.Method() == http.MethodGet || c.Method() == http.MethodHead {
		status = http.StatusFound
	}
	c.gin.Redirect(status, href)
	return nil
}

// Back leads to a page that has lists on which people act. Where it is open already, htmx follows by itself and takes what
// has changed out of its content: the lists as they were looked at, and the messages.
func Back(c *Ctx, path string) error {
	shown, err := url.Parse(c.gin.GetHeader("HX-Current-URL"))
	page, wrong := url.PathUnescape(path)
	if err != nil || wrong != nil || !c.HX() || shown.Path != page {
		return Go(c, path)
	}
	if err := c.leave(); err != nil {
		return err
	}
	if shown.RawQuery != "" {
		path += "?" + shown.RawQuery
	}
	c.gin.Redirect(http.StatusSeeOther, path)
	return nil
}

// leave ends a request whose answer is elsewhere.
func (c *Ctx) leave() error {
	if err := c.visit.Commit(c.gin.Writer); err != nil {
		return err
	}
	c.written = true
	c.private()
	return nil
}

// ascii encodes what browsers would misread in a header.
func ascii(href string) string {
	var out strings.Builder
	for _, b := range []byte(href) {
		if b < 0x80 {
			out.WriteByte(b)
		} else {
			fmt.Fprintf(&out, "%%%02X", b)
		}
	}
	return out.String()
}

// private keeps what is about a person out of every cache.
func (c *Ctx) private() {
	c.gin.Writer.Header().Add("Vary", "Cookie")
	if c.Person().SignedIn() {
		c.Header("Cache-Control", "no-store")
	}
}

// frame puts a page's content into the layout. Where it comes without, what is to be told comes along.
func (c *Ctx) frame(status int, head views.Head, body template.HTML) error {
	if c.HX() {
		told := c.flashes()
		if len(told) == 0 {
			return c.send(status, body)
		}
		messages, err := c.web.messages.Render(string(c.locale), views.Messages{Messages: told})
		if err != nil {
			return err
		}
		return c.send(status, body+messages)
	}
	shell, err := c.shell(head, body)
	if err != nil {
		return err
	}
	layout := c.web.layout
	if head.Staff != nil {
		layout = c.web.staff
	}
	html, err := layout.Render(string(c.locale), shell)
	if err != nil {
		return err
	}
	return c.send(status, html)
}

func (c *Ctx) send(status int, html template.HTML) error {
	if c.visit != nil {
		if err := c.visit.Commit(c.gin.Writer); err != nil {
			return err
		}
	}
	c.written = true
	c.private()
	c.gin.Writer.Header().Add("Vary", "HX-Request")
	c.Header("Content-Type", "text/html; charset=utf-8")
	c.Header("Content-Length", strconv.Itoa(len(html)))
	c.gin.Status(status)
	_, _ = c.gin.Writer.WriteString(string(html)) // the browser has gone away
	return nil
}
