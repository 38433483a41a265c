// Package accounts is how people come in and go out: sign-up, verification, sign-in, sign-out and their own page.
package accounts

import (
	"cmp"
	"time"

	"ams/app/account"
	"ams/app/clock"
	"ams/app/factor"
	"ams/app/lang"
	"ams/app/limit"
	"ams/app/membership"
	"ams/app/organisation"
	"ams/app/privacy"
	"ams/app/profile"
	"ams/app/web"
	"ams/views"
)

// Domains are the services whose rules the pages show.
type Domains struct {
	People    *account.Service
	Factors   *factor.Service
	Members   *membership.Service
	Orgs      *organisation.Service
	Questions *profile.Service
	Privacy   *privacy.Service
	// Desk is the path of somebody's record in the administration.
	Desk func(person int64) string
}

// Handler serves the pages of accounts.
type Handler struct {
	people    *account.Service
	factors   *factor.Service
	members   *membership.Service
	orgs      *organisation.Service
	questions *profile.Service
	privacy   *privacy.Service
	desk      func(person int64) string
	clock     clock.Clock
	page      struct {
		entrance  views.Page[entrancePage]
		notice    views.Page[noticePage]
		question  views.Page[questionPage]
		dashboard views.Page[dashboardPage]
		profile   views.Page[profilePage]
		factor    views.Page[factorPage]
		offer     views.Page[offerPage]
		codes     views.Page[codesPage]
		proof     views.Page[proofPage]
		password  views.Page[passwordPage]
		mailboxes views.Page[mailboxPage]
		links     views.Page[linksPage]
		data      views.Page[dataPage]
	}
	form    views.Part[views.Form]
	field   views.Part[views.Field]
	section views.Part[views.FormSection]
	asks    views.Part[views.Confirmation]
	manages views.Part[mailboxes]
}

// New binds the pages.
func New(d Domains, c clock.Clock, set *views.Set) *Handler {
	h := &Handler{
		people: d.People, factors: d.Factors, members: d.Members, orgs: d.Orgs, questions: d.Questions, privacy: d.Privacy,
		desk: d.Desk, clock: c, form: views.BindPart[views.Form](set, "shared/form"),
	}
	h.field = views.BindPart[views.Field](set, "shared/field")
	h.section = views.BindPart[views.FormSection](set, "shared/form-section")
	h.page.entrance = views.BindPage[entrancePage](set, "accounts/entrance")
	h.page.notice = views.BindPage[noticePage](set, "accounts/notice")
	h.page.question = views.BindPage[questionPage](set, "accounts/question")
	h.page.dashboard = views.BindPage[dashboardPage](set, "users/dashboard")
	h.page.factor = views.BindPage[factorPage](set, "accounts/factor")
	h.page.offer = views.BindPage[offerPage](set, "accounts/offer")
	h.page.codes = views.BindPage[codesPage](set, "accounts/codes")
	h.page.proof = views.BindPage[proofPage](set, "accounts/proof")
	h.page.profile = views.BindPage[profilePage](set, "users/profile")
	h.page.password = views.BindPage[passwordPage](set, "accounts/password")
	h.page.mailboxes = views.BindPage[mailboxPage](set, "accounts/email")
	h.page.links = views.BindPage[linksPage](set, "accounts/links")
	h.asks = views.BindPart[views.Confirmation](set, "shared/confirmation")
	h.manages = views.BindPart[mailboxes](set, "accounts/email#manage")
	h.page.data = views.BindPage[dataPage](set, "users/data")
	return h
}

