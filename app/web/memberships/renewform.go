package memberships

import (
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"ams/app/billing"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/web"
	"ams/views"
)

// renewPage is views/memberships/renew.
type renewPage struct {
	views.Head
	Heading views.Heading
	Before  views.Section
	Old     views.Facts
	After   views.Section
	Form    renewForm
	Empty   views.Empty // instead of a form with nothing to choose from
}

// renewForm is the form, for an organisation with its live preview.
type renewForm struct {
	Action, Preview string // addresses; people have no preview
	Problems        views.Problems
	Token           views.Hidden
	Plan            views.Facts       // what is settled of the new membership
	Options         views.Pricing     // absent where the option is settled
	Seats           views.Field       // of an organisation
	Period          periodPanel       // likewise
	Look            views.Submit      // shows the preview without scripts
	Questions       views.FormSection // absent when none is open
	Buttons         views.Buttons
}

func newRenewPage(c *web.Ctx, r renewer, offer membership.RenewalOffer, form renewForm) renewPage {
	say, old := c.Translator(), offer.Old
	page := renewPage{
		Head: views.Head{Title: r.title, Crumbs: r.crumbs}, Heading: views.Heading{Title: r.title}, Form: form,
		Before: views.Section{Title: c.Text(lang.M("The membership until now"))},
		Old: views.Facts{Facts: []views.Fact{
			{Term: c.Text(lang.M("Membership")), Text: old.Option.Name.In(c.Locale())},
			{Term: c.Text(lang.M("Last day")), Text: say.Day(old.LastDay())},
		}},
		After: views.Section{Title: c.Text(lang.M("The renewal"))},
	}
	if r.seats {
		page.Old.Facts = append(page.Old.Facts, views.Fact{Term: c.Text(lang.M("Seats")), Text: strconv.Itoa(old.Seats)})
	}
	if offer.Choosable() && len(offer.Options) == 0 {
		page.Empty = nothingOnSale(c, r.back)
	}
	return page
}

func newRenewForm(c *web.Ctx, r renewer, offer membership.RenewalOffer, typed membership.RenewalForm) renewForm {
	form := renewForm{
		Action: c.Path(r.path), Token: views.Hidden{Name: billing.TokenField, Value: typed.Token},
		Plan:      plan(c, offer),
		Questions: questions(c, offer.Questions, typed.Answers),
		Buttons:   views.Buttons{Submit: views.Submit{Text: c.Text(lang.M("Renew"))}, Cancel: r.back},
	}
	form.Questions.Help = c.Text(lang.M("The association needs your answers before you can renew. They are kept in your profile."))
	if offer.Choosable() {
		form.Options = renewalCards(c, offer, typed.Option)
	}
	if r.seats {
		form.Preview = c.Path(r.path + "preview/")
		form.Seats = renewalSeats(c, offer, typed)
		form.Options.Limits = form.Seats.ID
		form.Period = renewalPanel(c, r, offer.Preview(typed))
		form.Look = views.Submit{Text: c.Text(lang.M("Show end and cost")), Style: views.Secondary, Name: fieldLook, Value: "1"}
	}
	return form
}

// plan is what is settled of the new membership: its first day, and with the old option everything else.
func plan(c *web.Ctx, offer membership.RenewalOffer) views.Facts {
	say := c.Translator()
	first := views.Fact{Term: c.Text(lang.M("First day")), Text: say.Day(offer.Start)}
	if offer.Choosable() {
		return views.Facts{Facts: []views.Fact{first}}
	}
	o := offer.Old.Option
	facts := []views.Fact{{Term: c.Text(lang.M("Membership")), Text: o.Name.In(c.Locale())}, first}
	if o.Type == membership.ForOrganisations { // the end is shown with the total
		return views.Facts{Facts: append(facts, views.Fact{Term: c.Text(lang.M("Price")), Text: c.Text(lang.M("%s per seat", o.Cost.Dollars()))})}
	}
	return views.Facts{Facts: append(facts, lastDay(c, o, offer), views.Fact{Term: c.Text(lang.M("Price")), Text: o.Cost.Dollars()})}
}

func lastDay(c *web.Ctx, o membership.Option, offer membership.RenewalOffer) views.Fact {
	return views.Fact{Term: c.Text(lang.M("Last day")), Text: c.Translator().Day(o.Duration.From(offer.Start).AddDays(-1))}
}

// renewalCards are those of an application, each with its last day: when it starts is settled.
func renewalCards(c *web.Ctx, offer membership.RenewalOffer, chosen string) views.Pricing {
	cards := pricing(c, offer.Options, chosen)
	cards.Help = c.Text(lang.M("“%s” is no longer on offer. Choose how you go on.", offer.Old.Option.Name))
	for i, o := range offer.Options {
		cards.Cards[i].Lines = append(cards.Cards[i].Lines, lastDay(c, o, offer))
	}
	return cards
}

// renewalSeats asks for the number of seats, and says so where there are more people than seats.
func renewalSeats(c *web.Ctx, offer membership.RenewalOffer, typed membership.RenewalForm) views.Field {
	options, chosen := offer.Options, typed.Option
	if !offer.Choosable() {
		options, chosen = []membership.Option{offer.Old.Option}, fmt.Sprint(offer.Old.Option.ID)
	}
	f := seatsField(c, membership.Offer{Options: options, People: offer.People}, membership.Application{Option: chosen, Seats: typed.Seats})
	if offer.People > offer.Old.Seats {
		f.Help = c.Text(lang.N("There are more people than the %d seat until now: one seat is needed for each member and invitation, at least %d.",
			"There are more people than the %d seats until now: one seat is needed for each member and invitation, at least %d.",
			offer.Old.Seats, offer.Old.Seats, offer.People))
	}
	return f
}

// renewalPanel is that of an application whose start is settled.
func renewalPanel(c *web.Ctx, r renewer, seen membership.Preview) periodPanel {
	panel := newPeriodPanel(c, r.applicant, seen)
	panel.For, panel.Neutral = views.FieldID("seat_count"), ""
	if seen.Expiry.IsZero() && len(seen.Problems) == 0 {
		panel.Neutral = c.Text(lang.M("Choose a membership to see when it ends and what it costs."))
	}
	return panel
}

// refused is the form with what was wrong beside each field. A token that is somebody else's gives way to a new one.
func (f renewForm) refused(c *web.Ctx, problems fault.Fields) renewForm {
	general := c.Texts(problems.Of(billing.TokenField))
	if len(general) > 0 {
		f.Token.Value = uuid.NewString()
	}
	general = append(general, c.Texts(problems.Of(""))...)
	if f.Options.Errors = c.Texts(problems.Of("membership_option")); len(f.Options.Errors) > 0 {
		f.Options.Help = "" // the problem says it
	}
	f.Seats.Errors = c.Texts(problems.Of("seat_count"))
	f.Period.Problems = nil // they stand beside the fields
	for i, q := range f.Questions.Fields {
		f.Questions.Fields[i].Errors = c.Texts(problems.Of(q.Name))
	}
	fields := append([]views.Field{{ID: f.Options.ID, Errors: f.Options.Errors}, f.Seats}, f.Questions.Fields...)
	f.Problems = views.ProblemsOf(general, fields...)
	return f
}
