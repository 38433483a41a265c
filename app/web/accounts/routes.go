// Package accounts is how people come in and go out: sign-up, verification, sign-in, sign-out and their own page.
package accounts

import (
	"ams/app/account"
	"ams/app/clock"
	"ams/app/lang"
	"ams/app/limit"
	"ams/app/membership"
	"ams/app/privacy"
	"ams/app/web"
	"ams/views"
)

// Handler serves the pages of accounts.
type Handler struct {
	people  *account.Service
	members *membership.Service
	privacy *privacy.Service
	clock   clock.Clock
	page    struct {
		entrance  views.Page[entrancePage]
		notice    views.Page[noticePage]
		question  views.Page[questionPage]
		dashboard views.Page[dashboardPage]
		profile   views.Page[profilePage]
		data      views.Page[dataPage]
	}
	form views.Part[views.Form]
}

// New binds the pages.
func New(people *account.Service, members *membership.Service, own *privacy.Service, c clock.Clock, set *views.Set) *Handler {
	h := &Handler{people: people, members: members, privacy: own, clock: c, form: views.BindPart[views.Form](set, "shared/form")}
	h.page.entrance = views.BindPage[entrancePage](set, "accounts/entrance")
	h.page.notice = views.BindPage[noticePage](set, "accounts/notice")
	h.page.question = views.BindPage[questionPage](set, "accounts/question")
	h.page.dashboard = views.BindPage[dashboardPage](set, "users/dashboard")
	h.page.profile = views.BindPage[profilePage](set, "users/profile")
	h.page.data = views.BindPage[dataPage](set, "users/data")
	return h
}

// Routes mounts everything below /accounts and /users.
func (h *Handler) Routes(w *web.Web) {
	a := w.Localised("/accounts").Private()
	a.GET("/", h.index)
	a.GET("/signup/", h.newAccount)
	a.POST("/signup/", web.PerClient("sign-up", limit.PerMinute(20), h.createAccount))
	a.GET("/login/", h.newSession)
	a.POST("/login/", web.PerClient("sign-in", limit.PerMinute(30), h.createSession))
	a.GET("/logout/", h.leaving)
	a.POST("/logout/", h.deleteSession)
	a.GET("/inactive/", h.inactive)
	a.GET("/confirm-email/", h.sent)
	a.GET("/confirm-email/:key/", h.confirmation)
	a.POST("/confirm-email/:key/", h.confirm)

	u := w.Localised("/users").Private()
	u.GET("/~redirect/", web.SignedIn(h.own))
	u.GET("/~update/", web.SignedIn(h.profile))
	u.Uploads(profileLimit).POST("/~update/", web.SignedIn(h.updateProfile))
	u.GET("/~data/", proved(h.ownData))
	u.POST("/~data/", proved(h.changeData))
	u.GET("/~data/file/", proved(h.dataFile))
	u.GET("/:username/", web.SignedIn(h.dashboard))
}

// entrancePage is views/accounts/entrance: one form, and the way to its sibling.
type entrancePage struct {
	views.Head
	Heading  views.Heading
	Question string
	Other    views.Link
	Form     views.Form
}

// noticePage is views/accounts/notice.
type noticePage struct {
	views.Head
	Notice views.Notice
}

// questionPage is views/accounts/question.
type questionPage struct {
	views.Head
	Confirmation views.Confirmation
}

func (h *Handler) notice(c *web.Ctx, title lang.Message, lines []lang.Message, buttons views.Buttons) error {
	return web.Show(c, h.page.notice, noticePage{
		Head:   views.Head{Title: c.Text(title)},
		Notice: views.Notice{Heading: views.Heading{Title: c.Text(title)}, Lines: c.Texts(lines), Buttons: buttons},
	})
}

// signInLink is the button that most notices end with.
func signInLink(c *web.Ctx) views.Buttons {
	return views.Buttons{Cancel: views.Link{Text: c.Text(lang.M("Sign in")), Href: c.Path("/accounts/login/")}}
}

// index has no page of its own.
func (h *Handler) index(c *web.Ctx) error {
	if c.Person().SignedIn() {
		return web.Go(c, ownPath(c, c.Person()))
	}
	return web.Go(c, c.Path("/accounts/login/"))
}

// ownPath is somebody's dashboard in the language they prefer.
func ownPath(c *web.Ctx, p account.Person) string {
	return c.PathIn(p.Locale(c.Languages(), c.Locale()), "/users/~redirect/")
}

// onward is where somebody goes who is in already.
func onward(c *web.Ctx, p account.Person) error {
	if next := c.Next(); next != "" {
		return web.Go(c, next)
	}
	return web.Go(c, ownPath(c, p))
}

// carried keeps the destination in a form.
func carried(c *web.Ctx) []views.Hidden {
	if next := c.Next(); next != "" {
		return []views.Hidden{{Name: "next", Value: next}}
	}
	return nil
}
