package memberships

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"ams/app/billing"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/profile"
	"ams/app/web"
	"ams/app/web/questionnaire"
	"ams/views"
)

// applyPage is views/memberships/apply.
type applyPage struct {
	views.Head
	Heading views.Heading
	Covered views.Message // until when the applicant is covered, where nothing further can be bought now
	Form    applyForm
	Empty   views.Empty // instead of a form with nothing to choose from
}

// applyForm is the form with its live preview.
type applyForm struct {
	Action, Preview string // addresses
	Problems        views.Problems
	Token           views.Hidden
	Options         views.Pricing
	Start           views.Field
	Seats           views.Field       // of an organisation
	Questions       views.FormSection // absent when none is open
	Look            views.Submit      // shows the preview without scripts
	Buttons         views.Buttons
	Period          periodPanel
}

// periodPanel is what the choices come to. A dash stands for what cannot be said yet.
type periodPanel struct {
	For           string // ids of the inputs that it follows from
	Ends, LastDay string
	Total, Note   string // of an organisation
	Neutral       string // while nothing can be said yet
	Problems      []string
}

const dash = "–"

func newPeriodPanel(c *web.Ctx, a applicant, seen membership.Preview) periodPanel {
	say := c.Translator()
	panel := periodPanel{For: views.FieldID("start_date"), Problems: c.Texts(seen.Problems)}
	if a.seats {
		panel.For += " " + views.FieldID("seat_count")
	}
	switch {
	case seen.Expiry.IsZero() && a.seats:
		panel.Ends, panel.Total = dash, dash
		panel.Neutral = say.Say(lang.M("Choose a membership and a start to see when it ends and what it costs."))
	case seen.Expiry.IsZero():
		panel.Neutral = say.Say(lang.M("Choose a membership and a start to see when it ends."))
	default:
		panel.Ends, panel.LastDay = say.Date(seen.Expiry), say.Day(seen.LastDay())
		if a.seats {
			panel.Total, panel.Note = seen.Total.Dollars(), say.Say(seatNote(seen))
		}
	}
	return panel
}

// seatNote says how seats are charged where not all of them may be.
func seatNote(seen membership.Preview) lang.Message {
	o := seen.Option
	charged, free := o.Chargeable(seen.Seats), o.Free(seen.Seats)
	switch {
	case o.MaxChargedSeats == 0:
		return lang.Message{}
	case free > 0:
		return lang.M("%s, and %s.", lang.N("%d seat is charged at %s", "%d seats are charged at %s each", charged, charged, o.Cost.Dollars()),
			lang.N("%d seat is free", "%d seats are free", free, free))
	case o.MaxChargedSeats == 1:
		return lang.M("The first seat is charged. All others are free.")
	}
	return lang.M("The first %d seats are charged. All others are free.", o.MaxChargedSeats)
}

func newApplyPage(c *web.Ctx, a applicant, offer membership.Offer, form applyForm) applyPage {
	page := applyPage{Head: views.Head{Title: a.title, Crumbs: a.crumbs}, Heading: views.Heading{Title: a.title}, Form: form}
	if cover := offer.Cover; cover.Start.IsZero() {
		text := lang.M("You are covered until %s. A further membership can be bought from %s.", cover.Until, cover.From)
		if a.seats {
			text = lang.M("The organisation is covered until %s. A further membership can be bought from %s.", cover.Until, cover.From)
		}
		page.Covered = views.Message{Level: views.LevelInfo, Standing: true, Text: c.Text(text)}
	}
	if len(offer.Options) == 0 {
		page.Empty = nothingOnSale(c, a.back)
	}
	return page
}

func nothingOnSale(c *web.Ctx, back views.Link) views.Empty {
	return views.Empty{
		Icon: "person-badge", Title: c.Text(lang.M("There is no membership to choose from at the moment")),
		Text:   c.Text(lang.M("The association has not put any on offer. Please come back later.")),
		Action: views.Action{Text: back.Text, Href: back.Href},
	}
}

func newApplyForm(c *web.Ctx, a applicant, offer membership.Offer, typed membership.Application) applyForm {
	start := views.DateField("start_date", c.Text(lang.M("Start")), typed.Start)
	start.Help = c.Text(lang.M("The first day of the membership. Leave today for a membership that starts at once."))
	form := applyForm{
		Action: c.Path(a.path), Preview: c.Path(a.path + "preview/"),
		Token:   views.Hidden{Name: billing.TokenField, Value: typed.Token},
		Options: pricing(c, offer.Options, typed.Option), Start: start,
		Questions: questions(c, offer.Questions, typed.Answers),
		Look:      views.Submit{Text: c.Text(lang.M("Show the end")), Style: views.Secondary, Name: fieldLook, Value: "1"},
		Buttons:   views.Buttons{Submit: views.Submit{Text: c.Text(lang.M("Apply"))}, Cancel: a.back},
		Period:    newPeriodPanel(c, a, offer.Preview(typed)),
	}
	if a.seats {
		form.Seats = seatsField(c, offer, typed)
		form.Options.Limits = form.Seats.ID
		form.Look.Text = c.Text(lang.M("Show end and cost"))
	}
	return form
}

