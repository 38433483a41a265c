package memberships

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"ams/app/account"
	"ams/app/billing"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/profile"
	"ams/app/session"
	"ams/app/web"
	"ams/app/web/questionnaire"
	"ams/app/web/statement"
	"ams/views"
)

// applyPage is views/memberships/apply.
type applyPage struct {
	views.Head
	Heading views.Heading
	Covered views.Message // until when the person is covered, where nothing further can be bought now
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
	Questions       views.FormSection // absent when none is open
	Look            views.Submit      // shows the period without scripts
	Buttons         views.Buttons
	Period          periodPanel
}

// periodPanel is what a choice of option and start comes to.
type periodPanel struct {
	Ends, LastDay string
	Neutral       string // while nothing can be said yet
	Problem       string
}

// newIndividual takes a choice from the address, so that a link can lead to one, and the preview works without scripts.
func (h *Handler) newIndividual(c *web.Ctx, p account.Person) error {
	offer, err := h.members.Offer(c.Context(), p.ID)
	if err != nil {
		return err
	}
	typed := membership.Application{
		Option: c.Query("membership_option"), Start: c.Query("start_date"), Token: uuid.NewString(),
	}
	if typed.Start == "" {
		typed.Start = offer.Cover.Start.String()
	}
	form, err := h.form(c, p, offer, typed)
	if err != nil {
		return err
	}
	return web.Show(c, h.page.apply, newApplyPage(c, p, offer, form))
}

func (h *Handler) createIndividual(c *web.Ctx, p account.Person) error {
	typed := membership.Application{
		Option: c.Form("membership_option"), Start: c.Form("start_date"), Token: c.Form(billing.TokenField), Answers: c.Posted(),
	}
	if c.Ticked(fieldLook) {
		return h.look(c, p, typed)
	}
	outcome, err := h.members.Apply(c.Context(), p, typed)
	if problems, refused := fault.Problems(err); refused {
		return h.refuse(c, p, typed, problems)
	}
	if err != nil {
		return err
	}
	switch outcome {
	case membership.Repeated:
		c.Flash(session.Info, lang.M("This application was sent already. Nothing was stored a second time."))
	case membership.Started:
		c.Flash(session.Success, lang.M("Welcome! Your membership is approved."))
	case membership.InvoiceComes:
		c.Flash(session.Success, lang.M("Your application is stored and its invoice is on its way. Your membership starts once it is paid."))
	default:
		c.Flash(session.Success, lang.M("Your application is stored. The association reviews it."))
	}
	return web.Go(c, c.Path(p.Page()))
}

// fieldLook is sent by the button that shows the period without scripts. What was typed is about a person, so it does not
// go into an address.
const fieldLook = "look"

// look shows the form again with the period, and stores nothing.
func (h *Handler) look(c *web.Ctx, p account.Person, typed membership.Application) error {
	offer, err := h.members.Offer(c.Context(), p.ID)
	if err != nil {
		return err
	}
	form, err := h.form(c, p, offer, typed)
	if err != nil {
		return err
	}
	if c.HX() {
		return web.Swap(c, h.part.form, form)
	}
	return web.Show(c, h.page.apply, newApplyPage(c, p, offer, form))
}

func (h *Handler) refuse(c *web.Ctx, p account.Person, typed membership.Application, problems fault.Fields) error {
	offer, err := h.members.Offer(c.Context(), p.ID)
	if err != nil {
		return err
	}
	var general []string
	for _, text := range problems.Of(billing.TokenField) {
		general = append(general, c.Text(text))
		typed.Token = uuid.NewString() // the old one is somebody else's
	}
	form, err := h.form(c, p, offer, typed)
	if err != nil {
		return err
	}
	form.Options.Errors = c.Texts(problems.Of("membership_option"))
	form.Start.Errors = c.Texts(problems.Of("start_date"))
	form.Period.Problem = "" // it stands beside the field
	for i, f := range form.Questions.Fields {
		form.Questions.Fields[i].Errors = c.Texts(problems.Of(f.Name))
	}
	fields := append([]views.Field{{ID: form.Options.ID, Errors: form.Options.Errors}, form.Start}, form.Questions.Fields...)
	form.Problems = views.ProblemsOf(general, fields...)
	return web.Invalid(c, h.page.apply, newApplyPage(c, p, offer, form), h.part.form, form)
}

