package accounts

import (
	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

func confirmTitle() lang.Message { return lang.M("Confirm your e-mail address") }

// sent tells what to do next; it says the same to everybody.
func (h *Handler) sent(c *web.Ctx) error {
	return h.notice(c, confirmTitle(), []lang.Message{
		lang.M("Open the message that we have sent to your e-mail address, and follow its link. After that you can sign in."),
		lang.M("Nothing there after a few minutes? Look among the unwanted mail, or sign in: then we send another message."),
	}, signInLink(c))
}

// confirmation shows what the link is about. Opening it changes nothing: mail programs open links, too.
func (h *Handler) confirmation(c *web.Ctx) error {
	seen, err := h.people.Confirmation(c.Context(), c.Param("key"))
	if fault.KindOf(err) == fault.Missing {
		addresses := lang.M("E-mail addresses")
		if !c.Person().SignedIn() { // that page asks for it
			addresses = lang.M("Sign in")
		}
		return h.notice(c, confirmTitle(), []lang.Message{
			lang.M("This link is not valid, has expired or was used already."),
			lang.M("Sign in with your e-mail address: if it is not confirmed yet, we send another message."),
		}, views.Buttons{Cancel: views.Link{Text: c.Text(addresses), Href: c.Path(account.AddressesPath)}})
	}
	if err != nil {
		return err
	}
	if c.Person().SignedIn() && c.Person().ID != seen.Owner.ID {
		c.SignOut()
	}
	if seen.Taken {
		return h.notice(c, confirmTitle(), []lang.Message{
			lang.M("%s cannot be confirmed, because another account has confirmed it already.", seen.Email),
		}, signInLink(c))
	}
	title := c.Text(confirmTitle())
	return web.Show(c, h.page.question, questionPage{
		Head: views.Head{Title: title},
		Confirmation: views.Confirmation{
			Title:  title,
			Lines:  []string{c.Text(lang.M("%s is the e-mail address of %s.", seen.Email, seen.Owner.Label()))},
			Action: c.Path(account.ConfirmPath + c.Param("key") + "/"), Fields: carried(c),
			Submit: views.Submit{Text: c.Text(lang.M("Confirm e-mail address"))},
		},
	})
}

func (h *Handler) confirm(c *web.Ctx) error {
	done, err := h.people.Confirm(c.Context(), c.Param("key"), c.Origin())
	switch {
	case fault.KindOf(err) == fault.Clash:
		c.Flash(session.Failure, lang.M("%s cannot be confirmed, because another account has confirmed it already.", done.Email))
	case err != nil:
		return err
	default:
		if c.Person().SignedIn() && c.Person().ID != done.Owner.ID {
			c.SignOut()
		}
		c.Flash(session.Success, lang.M("%s is confirmed.", done.Email))
	}
	if c.Person().SignedIn() {
		return onward(c)
	}
	return web.Go(c, c.NextOr(c.Path(account.SignInPath)))
}
