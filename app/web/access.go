package web

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"ams/app/journal"
)

// safeID is what a proxy may call a request: it goes into headers, logs and job rows.
var safeID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestID is the name that a proxy has given to the request, else a new one.
func requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); safeID.MatchString(id) {
		return id
	}
	return rand.Text()[:16]
}

// logEnd writes the line of the access log. Checks of health are no work, only talk.
func (c *Ctx) logEnd(took time.Duration) {
	r, level := c.gin.Request, slog.LevelInfo
	if unguarded(r.URL.Path) {
		level = slog.LevelDebug
	} else if c.web.observe != nil {
		c.web.observe(c.Context(), Served{Method: r.Method, Route: c.gin.FullPath(), Status: c.gin.Writer.Status(), Took: took})
	}
	c.web.log.Log(c.Context(), level, "request", "method", r.Method, "path", c.openPath(), "status", c.gin.Writer.Status(),
		"ms", took.Milliseconds(), "bytes", max(c.gin.Writer.Size(), 0), "client", c.Client())
}

// openPath is the address without what opens something: whoever reads a token could use it, be it in the path or in the
// query. The path need not be one that is answered: a link that has lost its language or its slash holds the same token.
func (c *Ctx) openPath() string {
	u := c.gin.Request.URL
	path := c.web.routes.open(u.EscapedPath())
	if u.RawQuery == "" {
		return path
	}
	pairs := strings.Split(u.RawQuery, "&")
	for i, pair := range pairs {
		name, _, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err != nil || journal.SecretName(plain) {
			pairs[i] = name + "="
		}
	}
	return path + "?" + strings.Join(pairs, "&")
}

// open puts the names of secret segments in their places.
func (r *routes) open(path string) string {
	parts := strings.Split(path, "/")
	for _, secret := range r.secret {
		for first := range parts {
			for i, p := range secret {
				if first+i >= len(parts) || !strings.HasPrefix(p, ":") && p != parts[first+i] {
					break
				}
				if i == len(secret)-1 && parts[first+i] != "" {
					parts[first+i] = p
				}
			}
		}
	}
	return strings.Join(parts, "/")
}
