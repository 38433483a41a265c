package memberships

import (
	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/organisation"
	"ams/app/session"
	"ams/app/web"
	"ams/app/web/statement"
	"ams/views"
)

// managed lets in who looks after the organisation of the address, and finds it.
func (h *Handler) managed(next func(*web.Ctx, account.Person, organisation.Organisation) error) web.Handler {
	return web.SignedIn(func(c *web.Ctx, p account.Person) error {
		o, err := h.orgs.Managed(c.Context(), p, c.Param("uuid"))
		if err != nil {
			return err
		}
		return next(c, p, o)
	})
}

// group is an organisation as an applicant.
func group(c *web.Ctx, p account.Person, o organisation.Organisation) applicant {
	return applicant{
		path: statement.ApplyOrganisationPath(o), title: c.Text(lang.M("Add a membership for %s", o.Name)), seats: true,
		crumbs: organisationCrumbs(c, p, o), back: backTo(c, o),
	}
}

func organisationCrumbs(c *web.Ctx, p account.Person, o organisation.Organisation) []views.Crumb {
	return append(crumbs(c, p), views.Crumb{Text: o.Name, Href: c.Path(o.Page())})
}

func backTo(c *web.Ctx, o organisation.Organisation) views.Link {
	return views.Link{Text: c.Text(lang.M("Cancel")), Href: c.Path(o.Page())}
}

func (h *Handler) newOrganisation(c *web.Ctx, p account.Person, o organisation.Organisation) error {
	if err := membership.Open(o); err != nil {
		return refusedAt(c, o, err)
	}
	offer, err := h.members.OfferTo(c.Context(), o.ID)
	if err != nil {
		return err
	}
	return h.begin(c, group(c, p, o), offer)
}

func (h *Handler) createOrganisation(c *web.Ctx, p account.Person, o organisation.Organisation) error {
	typed := readApplication(c)
	if c.Ticked(fieldLook) {
		return h.organisation(c, p, o, typed, nil)
	}
	m, outcome, err := h.members.ApplyOrganisation(c.Context(), p, o.ID, typed)
	if problems, refused := fault.Problems(err); refused {
		return h.organisation(c, p, o, typed, &problems)
	}
	if err != nil {
		return refusedAt(c, o, err)
	}
	until := c.Translator().ShortDate(m.Expiry)
	switch outcome {
	case membership.Repeated:
		sentAlready(c)
	case membership.Started:
		c.Flash(session.Success, lang.N("The membership is added: %d seat until %s.", "The membership is added: %d seats until %s.", m.Seats, m.Seats, until))
	case membership.InvoiceComes:
		c.Flash(session.Success, lang.N("Your application is stored and its invoice is on its way. Once it is paid you have %d seat until %s.",
			"Your application is stored and its invoice is on its way. Once it is paid you have %d seats until %s.", m.Seats, m.Seats, until))
	default:
		c.Flash(session.Success, lang.N("Your application is stored. The association reviews it. Once it is approved you have %d seat until %s.",
			"Your application is stored. The association reviews it. Once it is approved you have %d seats until %s.", m.Seats, m.Seats, until))
	}
	return web.Go(c, c.Path(o.Page()))
}

// organisation is individual for an organisation.
func (h *Handler) organisation(c *web.Ctx, p account.Person, o organisation.Organisation, typed membership.Application, problems *fault.Fields) error {
	if err := membership.Open(o); err != nil {
		return refusedAt(c, o, err)
	}
	offer, err := h.members.OfferTo(c.Context(), o.ID)
	if err != nil {
		return err
	}
	return h.again(c, group(c, p, o), offer, typed, problems)
}

func (h *Handler) previewOrganisation(c *web.Ctx, p account.Person, o organisation.Organisation) error {
	offer, err := h.members.OfferTo(c.Context(), o.ID)
	if err != nil {
		return err
	}
	return h.preview(c, group(c, p, o), offer)
}

// refusedAt leads to the organisation's page, which says why nothing was bought.
func refusedAt(c *web.Ctx, o organisation.Organisation, err error) error {
	text, told := fault.Told(err)
	if !told || fault.KindOf(err) != fault.Clash {
		return err
	}
	c.Flash(session.Failure, text)
	return web.Go(c, c.Path(o.Page()))
}
