package memberships

import (
	"strconv"

	"github.com/google/uuid"

	"ams/app/account"
	"ams/app/billing"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/organisation"
	"ams/app/session"
	"ams/app/web"
	"ams/app/web/statement"
)

// renewer is an applicant who goes on with a membership.
type renewer struct {
	applicant
	of     membership.Owner
	name   string // of an organisation
	active bool
	home   string // the page that shows what was bought, below the language
	anew   string // where they apply for a first membership, likewise
}

// renewing gives a handler to somebody who renews a membership of their own.
func renewing(next func(*web.Ctx, account.Person, renewer) error) web.Handler {
	return web.SignedIn(func(c *web.Ctx, p account.Person) error {
		a := person(c, p)
		a.path, a.title = statement.RenewPath, c.Text(lang.M("Renew your membership"))
		return next(c, p, renewer{applicant: a, of: membership.OfPerson(p.ID), active: true, home: p.Page(), anew: statement.ApplyPath})
	})
}

// renewingOf is renewing for somebody who looks after the organisation of the address.
func (h *Handler) renewingOf(next func(*web.Ctx, account.Person, renewer) error) web.Handler {
	return h.managed(func(c *web.Ctx, p account.Person, o organisation.Organisation) error {
		a := group(c, p, o)
		a.path, a.title = statement.RenewOrganisationPath(o), c.Text(lang.M("Renew the membership of %s", o.Name))
		return next(c, p, renewer{
			applicant: a, of: membership.OfOrganisation(o.ID), name: o.Name, active: o.Active, home: o.Page(), anew: statement.ApplyOrganisationPath(o),
		})
	})
}

// newRenewal takes choices from the address, as newIndividual does.
func (h *Handler) newRenewal(c *web.Ctx, _ account.Person, r renewer) error {
	offer, err := h.members.RenewalOffer(c.Context(), r.of, r.active)
	if err != nil {
		return err
	}
	if offer.Answer != membership.Offered {
		return notOffered(c, r, offer.Renewal)
	}
	typed := askedToRenew(c)
	typed.Token = uuid.NewString()
	if typed.Seats == "" {
		typed.Seats = strconv.Itoa(offer.Seats())
	}
	return web.Show(c, h.page.renew, newRenewPage(c, r, offer, newRenewForm(c, r, offer, typed)))
}

func askedToRenew(c *web.Ctx) membership.RenewalForm {
	return membership.RenewalForm{Option: c.Query("membership_option"), Seats: c.Query("seat_count")}
}

func (h *Handler) renew(c *web.Ctx, p account.Person, r renewer) error {
	typed := membership.RenewalForm{
		Option: c.Form("membership_option"), Seats: c.Form("seat_count"), Token: c.Form(billing.TokenField), Answers: c.Posted(),
	}
	if c.Ticked(fieldLook) {
		return h.renewal(c, r, typed, nil)
	}
	done, err := h.members.Renew(c.Context(), p, r.of, typed)
	if problems, refused := fault.Problems(err); refused {
		return h.renewal(c, r, typed, &problems)
	}
	if err != nil {
		return err
	}
	switch done.Outcome {
	case membership.NotOffered:
		return notOffered(c, r, done.Refusal)
	case membership.Repeated:
		c.Flash(session.Info, lang.M("This renewal was sent already. Nothing was stored a second time."))
	default:
		c.Flash(session.Success, renewedText(c, r, done))
	}
	return web.Go(c, c.Path(r.home))
}

