package memberships

import (
	"github.com/google/uuid"

	"ams/app/account"
	"ams/app/billing"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/session"
	"ams/app/web"
	"ams/app/web/statement"
	"ams/views"
)

// applicant is for whom a form applies, and where it leads.
type applicant struct {
	path   string // of the form, below the language
	title  string
	back   views.Link // to the page that shows what was bought
	crumbs []views.Crumb
	seats  bool
}

func person(c *web.Ctx, p account.Person) applicant {
	return applicant{
		path: statement.ApplyPath, title: c.Text(lang.M("Apply for a membership")), crumbs: crumbs(c, p),
		back: views.Link{Text: c.Text(lang.M("Back to your page")), Href: c.Path(p.Page())},
	}
}

func (h *Handler) newIndividual(c *web.Ctx, p account.Person) error {
	offer, err := h.members.Offer(c.Context(), p.ID)
	if err != nil {
		return err
	}
	return h.begin(c, person(c, p), offer)
}

func (h *Handler) createIndividual(c *web.Ctx, p account.Person) error {
	typed := readApplication(c)
	if c.Ticked(fieldLook) {
		return h.individual(c, p, typed, nil)
	}
	outcome, err := h.members.Apply(c.Context(), p, typed)
	if problems, refused := fault.Problems(err); refused {
		return h.individual(c, p, typed, &problems)
	}
	if err != nil {
		return err
	}
	switch outcome {
	case membership.Repeated:
		sentAlready(c)
	case membership.Started:
		c.Flash(session.Success, lang.M("Welcome! Your membership is approved."))
	case membership.InvoiceComes:
		c.Flash(session.Success, lang.M("Your application is stored and its invoice is on its way. Your membership starts once it is paid."))
	default:
		c.Flash(session.Success, lang.M("Your application is stored. The association reviews it."))
	}
	return web.Go(c, c.Path(p.Page()))
}

func sentAlready(c *web.Ctx) {
	c.Flash(session.Info, lang.M("This application was sent already. Nothing was stored a second time."))
}

// individual shows the form again: with what was wrong, or without problems what it comes to.
func (h *Handler) individual(c *web.Ctx, p account.Person, typed membership.Application, problems *fault.Fields) error {
	offer, err := h.members.Offer(c.Context(), p.ID)
	if err != nil {
		return err
	}
	return h.again(c, person(c, p), offer, typed, problems)
}

func (h *Handler) previewIndividual(c *web.Ctx, p account.Person) error {
	offer, err := h.members.Offer(c.Context(), p.ID)
	if err != nil {
		return err
	}
	return h.preview(c, person(c, p), offer)
}

// fieldLook is sent by the button that shows without scripts what the form comes to. What was typed is about a person, so it
// does not go into an address.
const fieldLook = "look"

func readApplication(c *web.Ctx) membership.Application {
	return membership.Application{
		Option: c.Form("membership_option"), Start: c.Form("start_date"), Seats: c.Form("seat_count"),
		Token: c.Form(billing.TokenField), Answers: c.Posted(),
	}
}

// begin takes a choice from the address, so that a link can lead to one.
func (h *Handler) begin(c *web.Ctx, a applicant, offer membership.Offer) error {
	typed := asked(c)
	typed.Token = uuid.NewString()
	if typed.Start == "" {
		typed.Start = offer.Cover.Start.String()
	}
	if typed.Seats == "" {
		typed.Seats = leastSeats(offer)
	}
	return web.Show(c, h.page.apply, newApplyPage(c, a, offer, newApplyForm(c, a, offer, typed)))
}

func asked(c *web.Ctx) membership.Application {
	return membership.Application{Option: c.Query("membership_option"), Start: c.Query("start_date"), Seats: c.Query("seat_count")}
}

// preview never refuses: what cannot be read leads to the neutral text.
func (h *Handler) preview(c *web.Ctx, a applicant, offer membership.Offer) error {
	return web.Swap(c, h.part.period, newPeriodPanel(c, a, offer.Preview(asked(c))))
}

// again shows what was typed once more, and stores nothing.
func (h *Handler) again(c *web.Ctx, a applicant, offer membership.Offer, typed membership.Application, problems *fault.Fields) error {
	form := newApplyForm(c, a, offer, typed)
	if problems != nil {
		form = form.refused(c, *problems)
		return web.Invalid(c, h.page.apply, newApplyPage(c, a, offer, form), h.part.form, form)
	}
	if c.HX() {
		return web.Swap(c, h.part.form, form)
	}
	return web.Show(c, h.page.apply, newApplyPage(c, a, offer, form))
}
