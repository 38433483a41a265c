package organisations

import (
	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/listing"
	"ams/app/organisation"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

// invitePage is views/organisations/invite.
type invitePage struct {
	views.Head
	Heading views.Heading
	Form    views.Form
}

// invitedPart is its part #sent: what the page of the organisation changes once somebody is invited there.
type invitedPart struct {
	Form     views.Form // for the next one
	Members  views.Table
	Messages views.Messages
}

// newInvitation shows the form: as a page, or within that of the organisation.
func (h *Handler) newInvitation(c *web.Ctx, p account.Person, o organisation.Organisation) error {
	if !o.Active {
		return h.noInvitations(c, o, organisation.NobodyInvited())
	}
	form := inviteForm(c, o, "")
	if c.HX() {
		return web.Swap(c, h.part.invite, inPlace(form))
	}
	return web.Show(c, h.page.invite, newInvitePage(c, p, o, form))
}

func (h *Handler) invite(c *web.Ctx, p account.Person, o organisation.Organisation) error {
	made, err := h.orgs.Invite(c.Context(), p, o, c.Form("email"))
	if problems, refused := fault.Problems(err); refused {
		form := inviteForm(c, o, c.Form("email")).Refused(nil, map[string][]string{"email": c.Texts(problems.Of("email"))})
		return web.Invalid(c, h.page.invite, newInvitePage(c, p, o, form), h.part.form, form)
	}
	if err != nil {
		return h.noInvitations(c, o, err)
	}
	flashes := []session.Flash{{Level: session.Success, Text: lang.M("%s is invited.", made.Email)}}
	if made.Full {
		flashes = append(flashes, session.Flash{Level: session.Warning, Text: lang.M(
			"All seats are taken. %s cannot accept the invitation until one is free.", made.Email)})
	}
	if c.HX() {
		return h.invitedHere(c, p, o, flashes)
	}
	for _, f := range flashes {
		c.Flash(f.Level, f.Text)
	}
	return web.Go(c, c.Path(o.Page()))
}

// noInvitations tells on the organisation's page why nobody is written to.
func (h *Handler) noInvitations(c *web.Ctx, o organisation.Organisation, err error) error {
	text, refused := fault.Told(err)
	if !refused {
		return err
	}
	c.Flash(session.Failure, text)
	return web.Go(c, c.Path(o.Page()))
}

// invitedHere changes the page of the organisation, and leaves the form open for the next one.
func (h *Handler) invitedHere(c *web.Ctx, p account.Person, o organisation.Organisation, flashes []session.Flash) error {
	people, err := h.orgs.People(c.Context(), o, listing.ParsePart(c.Path(o.Page()), nil, membersList))
	if err != nil {
		return err
	}
	part := invitedPart{Form: inPlace(inviteForm(c, o, "")), Members: membersTable(c, p, o, people)}
	for _, f := range flashes {
		part.Messages.Messages = append(part.Messages.Messages, views.Message{Level: views.Level(f.Level), Text: c.Text(f.Text)})
	}
	return web.Swap(c, h.part.invited, part)
}

func inviteForm(c *web.Ctx, o organisation.Organisation, typed string) views.Form {
	email := views.EmailField("email", c.Text(lang.M("E-mail address of the person")), typed)
	email.Help = c.Text(lang.M("We send an invitation to it, whether there is an account with it or not."))
	email.Input.Autocomplete = "off"
	return views.Form{
		ID: "invite", Action: c.Path(o.Page() + "invite/"), Fields: []views.Field{email},
		Buttons: views.Buttons{
			Submit: views.Submit{Text: c.Text(lang.M("Send the invitation"))},
			Cancel: views.Link{Text: c.Text(lang.M("Cancel")), Href: c.Path(o.Page())},
		},
	}
}

// inPlace is the form where it has just come into the page.
func inPlace(form views.Form) views.Form {
	form.Fields[0].Input.Focus = true
	return form
}

func newInvitePage(c *web.Ctx, p account.Person, o organisation.Organisation, form views.Form) invitePage {
	title := c.Text(inviteTitle())
	return invitePage{Head: views.Head{Title: title, Crumbs: crumbs(c, p, o)}, Heading: views.Heading{Title: title}, Form: form}
}

func inviteTitle() lang.Message { return lang.M("Invite a member") }

// inviteButton leads to the form, which opens above the members where there are scripts.
func inviteButton(c *web.Ctx, o organisation.Organisation) views.Action {
	if !o.Active {
		return views.Action{}
	}
	return views.Action{Text: c.Text(inviteTitle()), Icon: "person-plus", Href: c.Path(o.Page() + "invite/"), Into: "invite-place"}
}

// What those who look after an organisation do to an invitation, named as in addresses.
const (
	resendInvite organisation.Act = "resend-invite"
	revokeInvite organisation.Act = "revoke-invite"
)

// inviteActions are what can be done to an invitation that waits.
func inviteActions(c *web.Ctx, o organisation.Organisation, m organisation.Member) (all []views.Action) {
	add := func(act organisation.Act, text, label lang.Message) {
		all = append(all, views.Action{
			Text: c.Text(text), Label: c.Text(label), Style: views.Quiet, Small: true, Href: c.Path(actPath(o, m, act)), Ask: inList(inviteQuestion(c, m, act)),
		})
	}
	if organisation.MayResend(o, m) == nil {
		add(resendInvite, lang.M("Resend"), lang.M("Resend: invitation of %s", m.Address()))
	}
	add(revokeInvite, lang.M("Revoke"), lang.M("Revoke: invitation of %s", m.Address()))
	return all
}

func inviteQuestion(c *web.Ctx, m organisation.Member, act organisation.Act) views.Ask {
	if act == resendInvite {
		return views.Ask{
			Title:   c.Text(lang.M("Send the invitation again?")),
			Message: c.Text(lang.M("%s gets the message once more, with the same links.", m.Address())),
			Confirm: c.Text(lang.M("Resend")),
		}
	}
	return views.Ask{
		Title:   c.Text(lang.M("Revoke the invitation?")),
		Message: c.Text(lang.M("%s can no longer accept it. You can invite the person again at any time.", m.Address())),
		Confirm: c.Text(lang.M("Revoke")), Style: views.DangerNow,
	}
}

// askInvite is the question before an act, for people without scripts. Where nothing can be done it says so instead.
func (h *Handler) askInvite(act organisation.Act) func(*web.Ctx, account.Person, organisation.Organisation, organisation.Member) error {
	return func(c *web.Ctx, p account.Person, o organisation.Organisation, m organisation.Member) error {
		if obstacle := m.Settled(); obstacle != organisation.Clear {
			return inviteTold(c, o, act, organisation.Invitation{Member: m, Obstacle: obstacle})
		}
		if err := organisation.MayResend(o, m); act == resendInvite && err != nil {
			return h.noInvitations(c, o, err)
		}
		return h.question(c, p, o, inviteQuestion(c, m, act), actPath(o, m, act), o.Page())
	}
}

func (h *Handler) resend(c *web.Ctx, p account.Person, o organisation.Organisation, m organisation.Member) error {
	i, err := h.orgs.Resend(c.Context(), p, o, m)
	if err != nil {
		return told(c, o, false, err, said{})
	}
	return inviteTold(c, o, resendInvite, i)
}

func (h *Handler) revoke(c *web.Ctx, p account.Person, o organisation.Organisation, m organisation.Member) error {
	i, err := h.orgs.Revoke(c.Context(), p, o, m)
	if err != nil {
		return err
	}
	return inviteTold(c, o, revokeInvite, i)
}

// inviteTold leads to the organisation's page, which says what came of an act.
func inviteTold(c *web.Ctx, o organisation.Organisation, act organisation.Act, i organisation.Invitation) error {
	switch {
	case i.Obstacle == organisation.Accepted:
		c.Flash(session.Failure, lang.M("This invitation was accepted already."))
	case i.Obstacle == organisation.Declined:
		c.Flash(session.Failure, lang.M("This invitation was declined."))
	case i.Obstacle == organisation.Revoked && act == revokeInvite:
		c.Flash(session.Info, lang.M("This invitation was revoked already."))
	case i.Obstacle == organisation.Revoked:
		c.Flash(session.Failure, lang.M("This invitation was revoked."))
	case act == resendInvite:
		c.Flash(session.Success, lang.M("The invitation is sent to %s again.", i.Address()))
	default:
		c.Flash(session.Success, lang.M("The invitation of %s is revoked.", i.Address()))
	}
	return web.Back(c, c.Path(o.Page()))
}
