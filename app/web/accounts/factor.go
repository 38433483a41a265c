package accounts

import (
	"encoding/base64"

	"ams/app/account"
	"ams/app/clock"
	"ams/app/factor"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/limit"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

const (
	factorPath = "/accounts/2fa/"
	codesPath  = "/accounts/2fa/recovery-codes/"
	// secondStepPath is where a sign-in that is half done ends.
	secondStepPath = "/accounts/2fa/authenticate/"
	switchOnPath   = "/accounts/2fa/totp/activate/"
	switchOffPath  = "/accounts/2fa/totp/deactivate/"
	// offerNote is the secret that somebody is about to take into their app.
	offerNote = "totp"
)

// factorPage is views/accounts/factor.
type factorPage struct {
	views.Head
	Heading   views.Heading
	Cards     views.Cards
	Elsewhere views.Section
	Sentence  string
	End       views.PostButton
}

// offerPage is views/accounts/offer.
type offerPage struct {
	views.Head
	Heading views.Heading
	QR      string // an SVG in base 64
	Secret  string
	Form    views.Form
}

// factorRoutes mounts everything about the second factor.
func (h *Handler) factorRoutes(a *web.Router) {
	a.GET("/2fa/", web.SignedIn(h.factor))
	a.GET("/2fa/authenticate/", h.halfway(h.secondStep))
	a.POST("/2fa/authenticate/", h.halfway(h.takeSecondStep))
	a.GET("/2fa/totp/activate/", web.Recently(h.offer))
	a.POST("/2fa/totp/activate/", web.Recently(h.switchOn))
	a.GET("/2fa/totp/deactivate/", web.Recently(h.askOff))
	a.POST("/2fa/totp/deactivate/", web.Recently(h.switchOff))
	a.GET("/2fa/recovery-codes/", web.Recently(h.codes))
	a.GET("/2fa/recovery-codes/download/", web.Recently(h.downloadCodes))
	a.GET("/2fa/recovery-codes/generate/", web.Recently(h.askCodes))
	a.POST("/2fa/recovery-codes/generate/", web.Recently(h.renewCodes))
	a.GET("/reauthenticate/", web.SignedIn(h.askPassword))
	a.POST("/reauthenticate/", web.SignedIn(web.PerPerson("proof", limit.PerMinute(10), h.takePassword)))
	a.GET("/2fa/reauthenticate/", web.SignedIn(h.askCode))
	a.POST("/2fa/reauthenticate/", web.SignedIn(web.PerPerson("proof", limit.PerMinute(10), h.takeCode)))
}

func factorTitle() lang.Message { return lang.M("Two-step sign-in") }

// aboutFactor is the head of a page beneath the overview, or of the overview itself.
func aboutFactor(c *web.Ctx, p account.Person, title lang.Message, beneath bool) views.Head {
	head := ownHead(c, p, c.Text(title))
	if beneath {
		head.Crumbs = append(head.Crumbs, views.Crumb{Text: c.Text(factorTitle()), Href: c.Path(factorPath)})
	}
	return head
}

func (h *Handler) factor(c *web.Ctx, p account.Person) error {
	st, err := h.factors.StateOf(c.Context(), p.ID)
	if err != nil {
		return err
	}
	cards := views.Cards{Single: true, Cards: []views.Card{appCard(c, st)}}
	if st.On {
		cards.Cards = append(cards.Cards, codesCard(c, st))
	}
	page := factorPage{
		Head: aboutFactor(c, p, factorTitle(), false),
		Heading: views.Heading{
			Title: c.Text(factorTitle()),
			Lead:  c.Text(lang.M("After your password you enter a code that only your phone knows. Then nobody gets in with your password alone.")),
		},
		Cards: cards,
	}
	page.Elsewhere, page.Sentence, page.End = signOutElsewhere(c, []views.Hidden{{Name: "next", Value: c.Path(factorPath)}})
	return web.Show(c, h.page.factor, page)
}

func appCard(c *web.Ctx, st factor.State) views.Card {
	card := views.Card{Title: c.Text(lang.M("Authenticator app")), Icon: "phone"}
	if st.On {
		card.Badges = []views.Badge{{Tone: views.ToneSuccess, Icon: "check-circle-fill", Text: c.Text(lang.M("On"))}}
		card.Text = c.Text(lang.M("Switched on on %s.", c.Translator().Date(clock.DateOf(st.Since))))
		card.Actions = []views.Action{{Text: c.Text(lang.M("Switch off")), Href: c.Path(switchOffPath), Style: views.Danger}}
		return card
	}
	card.Badges = []views.Badge{{Icon: "dash-circle", Text: c.Text(lang.M("Off"))}}
	card.Text = c.Text(lang.M("You need an app on your phone that shows sign-in codes, such as Aegis, Google Authenticator or the password manager that you use."))
	card.Actions = []views.Action{{Text: c.Text(lang.M("Switch on")), Href: c.Path(switchOnPath), Style: views.Primary}}
	return card
}

func codesCard(c *web.Ctx, st factor.State) views.Card {
	card := views.Card{
		Title: c.Text(lang.M("Recovery codes")), Icon: "key",
		Text: c.Text(lang.M("They let you in when your phone is lost or broken. Each works once.")),
	}
	if st.HasCodes {
		card.Badges = []views.Badge{{Text: codesLeft(c, len(st.Codes))}}
	}
	if len(st.Codes) > 0 {
		card.Actions = append(card.Actions, views.Action{Text: c.Text(lang.M("Show")), Href: c.Path(codesPath)},
			views.Action{Text: c.Text(lang.M("Download")), Href: c.Path(codesPath + "download/")})
	}
	card.Actions = append(card.Actions, views.Action{Text: c.Text(lang.M("Make new codes")), Href: c.Path(codesPath + "generate/")})
	return card
}

// offer shows a fresh secret each time.
func (h *Handler) offer(c *web.Ctx, p account.Person) error {
	st, err := h.factors.StateOf(c.Context(), p.ID)
	if err != nil {
		return err
	}
	if st.On {
		return web.Go(c, c.Path(switchOffPath))
	}
	if why := st.Unable(); !why.Empty() {
		c.FlashLink(session.Failure, why, lang.M("E-mail addresses"), account.AddressesPath)
		return web.Go(c, c.Path(factorPath))
	}
	page, err := h.offerPage(c, p, "")
	if err != nil {
		return err
	}
	return web.Show(c, h.page.offer, page)
}

func (h *Handler) offerPage(c *web.Ctx, p account.Person, secret string) (offerPage, error) {
	offered, err := h.factors.Offer(c.Context(), p, secret, c.Locale())
	if err != nil {
		return offerPage{}, err
	}
	c.SetNote(offerNote, offered.Secret)
	title := lang.M("Switch two-step sign-in on")
	return offerPage{
		Head: aboutFactor(c, p, title, true), Heading: views.Heading{Title: c.Text(title)},
		QR: base64.StdEncoding.EncodeToString([]byte(offered.QR)), Secret: offered.Secret, Form: offerForm(c),
	}, nil
}

func offerForm(c *web.Ctx) views.Form {
	return views.Form{
		ID: "switch-on", Action: c.Path(switchOnPath),
		Fields: []views.Field{views.CodeField("code", c.Text(lang.M("Code from the app")))},
		Buttons: views.Buttons{
			Submit: views.Submit{Text: c.Text(lang.M("Switch on"))},
			Cancel: views.Link{Text: c.Text(lang.M("Cancel")), Href: c.Path(factorPath)},
		},
	}
}

func (h *Handler) switchOn(c *web.Ctx, p account.Person) error {
	secret := c.Note(offerNote)
	if secret == "" { // the session was renewed meanwhile
		return web.Go(c, c.Path(switchOnPath))
	}
	codes, err := h.factors.SwitchOn(c.Context(), p, secret, c.Form("code"), c.Origin())
	if problems, refused := fault.Problems(err); refused {
		page, err := h.offerPage(c, p, secret)
		if err != nil {
			return err
		}
		page.Form = refuse(c, page.Form, problems)
		return web.Invalid(c, h.page.offer, page, h.form, page.Form)
	}
	if told, clash := fault.Told(err); clash {
		return h.backToFactor(c, session.Failure, told)
	}
	if err != nil {
		return err
	}
	c.SetNote(offerNote, "")
	c.Flash(session.Success, lang.M("Two-step sign-in is on."))
	if !codes {
		return web.Go(c, c.Path(factorPath))
	}
	c.Flash(session.Info, lang.M("Keep your recovery codes where you find them without your phone."))
	return web.Go(c, c.Path(codesPath))
}

func (h *Handler) backToFactor(c *web.Ctx, level session.Level, text lang.Message) error {
	c.Flash(level, text)
	return web.Go(c, c.Path(factorPath))
}

func (h *Handler) askOff(c *web.Ctx, p account.Person) error {
	st, err := h.factors.StateOf(c.Context(), p.ID)
	if err != nil {
		return err
	}
	if !st.On {
		return fault.NotFound(lang.M("Two-step sign-in is off for your account."))
	}
	return web.Show(c, h.page.question, factorQuestion(c, p, lang.M("Switch two-step sign-in off?"), []lang.Message{
		lang.M("Then your password alone is enough to sign in. Your recovery codes are deleted as well."),
	}, switchOffPath, views.Submit{Text: c.Text(lang.M("Switch off")), Style: views.Danger}))
}

func factorQuestion(c *web.Ctx, p account.Person, title lang.Message, lines []lang.Message, path string, submit views.Submit) questionPage {
	return questionPage{
		Head: aboutFactor(c, p, title, true),
		Confirmation: views.Confirmation{
			Title: c.Text(title), Lines: c.Texts(lines), Action: c.Path(path), Submit: submit,
			Cancel: views.Link{Text: c.Text(lang.M("Cancel")), Href: c.Path(factorPath)},
		},
	}
}

func (h *Handler) switchOff(c *web.Ctx, p account.Person) error {
	if err := h.factors.SwitchOff(c.Context(), p, c.Origin()); err != nil {
		return err
	}
	return h.backToFactor(c, session.Success, lang.M("Two-step sign-in is off."))
}