// preview never refuses: what cannot be read leads to the neutral text.
func (h *Handler) preview(c *web.Ctx, p account.Person) error {
	seen, err := h.members.Preview(c.Context(), p.ID, membership.Application{
		Option: c.Query("membership_option"), Start: c.Query("start_date"),
	})
	if err != nil {
		return err
	}
	return web.Part(c, h.part.period, newPeriodPanel(c, seen))
}

func newPeriodPanel(c *web.Ctx, seen membership.Preview) periodPanel {
	if seen.End.IsZero() {
		return periodPanel{Neutral: c.Text(lang.M("Choose a membership and a start to see when it ends."))}
	}
	say := c.Translator()
	return periodPanel{Ends: say.Date(seen.End), LastDay: say.Day(seen.End.AddDays(-1)), Problem: c.Text(seen.Problem)}
}

func newApplyPage(c *web.Ctx, p account.Person, offer membership.Offer, form applyForm) applyPage {
	title := c.Text(lang.M("Apply for a membership"))
	page := applyPage{Head: views.Head{Title: title, Crumbs: crumbs(c, p)}, Heading: views.Heading{Title: title}, Form: form}
	if cover := offer.Cover; cover.Start.IsZero() {
		page.Covered = views.Message{Level: views.LevelInfo, Standing: true, Text: c.Text(lang.M(
			"You are covered until %s. A further membership can be bought from %s.", cover.Until, cover.From))}
	}
	if len(offer.Options) == 0 {
		page.Empty = views.Empty{
			Icon: "person-badge", Title: c.Text(lang.M("There is no membership to choose from at the moment")),
			Text:   c.Text(lang.M("The association has not put any on offer. Please come back later.")),
			Action: views.Action{Text: c.Text(lang.M("Back to your page")), Href: c.Path(p.Page())},
		}
	}
	return page
}

func (h *Handler) form(c *web.Ctx, p account.Person, offer membership.Offer, typed membership.Application) (applyForm, error) {
	seen, err := h.members.Preview(c.Context(), p.ID, typed)
	if err != nil {
		return applyForm{}, err
	}
	start := views.DateField("start_date", c.Text(lang.M("Start")), typed.Start)
	start.Help = c.Text(lang.M("The first day of the membership. Leave today for a membership that starts at once."))
	return applyForm{
		Action: c.Path(statement.ApplyPath), Preview: c.Path(statement.ApplyPath + "preview/"),
		Token:   views.Hidden{Name: billing.TokenField, Value: typed.Token},
		Options: pricing(c, offer.Options, typed.Option), Start: start,
		Questions: questions(c, offer.Questions, typed.Answers),
		Look:      views.Submit{Text: c.Text(lang.M("Show the end")), Style: views.Secondary, Name: fieldLook, Value: "1"},
		Buttons: views.Buttons{
			Submit: views.Submit{Text: c.Text(lang.M("Apply"))},
			Cancel: views.Link{Text: c.Text(lang.M("Back to your page")), Href: c.Path(p.Page())},
		},
		Period: newPeriodPanel(c, seen),
	}, nil
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
		value := fmt.Sprint(o.ID)
		card := views.PricingCard{
			Value: value, Checked: value == chosen, Title: o.Name.In(c.Locale()), Price: o.Cost.Dollars(),
			Duration: c.Text(o.Duration.Text()), Badges: []views.Badge{voting(c, o.VotingRights)},
			Lines: []views.Fact{
				{Term: c.Text(lang.M("For")), Text: c.Text(o.Type.Text())},
				{Term: c.Text(lang.M("Duration")), Text: c.Text(o.Duration.Text())},
			},
		}
		if text := o.Description.In(c.Locale()); text != "" {
			card.Text = strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
		}
		if o.Cost.Positive() {
			card.Foot = c.Text(lang.N("Payment due in %d day", "Payment due in %d days", o.InvoiceDueDays, o.InvoiceDueDays))
		}
		cards.Cards = append(cards.Cards, card)
	}
	return cards
}

func voting(c *web.Ctx, may bool) views.Badge {
	if may {
		return views.Badge{Tone: views.ToneSuccess, Icon: "check-lg", Text: c.Text(lang.M("Voting rights"))}
	}
	return views.Badge{Icon: "x-lg", Text: c.Text(lang.M("No voting rights"))}
}
