package accounts

import (
	"strings"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

const (
	// resetNote is what the session remembers of the link that was opened: its key stays out of the address.
	resetNote = "password reset"
	// keptKey stands in the address in place of all of the key but the account.
	keptKey = "set-password"
)

func (h *Handler) askForReset(c *web.Ctx) error {
	return web.Show(c, h.page.entrance, resetPage(c, resetForm(c, c.Person().Email)))
}

func (h *Handler) sendReset(c *web.Ctx) error {
	typed := c.Form("email")
	err := h.people.RequestReset(c.Context(), typed, c.Client(), c.Next())
	if problems, refused := fault.Problems(err); refused {
		form := refuse(c, resetForm(c, typed), problems)
		return web.Invalid(c, h.page.entrance, resetPage(c, form), h.form, form)
	}
	if err != nil {
		return err
	}
	return web.Go(c, sibling(c, account.ResetPath+"done/"))
}

func resetForm(c *web.Ctx, typed string) views.Form {
	return views.Form{
		ID: "reset", Action: c.Path(account.ResetPath), Hidden: carried(c),
		Fields: []views.Field{views.EmailField("email", c.Text(lang.M("E-mail address")), typed)},
		Buttons: views.Buttons{
			Submit: views.Submit{Text: c.Text(lang.M("Send the link"))},
			Cancel: views.Link{Text: c.Text(lang.M("Back to signing in")), Href: sibling(c, account.SignInPath)},
		},
	}
}

func resetPage(c *web.Ctx, form views.Form) entrancePage {
	title := c.Text(lang.M("Choose a new password"))
	lead := lang.M("We send a link to your e-mail address. With it you choose a new password.")
	if p := c.Person(); p.SignedIn() {
		lead = lang.M("You are signed in as %s. We send a link to your e-mail address. With it you choose a new password.", p.Email)
		form.Buttons.Cancel = views.Link{Text: c.Text(lang.M("Back to your account")), Href: ownPath(c)}
	}
	return entrancePage{Head: signInHead(c, title), Heading: views.Heading{Title: title, Lead: c.Text(lead)}, Form: form}
}

// signInHead is that of a page on the way of somebody who cannot sign in.
func signInHead(c *web.Ctx, title string) views.Head {
	if c.Person().SignedIn() {
		return ownHead(c, c.Person(), title)
	}
	return views.Head{Title: title, Crumbs: []views.Crumb{{Text: c.Text(lang.M("Sign in")), Href: c.Path(account.SignInPath)}}}
}

// resetSent says the same whether there is an account or not.
func (h *Handler) resetSent(c *web.Ctx) error {
	return h.notice(c, lang.M("Look into your mailbox"), []lang.Message{
		lang.M("We have sent a message to the e-mail address that you entered. Follow its link within three days to choose a new password."),
		lang.M("Nothing there after a few minutes? Look among the unwanted mail, or try another address of yours."),
	}, signInLink(c))
}

func (h *Handler) resetDone(c *web.Ctx) error {
	return h.notice(c, lang.M("Your password is changed"), []lang.Message{
		lang.M("You can sign in with your new password now. Everywhere you were signed in, you are signed out."),
	}, signInLink(c))
}

// openReset takes the key out of the address, so that it is neither kept in the history nor told to other sites.
func (h *Handler) openReset(c *web.Ctx) error {
	key := c.Param("key")
	uid, rest, _ := strings.Cut(key, "-")
	if rest == keptKey {
		return h.chooseReset(c, uid)
	}
	owner, err := h.people.Resetting(c.Context(), key)
	if err != nil {
		return h.deadReset(c, err)
	}
	if c.Person().SignedIn() && c.Person().ID != owner.ID {
		c.SignOut()
	}
	c.Renew() // who has planted the cookie of this session does not get into the account with the link
	c.SetNote(resetNote, key)
	return web.Go(c, sibling(c, account.ResetPath+"key/"+uid+"-"+keptKey+"/"))
}

// keptReset is the key of the link that was opened for this account, "" without one.
func keptReset(c *web.Ctx, uid string) string {
	key := c.Note(resetNote)
	if !strings.HasPrefix(key, uid+"-") {
		return ""
	}
	return key
}

func (h *Handler) chooseReset(c *web.Ctx, uid string) error {
	if _, err := h.people.Resetting(c.Context(), keptReset(c, uid)); err != nil {
		return h.deadReset(c, err)
	}
	return web.Show(c, h.page.entrance, chosenPage(c, h.chosenForm(c, uid)))
}

// reset stores the password that was chosen. It signs nobody in, and out whoever was.
func (h *Handler) reset(c *web.Ctx) error {
	uid, rest, _ := strings.Cut(c.Param("key"), "-")
	if rest != keptKey {
		return h.openReset(c)
	}
	err := h.people.Reset(c.Context(), keptReset(c, uid), typedPassword(c), c.Origin())
	if problems, refused := fault.Problems(err); refused {
		form := refuse(c, h.chosenForm(c, uid), problems)
		return web.Invalid(c, h.page.entrance, chosenPage(c, form), h.form, form)
	}
	if err != nil {
		return h.deadReset(c, err)
	}
	c.SignOut()
	c.Flash(session.Success, lang.M("Your password is changed."))
	return web.Go(c, sibling(c, account.ResetPath+"key/done/"))
}

func (h *Handler) chosenForm(c *web.Ctx, uid string) views.Form {
	return views.Form{
		ID: "new-password", Action: c.Path(account.ResetPath + "key/" + uid + "-" + keptKey + "/"), Hidden: carried(c),
		Fields: h.passwordFields(c), Buttons: views.Buttons{Submit: views.Submit{Text: c.Text(lang.M("Change the password"))}},
	}
}

func chosenPage(c *web.Ctx, form views.Form) entrancePage {
	title := c.Text(lang.M("Choose a new password"))
	return entrancePage{Head: signInHead(c, title), Heading: views.Heading{Title: title}, Form: form}
}

// deadReset is the page of a link that leads nowhere.
func (h *Handler) deadReset(c *web.Ctx, err error) error {
	if fault.KindOf(err) != fault.Missing {
		return err
	}
	return h.notice(c, lang.M("This link does not work"), []lang.Message{
		lang.M("It is not valid, has expired or was used already. Signing in and changes of your e-mail addresses end the life of a link, too."),
	}, views.Buttons{Cancel: views.Link{Text: c.Text(lang.M("Ask for another link")), Href: sibling(c, account.ResetPath)}})
}
