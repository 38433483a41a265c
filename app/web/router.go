package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"ams/app/cms"
	"ams/app/journal"
	"ams/app/lang"
)

// Handler answers one request. Its error becomes the page of its kind.
type Handler func(*Ctx) error

// Router mounts the routes of one area.
type Router struct {
	web     *Web
	mounts  []mount
	private bool // answers are kept by no cache
	own     bool // in the language that the person has chosen
	uploads int64
}

// mount is a place where routes of an area are reached; the locale is empty without language prefix.
type mount struct {
	locale lang.Locale
	prefix string
}

// Localised mounts routes once for each enabled language: "/accounts" is reached below /en and /mi.
func (w *Web) Localised(path string) *Router {
	r := &Router{web: w}
	for _, l := range w.languages.Enabled() {
		r.mounts = append(r.mounts, mount{locale: l, prefix: "/" + string(l) + path})
	}
	return r
}

// Plain mounts routes without language prefix.
func (w *Web) Plain(path string) *Router { return &Router{web: w, mounts: []mount{{prefix: path}}} }

// Private gives the same place for pages about people: browsers and proxies keep no copy.
func (r *Router) Private() *Router {
	private := *r
	private.private = true
	return &private
}

// spokenNote is the language that was asked for in this session.
const spokenNote = "language"

// Personal gives the same place for pages whose addresses name no language: they speak the one that was asked for in the
// session, else the one that the person has stored, else that of cookie and browser.
func (r *Router) Personal() *Router {
	personal := *r
	personal.own = true
	return &personal
}

// GET answers HEAD as well.
func (r *Router) GET(path string, h Handler) {
	r.handle(http.MethodGet, path, h)
	r.handle(http.MethodHead, path, h)
}

// POST answers requests that may change something.
func (r *Router) POST(path string, h Handler) { r.handle(http.MethodPost, path, h) }

func (r *Router) handle(method, path string, h Handler) {
	if r.private {
		h = private(h)
	}
	if r.own {
		h = personal(h)
	}
	for _, m := range r.mounts {
		r.web.engine.Handle(method, m.prefix+path, r.web.adapt(h))
		r.web.routes.add(m.locale, m.prefix+path)
		if r.uploads > 0 && method == http.MethodPost {
			r.web.routes.uploads[m.prefix+path] = r.uploads
		}
	}
}

func private(h Handler) Handler {
	return func(c *Ctx) error {
		c.Header("Cache-Control", "no-store")
		return h(c)
	}
}

func personal(h Handler) Handler {
	return func(c *Ctx) error {
		l := c.Person().Locale(c.Languages(), c.locale)
		if c.visit != nil {
			if asked, enabled := c.Enabled(c.Note(spokenNote)); enabled {
				l = asked
			}
		}
		if l != c.locale {
			c.locale = l
			c.Header("Content-Language", string(l))
		}
		return h(c)
	}
}

// adapt runs a handler inside Gin.
func (w *Web) adapt(h Handler) gin.HandlerFunc {
	return func(g *gin.Context) {
		c := ctxOf(g)
		if err := h(c); err != nil {
			w.fail(c, err)
		}
	}
}

// Mounts are the first segments that belong to the program: content pages below home may not use them.
func (w *Web) Mounts() cms.Mounts { return w.routes.mounts }

// routes remembers what was mounted, because Gin cannot be asked whether an address would be answered.
type routes struct {
	patterns [][]string
	secret   [][]string // what leads to a segment that nobody may read, "confirm-email" and ":key", however the path begins
	mounts   cms.Mounts
	uploads  map[string]int64 // the places that take files, with the bytes that may come
}

func (r *routes) add(locale lang.Locale, pattern string) {
	parts := strings.Split(pattern, "/")
	r.patterns = append(r.patterns, parts)
	for i, p := range parts {
		if !strings.HasPrefix(p, ":") || !journal.SecretName(p[1:]) {
			continue
		}
		from := i - 1
		for strings.HasPrefix(parts[from], ":") {
			from--
		}
		r.secret = append(r.secret, parts[from:i+1])
	}
	if locale == "" {
		r.mounts.Bare = with(r.mounts.Bare, parts[1])
	} else {
		r.mounts.Prefixed = with(r.mounts.Prefixed, parts[2])
	}
}

func with(all []string, one string) []string {
	if one == "" || slices.Contains(all, one) {
		return all
	}
	return append(all, one)
}

// match tells whether a path would be answered by some method.
func (r *routes) match(path string) bool {
	parts := strings.Split(path, "/")
	return slices.ContainsFunc(r.patterns, func(pattern []string) bool { return matches(pattern, parts) })
}

func matches(pattern, parts []string) bool {
	for i, p := range pattern {
		switch {
		case strings.HasPrefix(p, "*"):
			return len(parts) > i
		case i >= len(parts):
			return false
		case strings.HasPrefix(p, ":"):
			if parts[i] == "" {
				return false
			}
		case p != parts[i]:
			return false
		}
	}
	return len(pattern) == len(parts)
}