// renewedText says what was stored, for people with the last day, for organisations with the seats and the expiry.
func renewedText(c *web.Ctx, r renewer, done membership.Renewed) lang.Message {
	m := done.Membership
	if !r.seats {
		last := c.Translator().Date(m.LastDay())
		switch done.Outcome {
		case membership.Started:
			return lang.M("Your membership is renewed until %s.", last)
		case membership.InvoiceComes:
			return lang.M("Your renewal is stored and its invoice is on its way. Once it is paid your membership is renewed until %s.", last)
		}
		return lang.M("Your renewal is stored. The association reviews it. Once it is approved your membership is renewed until %s.", last)
	}
	until := c.Translator().ShortDate(m.Expiry)
	switch done.Outcome {
	case membership.Started:
		return lang.N("The membership is renewed: %d seat until %s.", "The membership is renewed: %d seats until %s.", m.Seats, m.Seats, until)
	case membership.InvoiceComes:
		return lang.N("The renewal is stored and its invoice is on its way. Once it is paid you have %d seat until %s.",
			"The renewal is stored and its invoice is on its way. Once it is paid you have %d seats until %s.", m.Seats, m.Seats, until)
	}
	return lang.N("The renewal is stored. The association reviews it. Once it is approved you have %d seat until %s.",
		"The renewal is stored. The association reviews it. Once it is approved you have %d seats until %s.", m.Seats, m.Seats, until)
}

// renewal shows the form again: with what was wrong, or without problems what it comes to.
func (h *Handler) renewal(c *web.Ctx, r renewer, typed membership.RenewalForm, problems *fault.Fields) error {
	offer, err := h.members.RenewalOffer(c.Context(), r.of, r.active)
	if err != nil {
		return err
	}
	if offer.Answer != membership.Offered {
		return notOffered(c, r, offer.Renewal)
	}
	form := newRenewForm(c, r, offer, typed)
	if problems != nil {
		form = form.refused(c, *problems)
		return web.Invalid(c, h.page.renew, newRenewPage(c, r, offer, form), h.part.renew, form)
	}
	if c.HX() {
		return web.Swap(c, h.part.renew, form)
	}
	return web.Show(c, h.page.renew, newRenewPage(c, r, offer, form))
}

// previewRenewal never refuses: without an offer, and for what cannot be read, there is the neutral text.
func (h *Handler) previewRenewal(c *web.Ctx, _ account.Person, r renewer) error {
	offer, err := h.members.RenewalOffer(c.Context(), r.of, r.active)
	if err != nil {
		return err
	}
	var seen membership.Preview
	if offer.Answer == membership.Offered {
		seen = offer.Preview(askedToRenew(c))
	}
	return web.Swap(c, h.part.period, renewalPanel(c, r, seen))
}

// notOffered leads to where the memberships are shown, which says why none is renewed and what can be done instead.
func notOffered(c *web.Ctx, r renewer, why membership.Renewal) error {
	text, instead := whyNotOffered(c, r, why)
	switch {
	case !instead:
		c.Flash(session.Info, text)
	case r.seats:
		c.FlashLink(session.Info, text, lang.M("Add membership"), r.anew)
	default:
		c.FlashLink(session.Info, text, lang.M("Apply for a membership"), r.anew)
	}
	return web.Go(c, c.Path(r.home))
}

// whyNotOffered tells as well whether to apply is the way that is left.
func whyNotOffered(c *web.Ctx, r renewer, why membership.Renewal) (text lang.Message, instead bool) {
	say := c.Translator()
	switch {
	case why.Answer == membership.OwnerInactive:
		return lang.M("%s is inactive, so its membership cannot be renewed.", r.name), false
	case why.Answer == membership.RenewedAlready && r.seats:
		return lang.M("The membership of %s is renewed already, until %s.", r.name, say.Date(why.Until)), false
	case why.Answer == membership.RenewedAlready:
		return lang.M("Your membership is renewed already, until %s.", say.Date(why.Until)), false
	case why.Answer == membership.TooEarly && r.seats:
		return lang.M("The membership of %s can be renewed from %s.", r.name, say.Date(why.From)), false
	case why.Answer == membership.TooEarly:
		return lang.M("Your membership can be renewed from %s.", say.Date(why.From)), false
	case why.Answer == membership.TooLate && r.seats:
		return lang.M("It is too late to renew the membership of %s. You can add a new one.", r.name), true
	case why.Answer == membership.TooLate:
		return lang.M("It is too late to renew your membership. You can apply for a new one."), true
	case r.seats:
		return lang.M("%s has no membership that can be renewed.", r.name), true
	}
	return lang.M("You have no membership that can be renewed."), true
}