// Routes mounts everything below /accounts and /users.
func (h *Handler) Routes(w *web.Web) {
	a := w.Localised("/accounts").Private()
	a.GET("/", h.index)
	a.GET("/signup/", h.entering(h.newAccount))
	a.POST("/signup/", web.PerClient("sign-up", limit.PerMinute(20), h.entering(h.createAccount)))
	a.GET("/signup/username/", web.PerClient("username", limit.PerMinute(20), h.tryUsername))
	a.GET("/login/", h.entering(h.newSession))
	a.POST("/login/", web.PerClient("sign-in", limit.PerMinute(30), h.entering(h.createSession)))
	a.GET("/logout/", h.leaving)
	a.POST("/logout/", h.deleteSession)
	a.GET("/inactive/", h.inactive)
	a.GET("/confirm-email/", h.sent)
	a.GET("/confirm-email/:key/", h.confirmation)
	a.POST("/confirm-email/:key/", h.confirm)
	h.secretRoutes(a)

	h.factorRoutes(a)

	u := w.Localised("/users").Private()
	u.GET("/~redirect/", web.SignedIn(h.own))
	u.GET("/~update/", web.SignedIn(h.profile))
	u.Uploads(profileLimit).POST("/~update/", web.SignedIn(web.PerPerson("profile", limit.PerMinute(20), h.updateProfile)))
	u.GET("/~data/", web.Recently(h.ownData))
	u.POST("/~data/", web.Recently(web.PerPerson("data", limit.Rule{Max: 10, Window: time.Hour}, h.changeData)))
	u.GET("/~data/file/", web.Recently(h.dataFile))
	u.GET("/:username/", web.SignedIn(h.dashboard))
	u.POST("/:username/", web.SignedIn(h.dashboard))
}

// secretRoutes are those of passwords, addresses and linked accounts.
func (h *Handler) secretRoutes(a *web.Router) {
	a.GET("/email/", web.SignedIn(h.mailboxes))
	a.POST("/email/", web.SignedIn(web.PerPerson("addresses", limit.PerMinute(10), h.changeMailboxes)))
	password := func(next func(*web.Ctx, account.Person) error) web.Handler {
		return web.SignedIn(web.PerPerson("password", limit.PerMinute(5), next))
	}
	a.GET("/password/change/", web.SignedIn(h.newPassword))
	a.POST("/password/change/", password(h.changePassword))
	a.GET("/password/set/", web.SignedIn(h.firstPassword))
	a.POST("/password/set/", password(h.setPassword))
	a.GET("/logout/elsewhere/", web.SignedIn(h.askElsewhere))
	a.POST("/logout/elsewhere/", web.SignedIn(h.signOutElsewhere))
	a.GET("/password/reset/", h.askForReset)
	a.POST("/password/reset/", h.sendReset) // limited by its service: by the address that was typed as well
	a.GET("/password/reset/done/", h.resetSent)
	a.GET("/password/reset/key/done/", h.resetDone)
	a.GET("/password/reset/key/:key/", h.openReset)
	a.POST("/password/reset/key/:key/", web.PerClient("reset link", limit.PerMinute(20), h.reset))
	a.GET("/3rdparty/", web.SignedIn(h.links))
	a.GET("/3rdparty/login/cancelled/", h.linkCancelled)
	a.GET("/3rdparty/login/error/", h.linkFailed)
	a.GET("/3rdparty/signup/", h.linkSignUp)
	a.POST("/3rdparty/signup/", h.linkSignUp)
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
	return views.Buttons{Cancel: views.Link{Text: c.Text(lang.M("Sign in")), Href: sibling(c, account.SignInPath)}}
}

// index has no page of its own.
func (h *Handler) index(c *web.Ctx) error {
	if c.Person().SignedIn() {
		return web.Go(c, c.Path(account.AddressesPath))
	}
	return web.Go(c, c.Path(account.SignInPath))
}

// ownPath leads to the dashboard of whoever is signed in.
func ownPath(c *web.Ctx) string { return c.Path(account.OwnPath) }

// arrive ends a sign-in: where the person wanted to go, else on their dashboard in the language they prefer.
func arrive(c *web.Ctx, p account.Person, next string) error {
	return web.Go(c, cmp.Or(next, c.PathIn(p.Locale(c.Languages(), c.Locale()), account.OwnPath)))
}

// onward is where somebody goes who is in already; the language of the page stays.
func onward(c *web.Ctx) error { return web.Go(c, c.NextOr(ownPath(c))) }

// carried keeps the destination in a form.
func carried(c *web.Ctx) []views.Hidden {
	if next := c.Next(); next != "" {
		return []views.Hidden{{Name: "next", Value: next}}
	}
	return nil
}
