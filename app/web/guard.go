package web

import (
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"ams/app/fault"
	"ams/app/lang"
)

// guard refuses what no page of ours sends, before any handler sees it.
func (w *Web) guard(g *gin.Context) {
	c := ctxOf(g)
	if err := w.check(c); err != nil {
		w.fail(c, err)
		g.Abort()
		return
	}
	if c.written {
		g.Abort()
	}
}

func (w *Web) check(c *Ctx) error {
	r := c.gin.Request
	if unguarded(r.URL.Path) {
		return nil
	}
	if !w.knownHost(r.Host) {
		return fault.BadRequest(lang.M("This address does not belong to this site."))
	}
	if w.cfg.RedirectHTTPS && !w.overHTTPS(r) {
		c.written = true
		c.gin.Redirect(redirectStatus(r), "https://"+hostName(r.Host)+r.URL.RequestURI())
		return nil
	}
	if !clean(r.URL.Path) {
		return errUnreadable()
	}
	if strings.HasPrefix(r.URL.Path, "/static/") {
		return nil
	}
	visit, err := w.sessions.Open(r)
	if err != nil {
		return err
	}
	c.visit = visit
	if w.origin.Check(r) != nil {
		return errForeign
	}
	return c.read(w.cfg.BodyLimit)
}

// unguarded addresses are asked by machines that know no host name and no session.
func unguarded(path string) bool {
	return path == "/livez" || path == "/healthz" || path == "/readyz"
}

func redirectStatus(r *http.Request) int {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return http.StatusMovedPermanently
	}
	return http.StatusPermanentRedirect
}

// hostName is a Host header without its port.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

func errUnreadable() error {
	return fault.BadRequest(lang.M("The address holds characters that cannot be read."))
}

func (w *Web) knownHost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(hostName(host), "."))
	return slices.ContainsFunc(w.cfg.Hosts, func(allowed string) bool {
		switch {
		case allowed == "*":
			return host != ""
		case strings.HasPrefix(allowed, "."):
			return host == allowed[1:] || strings.HasSuffix(host, allowed)
		}
		return host == allowed
	})
}

// read takes address and form in. PostgreSQL stores neither NUL bytes nor broken UTF-8, so neither gets in.
func (c *Ctx) read(limit int64) error {
	r := c.gin.Request
	c.query, _ = url.ParseQuery(r.URL.RawQuery) // what does not parse is left out: links collect such rests on their way
	if !cleanValues(c.query) {
		return errUnreadable()
	}
	if r.Method != http.MethodPost {
		return nil
	}
	if uploads := c.uploads(); uploads > 0 {
		r.Body = http.MaxBytesReader(c.gin.Writer, r.Body, uploads)
		return nil
	}
	r.Body = http.MaxBytesReader(c.gin.Writer, r.Body, limit)
	return c.readValues()
}

// parseForm takes at most 10,000 fields, and 1,000 with files; net/http counts them.
func parseForm(r *http.Request) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		return r.ParseMultipartForm(1 << 20)
	}
	return r.ParseForm()
}

func clean(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func cleanValues(values url.Values) bool {
	for name, all := range values {
		if !clean(name) || slices.ContainsFunc(all, func(v string) bool { return !clean(v) }) {
			return false
		}
	}
	return true
}
