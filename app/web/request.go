package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"ams/app/account"
	"ams/app/href"
	"ams/app/lang"
	"ams/jobs"
)

const languageCookie = "ams_language"

// begin gives each request an id, a time limit and a language, and logs its end.
func (w *Web) begin(g *gin.Context) {
	started := time.Now()
	c := &Ctx{web: w, gin: g, id: requestID(g.Request), query: url.Values{}, form: url.Values{}, release: func() {}}
	c.base = jobs.WithCorrelation(g.Request.Context(), c.id)
	ctx, cancel := context.WithTimeout(c.base, w.cfg.TimeLimit)
	defer cancel()
	defer func() { c.release() }()
	g.Request = g.Request.WithContext(ctx)
	c.locale, c.prefix = w.localeOf(g.Request)
	g.Set(ctxKey, c)
	h := g.Writer.Header()
	h.Set("X-Request-Id", c.id)
	h.Set("Content-Language", string(c.locale))
	if !c.prefix {
		h.Add("Vary", "Accept-Language, Cookie")
	}
	w.secure(c, h)
	g.Next()
	c.logEnd(time.Since(started))
}

// localeOf is the language of the first segment, else the one that the visitor prefers.
func (w *Web) localeOf(r *http.Request) (l lang.Locale, prefixed bool) {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if l, ok := w.languages.Parse(first); ok {
		return l, true
	}
	if cookie, err := r.Cookie(languageCookie); err == nil {
		if l, ok := w.languages.Parse(cookie.Value); ok {
			return l, false
		}
	}
	return w.languages.Match(r.Header.Get("Accept-Language")), false
}

// secure sets the headers that every answer has. Scripts and styles come from our own files only.
func (w *Web) secure(c *Ctx, h http.Header) {
	targets := strings.Join(append([]string{"'self'"}, w.cfg.FormTargets...), " ")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "+
		"manifest-src 'self'; form-action "+targets+"; base-uri 'none'; frame-ancestors 'none'; img-src 'self' data: "+w.pictures.Origin)
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if !w.cfg.Secure || !w.overHTTPS(c.gin.Request) {
		return
	}
	policy := "max-age=518400"
	if w.cfg.HSTSSubdomains {
		policy += "; includeSubDomains"
	}
	if w.cfg.HSTSPreload {
		policy += "; preload"
	}
	h.Set("Strict-Transport-Security", policy)
}

func (w *Web) overHTTPS(r *http.Request) bool {
	return r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// signInAddress is where an anonymous visitor is sent, to come back afterwards.
func (c *Ctx) signInAddress() string {
	return href.WithNext(c.Path(account.SignInPath), c.Here())
}

// SignedIn lets only people with a session reach a handler.
func SignedIn(h func(*Ctx, account.Person) error) Handler {
	return func(c *Ctx) error {
		if !c.Person().SignedIn() {
			return Go(c, c.signInAddress())
		}
		return h(c, c.Person())
	}
}
