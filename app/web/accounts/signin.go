package accounts

import (
	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

// inactivePath tells people that their account is switched off.
const inactivePath = "/accounts/inactive/"

func (h *Handler) newSession(c *web.Ctx) error {
	return web.Show(c, h.page.entrance, h.signInPage(c, signInForm(c, "", false)))
}

func (h *Handler) createSession(c *web.Ctx) error {
	remember := c.Ticked("remember")
	arrival, err := h.people.SignIn(c.Context(), account.Credentials{
		Email: c.Form("login"), Password: c.Form("password"), Client: c.Client(), Next: c.Next(),
	})
	if problems, refused := fault.Problems(err); refused {
		c.RetryAfter(err)
		form := refuse(c, signInForm(c, c.Form("login"), remember), problems)
		return web.Invalid(c, h.page.entrance, h.signInPage(c, form), h.form, form)
	}
	if err != nil {
		return err
	}
	switch arrival.Entry {
	case account.Inactive:
		return web.Go(c, c.Path(inactivePath))
	case account.Unconfirmed:
		if arrival.Mailed != "" {
			c.Flash(session.Info, lang.M("We have sent a confirmation message to %s.", arrival.Mailed))
		}
		return web.Go(c, sibling(c, account.ConfirmPath))
	case account.Guarded:
		c.Renew()
		c.SetNote(pendingNote, h.factors.Begin(arrival, remember, c.Next()).String())
		return web.Go(c, c.Path(secondStepPath))
	}
	c.SignIn(arrival.Person, arrival.PasswordHash, remember)
	return arrive(c, arrival.Person, c.Next())
}

func signInForm(c *web.Ctx, email string, remember bool) views.Form {
	login := views.EmailField("login", c.Text(lang.M("E-mail address")), email)
	login.Input.Autocomplete = "username"
	password := views.PasswordField("password", c.Text(lang.M("Password")), "current-password")
	password.More = forgotten(c)
	return views.Form{
		ID: "sign-in", Action: c.Path(account.SignInPath), Hidden: carried(c),
		Fields: []views.Field{
			login,
			password,
			views.CheckField("remember", c.Text(lang.M("Keep me signed in on this device for two weeks")), remember),
		},
		Buttons: views.Buttons{Submit: views.Submit{Text: c.Text(lang.M("Sign in"))}},
	}
}

func (h *Handler) signInPage(c *web.Ctx, form views.Form) entrancePage {
	title := c.Text(lang.M("Sign in"))
	p := entrancePage{Head: views.Head{Title: title}, Heading: views.Heading{Title: title}, Form: form}
	if h.people.Open() {
		p.Question = c.Text(lang.M("New here?"))
		p.Other = views.Link{Text: c.Text(lang.M("Sign up")), Href: sibling(c, account.SignUpPath)}
	}
	return p
}

func (h *Handler) inactive(c *web.Ctx) error {
	return h.notice(c, lang.M("Your account is switched off"), []lang.Message{
		lang.M("You cannot sign in with it at the moment. Please contact the association."),
	}, views.Buttons{Cancel: views.Link{Text: c.Text(lang.M("Go to the home page")), Href: c.Path("/")}})
}

// leaving asks before it signs out: a link from elsewhere cannot do it.
func (h *Handler) leaving(c *web.Ctx) error {
	if !c.Person().SignedIn() {
		return leave(c)
	}
	title := c.Text(lang.M("Sign out"))
	return web.Show(c, h.page.question, questionPage{
		Head: views.Head{Title: title},
		Confirmation: views.Confirmation{
			Title: title, Lines: []string{c.Text(lang.M("Do you want to sign out?"))},
			Action: c.Path(account.SignOutPath), Fields: []views.Hidden{{Name: "next", Value: c.NextOr(c.Path("/"))}},
			Submit: views.Submit{Text: title},
			Cancel: views.Link{Text: c.Text(lang.M("Stay signed in")), Href: ownPath(c)},
		},
	})
}

func (h *Handler) deleteSession(c *web.Ctx) error {
	c.SignOut()
	return leave(c)
}

func leave(c *web.Ctx) error { return web.Go(c, c.NextOr("/")) }
