package organisations

import (
	"ams/app/account"
	"ams/app/clock"
	"ams/app/href"
	"ams/app/lang"
	"ams/app/organisation"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

// invitationPage is views/organisations/invitation.
type invitationPage struct {
	views.Head
	Heading views.Heading
	State   views.Message // why it cannot be accepted
	Lines   []string      // what to do about that
	Facts   views.Facts
	Answers []views.PostButton
	Ways    []views.Action // out of here, where there is nothing to answer
}

// invitation shows what the links of the letter lead to. The one that was followed decides which answer comes first.
func (h *Handler) invitation(accepts bool) func(*web.Ctx, account.Person) error {
	return func(c *web.Ctx, p account.Person) error {
		i, err := h.orgs.Invitation(c.Context(), p, c.Param("token"))
		if err != nil {
			return err
		}
		return web.Show(c, h.page.invitation, newInvitationPage(c, p, i, accepts))
	}
}

func newInvitationPage(c *web.Ctx, p account.Person, i organisation.Invitation, accepts bool) invitationPage {
	title := c.Text(lang.M("Invitation"))
	if i.Obstacle == organisation.Foreign {
		return foreignPage(c, p)
	}
	page := invitationPage{
		Head:    views.Head{Title: title},
		Heading: views.Heading{Title: c.Text(lang.M("Join %s", i.Organisation.Name))},
		Facts: views.Facts{Facts: []views.Fact{
			{Term: c.Text(lang.M("Organisation")), Text: i.Organisation.Name},
			{Term: c.Text(lang.M("Contact")), Text: i.Organisation.ContactName},
			{Term: c.Text(lang.M("Role")), Text: c.Text(i.Role.Text())},
			{Term: c.Text(lang.M("Invited on")), Text: c.Translator().Date(clock.DateOf(i.CreatedAt))},
		}},
	}
	if to := i.Address(); to != "" {
		page.Facts.Facts = append(page.Facts.Facts, views.Fact{Term: c.Text(lang.M("Sent to")), Text: to})
	}
	if i.Obstacle != organisation.Clear {
		level, text := outcome(i, true)
		page.State = views.Message{Level: views.Level(level), Standing: true, Text: c.Text(text)}
	}
	switch i.Obstacle {
	case organisation.Clear:
		page.Heading.Lead = c.Text(lang.M("You are invited to become a member of this organisation."))
		page.Answers = []views.PostButton{answering(c, i.Member, accepts, views.Primary), answering(c, i.Member, !accepts, views.Secondary)}
	case organisation.Closed, organisation.Full:
		page.Answers = []views.PostButton{answering(c, i.Member, false, views.Secondary)}
	default:
		page.Ways = []views.Action{ownPage(c, p)}
	}
	return page
}

// foreignPage tells somebody that an invitation is not theirs, and nothing else of it.
func foreignPage(c *web.Ctx, p account.Person) invitationPage {
	title := c.Text(lang.M("Invitation"))
	_, text := outcome(organisation.Invitation{Obstacle: organisation.Foreign}, true)
	leave := href.WithNext(c.Path(account.SignOutPath), c.Address())
	return invitationPage{
		Head: views.Head{Title: title}, Heading: views.Heading{Title: title},
		State: views.Message{Level: views.LevelWarning, Standing: true, Text: c.Text(text)},
		Lines: c.Texts([]lang.Message{
			lang.M("You are signed in as %s. If the invitation is for another account of yours, sign out and sign in with that one.", p.Email),
			lang.M("If it was sent to another address of yours, add that address to this account and confirm it."),
		}),
		Ways: []views.Action{
			ownPage(c, p), {Text: c.Text(lang.M("E-mail addresses")), Href: c.Path(account.AddressesPath)}, {Text: c.Text(lang.M("Sign out")), Href: leave},
		},
	}
}

func ownPage(c *web.Ctx, p account.Person) views.Action {
	return views.Action{Text: c.Text(lang.M("Go to your page")), Href: c.Path(p.Page()), Style: views.Primary}
}

// answering is the button of one answer.
func answering(c *web.Ctx, m organisation.Member, accepts bool, style views.Style) views.PostButton {
	if accepts {
		return views.PostButton{Action: c.Path(m.AcceptPath()), Submit: views.Submit{Text: c.Text(lang.M("Accept")), Style: style}}
	}
	return views.PostButton{Action: c.Path(m.DeclinePath()), Submit: views.Submit{Text: c.Text(lang.M("Decline")), Style: style}}
}

func (h *Handler) accept(c *web.Ctx, p account.Person) error {
	i, err := h.orgs.Accept(c.Context(), p, c.Param("token"))
	if err != nil {
		return err
	}
	return answered(c, p, i, true)
}

func (h *Handler) decline(c *web.Ctx, p account.Person) error {
	i, err := h.orgs.Decline(c.Context(), p, c.Param("token"))
	if err != nil {
		return err
	}
	return answered(c, p, i, false)
}

// answered tells what came of an answer, on the person's own page.
func answered(c *web.Ctx, p account.Person, i organisation.Invitation, accepts bool) error {
	level, text := outcome(i, accepts)
	c.Flash(level, text)
	switch i.Obstacle {
	case organisation.Foreign, organisation.Revoked, organisation.Declined:
		return web.Go(c, c.Path(account.OwnPath))
	}
	return web.Back(c, c.Path(p.Page()))
}

// outcome is what is said of an invitation after an answer, or instead of one.
func outcome(i organisation.Invitation, accepts bool) (session.Level, lang.Message) {
	name := i.Organisation.Name
	switch i.Obstacle {
	case organisation.Foreign:
		return session.Failure, lang.M("This invitation belongs to another account.")
	case organisation.Revoked:
		return session.Failure, lang.M("This invitation was revoked.")
	case organisation.Accepted:
		return session.Info, lang.M("This invitation was accepted already.")
	case organisation.Declined:
		if !accepts {
			return session.Info, lang.M("This invitation was declined already.")
		}
		return session.Failure, lang.M("This invitation was declined.")
	case organisation.Closed:
		return session.Failure, lang.M("%s is inactive, so nobody can join it.", name)
	case organisation.Full:
		return session.Failure, lang.M("All seats of %s are taken. You can accept the invitation as soon as one is free.", name)
	case organisation.Redundant:
		return session.Info, lang.M("You are a member of %s already.", name)
	}
	if accepts {
		return session.Success, lang.M("You are a member of %s now.", name)
	}
	return session.Success, lang.M("You have declined the invitation to %s.", name)
}
