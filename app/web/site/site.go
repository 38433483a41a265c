// Package site is what belongs to the site as a whole: its front door, files, robots and health.
package site

import (
	"context"
	"net/http"
	"path"
	"strings"
	"time"

	"ams/app/cms"
	"ams/app/web"
)

// Handler serves them.
type Handler struct {
	assets http.Handler
	pages  *cms.Service
	health Health
}

// Health says whether the process can do its work.
type Health struct {
	Database func(context.Context) error
	Pending  func(context.Context) (int, error) // migrations that the database lacks
}

// New takes the handler of files below /static/.
func New(assets http.Handler, pages *cms.Service, health Health) *Handler {
	return &Handler{assets: assets, pages: pages, health: health}
}

// Routes mounts the addresses without language.
func (h *Handler) Routes(w *web.Web) {
	r := w.Plain("")
	r.GET("/", h.home)
	r.GET("/static/*file", h.static)
	r.GET("/robots.txt", h.robots)
	r.GET("/livez", h.live)
	r.GET("/healthz", h.healthy)
	r.GET("/readyz", h.ready)
}

// home sends visitors to the home page of their language.
func (h *Handler) home(c *web.Ctx) error {
	l := c.Locale()
	if c.Person().SignedIn() {
		l = c.Person().Locale(c.Languages(), l)
	}
	return web.Go(c, c.PathIn(l, "/"))
}

func (h *Handler) static(c *web.Ctx) error {
	file, ours := strings.CutPrefix(c.Param("file"), strings.TrimPrefix(cms.ThemePath, "/static"))
	if !ours {
		return c.ServeFile(h.assets)
	}
	css, err := h.pages.ThemeCSS(c.Context(), strings.TrimSuffix(file, path.Ext(file)))
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "public, max-age=31536000, immutable")
	return c.Plain(http.StatusOK, "text/css; charset=utf-8", css)
}

func (h *Handler) robots(c *web.Ctx) error {
	return c.Plain(http.StatusOK, "text/plain; charset=utf-8", "User-agent: *\nDisallow: /*/accounts/\nDisallow: /*/users/\n")
}

func (h *Handler) live(c *web.Ctx) error {
	return c.Plain(http.StatusOK, "text/plain; charset=utf-8", "ok")
}

func (h *Handler) healthy(c *web.Ctx) error {
	if h.databaseFails(c) {
		return c.Plain(http.StatusServiceUnavailable, "text/plain; charset=utf-8", "database")
	}
	return c.Plain(http.StatusOK, "text/plain; charset=utf-8", "ok")
}

// patience is how long the database may take to answer a check.
const patience = 2 * time.Second

func (h *Handler) databaseFails(c *web.Ctx) bool {
	ctx, cancel := context.WithTimeout(c.Context(), patience)
	defer cancel()
	return h.health.Database(ctx) != nil
}

func (h *Handler) behind(c *web.Ctx) bool {
	ctx, cancel := context.WithTimeout(c.Context(), patience)
	defer cancel()
	n, err := h.health.Pending(ctx)
	return err != nil || n > 0
}

func (h *Handler) ready(c *web.Ctx) error {
	failing := ""
	if h.databaseFails(c) {
		failing = "database"
	} else if h.behind(c) {
		failing = "migrations"
	}
	if failing != "" {
		return c.JSON(http.StatusServiceUnavailable, map[string]string{"status": "not ready", "failing": failing})
	}
	return c.JSON(http.StatusOK, map[string]string{"status": "ready"})
}