// refused is the form with what was wrong beside each field. A token that is somebody else's gives way to a new one.
func (f applyForm) refused(c *web.Ctx, problems fault.Fields) applyForm {
	general := c.Texts(problems.Of(billing.TokenField))
	if len(general) > 0 {
		f.Token.Value = uuid.NewString()
	}
	f.Options.Errors = c.Texts(problems.Of(f.Options.Name))
	f.Start.Errors, f.Seats.Errors = c.Texts(problems.Of(f.Start.Name)), c.Texts(problems.Of(f.Seats.Name))
	f.Period.Problems = nil // they stand beside the fields
	for i, q := range f.Questions.Fields {
		f.Questions.Fields[i].Errors = c.Texts(problems.Of(q.Name))
	}
	fields := append([]views.Field{{ID: f.Options.ID, Errors: f.Options.Errors}, f.Start, f.Seats}, f.Questions.Fields...)
	f.Problems = views.ProblemsOf(general, fields...)
	return f
}

// leastSeats is the smallest number of seats that can be bought.
func leastSeats(offer membership.Offer) string { return strconv.Itoa(max(1, offer.People)) }

// seatsField asks for a number of seats. Its limit is that of the option that is chosen.
func seatsField(c *web.Ctx, offer membership.Offer, typed membership.Application) views.Field {
	f := views.NumberField("seat_count", c.Text(lang.M("Seats")), typed.Seats)
	f.Input.Min = "1"
	f.Help = c.Text(lang.M("At least %s: one for each member and invitation. More can be added later.", leastSeats(offer)))
	for _, o := range offer.Options {
		if fmt.Sprint(o.ID) == typed.Option {
			f.Input.Max = limit(o.MaxSeats)
		}
	}
	return f
}

// limit is a largest number as an attribute of an input, "" where there is none.
func limit(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// questions are those that the association has to know the answers to.
func questions(c *web.Ctx, open []profile.Asked, typed map[string][]string) views.FormSection {
	if len(open) == 0 {
		return views.FormSection{}
	}
	return views.FormSection{
		Legend: c.Text(lang.M("About you")),
		Help:   c.Text(lang.M("The association needs your answers before you can become a member. They are kept in your profile.")),
		Fields: questionnaire.Demands(c.Translator(), open, membership.AnswerPrefix, typed),
	}
}

func pricing(c *web.Ctx, options []membership.Option, chosen string) views.Pricing {
	cards := views.Pricing{
		ID: views.FieldID("membership_option"), Name: "membership_option", Legend: c.Text(lang.M("Membership")),
	}
	for _, o := range options {
		cards.Cards = append(cards.Cards, pricingCard(c, o, chosen))
	}
	return cards
}

func pricingCard(c *web.Ctx, o membership.Option, chosen string) views.PricingCard {
	value := fmt.Sprint(o.ID)
	card := views.PricingCard{
		Value: value, Checked: value == chosen, Title: o.Name.In(c.Locale()), Price: o.Cost.Dollars(),
		Duration: c.Text(o.Duration.Text()), Badges: []views.Badge{voting(c, o.VotingRights)},
		Lines: []views.Fact{
			{Term: c.Text(lang.M("For")), Text: c.Text(o.Type.Text())},
			{Term: c.Text(lang.M("Duration")), Text: c.Text(o.Duration.Text())},
		},
	}
	if o.Type == membership.ForOrganisations {
		seatFacts(c, o, &card)
	}
	if text := o.Description.In(c.Locale()); text != "" {
		card.Text = strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	}
	if o.Cost.Positive() {
		card.Foot = c.Text(lang.N("Payment due in %d day", "Payment due in %d days", o.InvoiceDueDays, o.InvoiceDueDays))
	}
	return card
}

// seatFacts adds to a card what the seats of an organisation cost, and how many there can be.
func seatFacts(c *web.Ctx, o membership.Option, card *views.PricingCard) {
	card.Per, card.Max = c.Text(lang.M("per seat")), limit(o.MaxSeats)
	card.Duration = c.Text(lang.M("for %s", o.Duration.Text()))
	if o.MaxSeats > 0 {
		card.Badges = append(card.Badges, views.Badge{
			Icon: "people", Text: c.Text(lang.N("At most %d seat", "At most %d seats", o.MaxSeats, o.MaxSeats)),
		})
	}
	if o.MaxChargedSeats > 0 {
		card.Lines = append(card.Lines, views.Fact{Term: c.Text(lang.M("Charged seats")), Text: c.Text(lang.M("at most %d", o.MaxChargedSeats))})
	}
}

func voting(c *web.Ctx, may bool) views.Badge {
	if may {
		return views.Badge{Tone: views.ToneSuccess, Icon: "check-lg", Text: c.Text(lang.M("Voting rights"))}
	}
	return views.Badge{Icon: "x-lg", Text: c.Text(lang.M("No voting rights"))}
}
