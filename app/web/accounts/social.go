package accounts

import (
	"ams/app/account"
	"ams/app/lang"
	"ams/app/web"
	"ams/views"
)

// linksPage is views/accounts/links: the accounts elsewhere that somebody signs in with.
type linksPage struct {
	views.Head
	Heading views.Heading
	Facts   views.Facts
	Empty   views.Empty
}

func (h *Handler) links(c *web.Ctx, p account.Person) error {
	all, err := h.people.Links(c.Context(), p)
	if err != nil {
		return err
	}
	title := c.Text(lang.M("Linked accounts"))
	page := linksPage{
		Head:    ownHead(c, p, title),
		Heading: views.Heading{Title: title, Lead: c.Text(lang.M("Accounts with other services that you sign in with."))},
	}
	for _, l := range all {
		page.Facts.Facts = append(page.Facts.Facts, views.Fact{Term: l.Provider, Text: c.Text(lang.M("since %s", l.DateJoined))})
	}
	if len(all) == 0 {
		page.Empty = views.Empty{
			Icon: "link-45deg", Title: c.Text(lang.M("None connected")),
			Text: c.Text(lang.M("No account with another service is connected to yours.")), Under: true,
		}
	}
	return web.Show(c, h.page.links, page)
}

func (h *Handler) linkCancelled(c *web.Ctx) error {
	return h.notice(c, lang.M("Signing in was cancelled"), []lang.Message{
		lang.M("You left the sign-in with the other service before it was done. You can sign in with your e-mail address instead."),
	}, signInLink(c))
}

func (h *Handler) linkFailed(c *web.Ctx) error {
	return h.notice(c, lang.M("Signing in did not work"), []lang.Message{
		lang.M("The other service did not tell us who you are. Try again later, or sign in with your e-mail address."),
	}, signInLink(c))
}

// linkSignUp is for people who come from another service. Nobody does: there is none yet.
func (h *Handler) linkSignUp(c *web.Ctx) error { return web.Go(c, sibling(c, account.SignInPath)) }
