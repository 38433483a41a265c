package organisations

import (
	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/organisation"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

// questionPage is views/organisations/question.
type questionPage struct {
	views.Head
	Confirmation views.Confirmation
}

// question asks on a page of its own what a dialog asks.
func (h *Handler) question(c *web.Ctx, p account.Person, crumb organisation.Organisation, ask views.Ask, action, back string) error {
	return web.Show(c, h.page.question, questionPage{
		Head: views.Head{Title: ask.Title, Crumbs: crumbs(c, p, crumb)},
		Confirmation: views.Confirmation{
			Title: ask.Title, Lines: []string{ask.Message}, Action: c.Path(action),
			Submit: views.Submit{Text: ask.Confirm, Style: ask.Style},
			Cancel: views.Link{Text: c.Text(lang.M("Cancel")), Href: c.Path(back)},
		},
	})
}

func actPath(o organisation.Organisation, m organisation.Member, act organisation.Act) string {
	return o.Page() + "member/" + m.UUID + "/" + string(act) + "/"
}

// ask is the question before an act, for people without scripts. Where the act would be refused it says so instead.
func (h *Handler) ask(act organisation.Act) func(*web.Ctx, account.Person, organisation.Organisation, organisation.Member) error {
	return func(c *web.Ctx, p account.Person, o organisation.Organisation, m organisation.Member) error {
		changes, err := h.orgs.Weigh(c.Context(), p, o, m, act)
		if err != nil || !changes {
			return told(c, o, changes, err, words(o, m, act))
		}
		return h.question(c, p, o, actQuestion(c, o, m, act), actPath(o, m, act), o.Page())
	}
}

func (h *Handler) do(act organisation.Act) func(*web.Ctx, account.Person, organisation.Organisation, organisation.Member) error {
	return func(c *web.Ctx, p account.Person, o organisation.Organisation, m organisation.Member) error {
		changes, err := h.orgs.Do(c.Context(), p, o, m, act)
		return told(c, o, changes, err, words(o, m, act))
	}
}

// said is what people read of an act: that it is done, and that it was so before.
type said struct{ done, already lang.Message }

func words(o organisation.Organisation, m organisation.Member, act organisation.Act) said {
	switch act {
	case organisation.MakeAdmin:
		return said{lang.M("%s is an administrator of %s now.", m.Name(), o.Name), lang.M("%s is an administrator already.", m.Name())}
	case organisation.RevokeAdmin:
		return said{lang.M("%s is no longer an administrator of %s.", m.Name(), o.Name), lang.M("%s is not an administrator.", m.Name())}
	}
	return said{done: lang.M("%s no longer belongs to %s.", m.Name(), o.Name)}
}

// told leads to the organisation's page, which says what came of an act. A refusal that people may read is said there.
func told(c *web.Ctx, o organisation.Organisation, changes bool, err error, w said) error {
	text, refused := fault.Told(err)
	switch {
	case refused:
		c.Flash(session.Failure, text)
	case err != nil:
		return err
	case changes:
		c.Flash(session.Success, w.done)
	default:
		c.Flash(session.Info, w.already)
	}
	return web.Back(c, c.Path(o.Page()))
}

func memberAction(c *web.Ctx, o organisation.Organisation, m organisation.Member, act organisation.Act) views.Action {
	a := views.Action{Style: views.Quiet, Small: true, Href: c.Path(actPath(o, m, act)), Ask: inList(actQuestion(c, o, m, act))}
	switch act {
	case organisation.MakeAdmin:
		a.Text, a.Label = c.Text(lang.M("Make admin")), c.Text(lang.M("Make admin: %s", m.Name()))
	case organisation.RevokeAdmin:
		a.Text, a.Label = c.Text(lang.M("Revoke admin")), c.Text(lang.M("Revoke admin: %s", m.Name()))
	default:
		a.Text, a.Label = c.Text(lang.M("Remove")), c.Text(lang.M("Remove: %s", m.Name()))
	}
	return a
}

func actQuestion(c *web.Ctx, o organisation.Organisation, m organisation.Member, act organisation.Act) views.Ask {
	switch act {
	case organisation.MakeAdmin:
		return views.Ask{
			Title:   c.Text(lang.M("Make %s an administrator?", m.Name())),
			Message: c.Text(lang.M("Administrators change the details of %s, invite and remove people, and buy memberships and seats for it.", o.Name)),
			Confirm: c.Text(lang.M("Make administrator")),
		}
	case organisation.RevokeAdmin:
		return views.Ask{
			Title:   c.Text(lang.M("Take the role of an administrator from %s?", m.Name())),
			Message: c.Text(lang.M("They stay a member of %s, and can no longer look after it.", o.Name)),
			Confirm: c.Text(lang.M("Take the role away")), Style: views.DangerNow,
		}
	}
	return views.Ask{
		Title:   c.Text(lang.M("Remove %s?", m.Name())),
		Message: c.Text(lang.M("They no longer belong to %s, and no longer have what its membership gives. To come back they have to be invited again.", o.Name)),
		Confirm: c.Text(lang.M("Remove")), Style: views.DangerNow,
	}
}
