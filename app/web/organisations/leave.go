package organisations

import (
	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/organisation"
	"ams/app/session"
	"ams/app/web"
	"ams/app/web/statement"
	"ams/views"
)

func (h *Handler) askLeave(c *web.Ctx, p account.Person, o organisation.Organisation) error {
	if err := h.orgs.MayLeave(c.Context(), p, o); err != nil {
		return told(c, o, false, err, said{})
	}
	return h.question(c, p, organisation.Organisation{}, statement.LeaveQuestion(c, o), statement.LeavePath(o), p.Page())
}

func (h *Handler) leave(c *web.Ctx, p account.Person, o organisation.Organisation) error {
	if err := h.orgs.Leave(c.Context(), p, o); err != nil {
		return told(c, o, false, err, said{})
	}
	c.Flash(session.Success, lang.M("You no longer belong to %s.", o.Name))
	return web.Back(c, c.Path(p.Page()))
}

func (h *Handler) askDeactivate(c *web.Ctx, p account.Person, o organisation.Organisation) error {
	if err := h.orgs.MayDeactivate(c.Context(), p, o); err != nil {
		return told(c, o, false, err, said{})
	}
	return h.question(c, p, o, deactivateQuestion(c, o), o.Page()+"deactivate/", o.Page())
}

func (h *Handler) deactivate(c *web.Ctx, p account.Person, o organisation.Organisation) error {
	changed, err := h.orgs.Deactivate(c.Context(), p, o)
	text, refused := fault.Told(err)
	switch {
	case refused:
		c.Flash(session.Failure, text)
		return web.Go(c, c.Path(o.Page()))
	case err != nil:
		return err
	case changed:
		c.Flash(session.Success, lang.M("%s is deactivated.", o.Name))
	default:
		c.Flash(session.Info, lang.M("%s is inactive already.", o.Name))
	}
	return web.Go(c, c.Path(p.Page()))
}

func deactivateQuestion(c *web.Ctx, o organisation.Organisation) views.Ask {
	return views.Ask{
		Title: c.Text(lang.M("Deactivate %s?", o.Name)),
		Message: c.Text(lang.M(
			"You have to be the only person who belongs to it. All its memberships that have not expired are cancelled. Only staff of the association can activate it again.")),
		Confirm: c.Text(lang.M("Deactivate")), Style: views.DangerNow,
	}
}
