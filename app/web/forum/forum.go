// Package forum lets members into the association's forum with their account here.
package forum

import (
	"log/slog"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/forum"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/session"
	"ams/app/web"
	"ams/jobs"
)

// Handler serves the two addresses that forum and people use.
type Handler struct {
	forum   *forum.Forum // nil where there is none
	people  *account.Service
	members *membership.Service
	picture func(key string) string
	log     *slog.Logger
}

// Config names the forum; without an origin there is none. Picture gives the public address of a profile picture by its
// key, nil where there are none.
type Config struct {
	Origin, Secret string
	Picture        func(key string) string
}

// New prepares the pages; the log hears of questions that are not the forum's.
func New(cfg Config, people *account.Service, members *membership.Service, log *slog.Logger) *Handler {
	h := &Handler{people: people, members: members, picture: cfg.Picture, log: log}
	if cfg.Origin != "" {
		h.forum = forum.New(cfg.Origin, cfg.Secret)
	}
	return h
}

// Routes mounts /forum, which has no language. What a visitor has to pass stands from the left to the right.
func (h *Handler) Routes(w *web.Web) {
	r := w.Plain("/forum").Private().Personal()
	r.GET("/", h.on(web.SignedIn(h.enter)))
	r.GET("/sso", h.on(web.SignedIn(agreed(h.member(h.signOn)))))
}

// on hides the addresses where there is no forum.
func (h *Handler) on(next web.Handler) web.Handler {
	return func(c *web.Ctx) error {
		if h.forum == nil {
			return fault.NotFound(lang.Message{})
		}
		return next(c)
	}
}

// agreed asks people for the terms in force first; then they come back to the same question.
func agreed(next func(*web.Ctx, account.Person) error) func(*web.Ctx, account.Person) error {
	return func(c *web.Ctx, p account.Person) error {
		if gone, err := c.Gate(); gone || err != nil {
			return err
		}
		return next(c, p)
	}
}

// member sends everybody without an active membership to their own page.
func (h *Handler) member(next func(*web.Ctx, account.Person) error) func(*web.Ctx, account.Person) error {
	return func(c *web.Ctx, p account.Person) error {
		member, err := h.members.IsMember(c.Context(), p)
		if err != nil {
			return err
		}
		if !member {
			c.Flash(session.Failure, lang.M("The forum is for members. It opens as soon as you have an active membership."))
			return web.Go(c, c.Path(p.Page()))
		}
		return next(c, p)
	}
}

// enter begins at the forum, which comes back with a question.
func (h *Handler) enter(c *web.Ctx, _ account.Person) error { return web.Go(c, h.forum.Entrance()) }

// signOn answers the forum's question.
func (h *Handler) signOn(c *web.Ctx, p account.Person) error {
	nonce, err := h.forum.Nonce(c.Query("sso"), c.Query("sig"))
	if err != nil {
		h.log.WarnContext(c.Context(), "refuse a sign-on to the forum", "id", jobs.Correlation(c.Context()), "error", err)
		return fault.BadRequest(lang.M("This request does not come from the forum, or it was damaged on its way. Go back to the forum and sign in there once more."))
	}
	m := forum.Member{Person: p}
	if m.Confirmed, err = h.people.Confirmed(c.Context(), p); err != nil {
		return err
	}
	if p.Picture != "" && h.picture != nil {
		m.Avatar = h.picture(p.Picture)
	}
	return web.Go(c, h.forum.Answer(nonce, m))
}
