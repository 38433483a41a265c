package memberships

import (
	"strconv"

	"github.com/google/uuid"

	"ams/app/account"
	"ams/app/billing"
	"ams/app/clock"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/organisation"
	"ams/app/session"
	"ams/app/web"
	"ams/app/web/statement"
	"ams/views"
)

// seatsPage is views/memberships/seats.
type seatsPage struct {
	views.Head
	Heading views.Heading
	Now     views.Facts
	Form    seatsForm
}

// seatsForm is the form with its live price.
type seatsForm struct {
	Action, Preview string // addresses
	Problems        views.Problems
	Token           views.Hidden
	Added           views.Field
	Look            views.Submit // shows the price without scripts
	Buttons         views.Buttons
	Price           pricePanel
}

// pricePanel is what seats come to when they are added.
type pricePanel struct {
	Price, Note string
	Total       string // of the membership from then on
	Facts       views.Facts
	Neutral     string // while nothing can be said yet
	Problem     string
}

const fieldAdded = "seats_to_add"

func (h *Handler) newSeats(c *web.Ctx, p account.Person, o organisation.Organisation) error {
	m, err := h.members.Seated(c.Context(), o)
	if err != nil {
		return refusedAt(c, o, err)
	}
	return web.Show(c, h.page.seats, newSeatsPage(c, p, o, m, h.seatsForm(c, o, m, c.Query(fieldAdded), uuid.NewString())))
}

func (h *Handler) addSeats(c *web.Ctx, p account.Person, o organisation.Organisation) error {
	typed, token := c.Form(fieldAdded), c.Form(billing.TokenField)
	if c.Ticked(fieldLook) {
		return h.seats(c, p, o, typed, token, nil)
	}
	added, err := h.members.AddSeats(c.Context(), p, o.ID, typed, token)
	if problems, refused := fault.Problems(err); refused {
		return h.seats(c, p, o, typed, token, &problems)
	}
	if err != nil {
		return refusedAt(c, o, err)
	}
	switch {
	case added.Repeated:
		c.Flash(session.Info, lang.M("These seats were added already. Nothing was stored a second time."))
	case added.Invoiced:
		c.Flash(session.Success, lang.N("%d seat is added. The membership has %d seats now. The invoice is on its way.",
			"%d seats are added. The membership has %d seats now. The invoice is on its way.", added.Added, added.Added, added.Total))
	default:
		c.Flash(session.Success, lang.N("%d seat is added. The membership has %d seats now.",
			"%d seats are added. The membership has %d seats now.", added.Added, added.Added, added.Total))
	}
	return web.Go(c, c.Path(o.Page()))
}

// seats shows the form again: with what was wrong, or without problems what it comes to.
func (h *Handler) seats(c *web.Ctx, p account.Person, o organisation.Organisation, typed, token string, problems *fault.Fields) error {
	m, err := h.members.Seated(c.Context(), o)
	if err != nil {
		return refusedAt(c, o, err)
	}
	form := h.seatsForm(c, o, m, typed, token)
	if problems == nil {
		if c.HX() {
			return web.Swap(c, h.part.seats, form)
		}
		return web.Show(c, h.page.seats, newSeatsPage(c, p, o, m, form))
	}
	general := c.Texts(problems.Of(billing.TokenField))
	if len(general) > 0 {
		form.Token.Value = uuid.NewString() // the old one is somebody else's
	}
	form.Added.Errors = c.Texts(problems.Of(fieldAdded))
	form.Price.Problem = "" // it stands beside the field
	form.Problems = views.ProblemsOf(general, form.Added)
	return web.Invalid(c, h.page.seats, newSeatsPage(c, p, o, m, form), h.part.seats, form)
}

// previewSeats never refuses: it says what is in the way.
func (h *Handler) previewSeats(c *web.Ctx, _ account.Person, o organisation.Organisation) error {
	m, err := h.members.Seated(c.Context(), o)
	if text, told := fault.Told(err); told {
		return web.Swap(c, h.part.price, pricePanel{Neutral: c.Text(text)})
	}
	if err != nil {
		return err
	}
	return web.Swap(c, h.part.price, newPricePanel(c, m, c.Query(fieldAdded), h.today()))
}

func (h *Handler) today() clock.Date { return clock.DateOf(h.clock.Now()) }

func newPricePanel(c *web.Ctx, m membership.Held, typed string, today clock.Date) pricePanel {
	if !membership.Countable(typed) {
		return pricePanel{Neutral: c.Text(lang.M("Enter how many seats to add to see what they cost."))}
	}
	e, problem := m.Addable(typed, today)
	if !problem.Empty() {
		return pricePanel{Problem: c.Text(problem)}
	}
	panel := pricePanel{
		Price: e.Price.Dollars(),
		Note:  c.Text(lang.N("for %d seat, all charged", "for %d seats, all charged", e.Added, e.Added)),
		Total: c.Text(lang.N("The membership has %d seat then.", "The membership has %d seats then.", e.Total, e.Total)),
	}
	if m.Option.MaxChargedSeats == 0 {
		return panel
	}
	if e.Free() > 0 {
		panel.Note = c.Text(lang.N("for %d seat: %d charged, %d free", "for %d seats: %d charged, %d free", e.Added, e.Added, e.Charged, e.Free()))
	}
	number := func(term lang.Message, n int) {
		panel.Facts.Facts = append(panel.Facts.Facts, views.Fact{Term: c.Text(term), Text: strconv.Itoa(n)})
	}
	number(lang.M("Seats added"), e.Added)
	number(lang.M("Charged"), e.Charged)
	number(lang.M("Free"), e.Free())
	return panel
}

func newSeatsPage(c *web.Ctx, p account.Person, o organisation.Organisation, m membership.Held, form seatsForm) seatsPage {
	title := c.Text(lang.M("Add seats for %s", o.Name))
	page := seatsPage{Head: views.Head{Title: title, Crumbs: organisationCrumbs(c, p, o)}, Heading: views.Heading{Title: title}, Form: form}
	fact := func(term lang.Message, text string) {
		page.Now.Facts = append(page.Now.Facts, views.Fact{Term: c.Text(term), Text: text})
	}
	opt := m.Option
	fact(lang.M("Membership"), opt.Name.In(c.Locale()))
	fact(lang.M("Expiry"), c.Translator().ShortDate(m.Expiry))
	fact(lang.M("Seats"), strconv.Itoa(m.Seats))
	if opt.MaxChargedSeats > 0 {
		fact(lang.M("Charged seats"), c.Text(lang.M("%d of %d", opt.Chargeable(m.Seats), opt.MaxChargedSeats)))
		fact(lang.M("Free seats"), strconv.Itoa(opt.Free(m.Seats)))
	}
	fact(lang.M("Taken"), strconv.Itoa(m.Occupied))
	fact(lang.M("Available"), strconv.Itoa(m.Available()))
	return page
}

func (h *Handler) seatsForm(c *web.Ctx, o organisation.Organisation, m membership.Held, typed, token string) seatsForm {
	added := views.NumberField(fieldAdded, c.Text(lang.M("Seats to add")), typed)
	added.Input.Min = "1"
	if m.Option.MaxSeats > 0 {
		added.Input.Max = strconv.Itoa(max(1, m.Option.MaxSeats-m.Seats))
	}
	added.Help = c.Text(lang.M("You pay for the days that are left until %s, today included. The seats can be used at once.",
		c.Translator().ShortDate(m.Expiry)))
	path := c.Path(statement.AddSeatsPath(o))
	return seatsForm{
		Action: path, Preview: path + "preview/",
		Token: views.Hidden{Name: billing.TokenField, Value: token}, Added: added,
		Look:    views.Submit{Text: c.Text(lang.M("Show the price")), Style: views.Secondary, Name: fieldLook, Value: "1"},
		Buttons: views.Buttons{Submit: views.Submit{Text: c.Text(lang.M("Add seats"))}, Cancel: backTo(c, o)},
		Price:   newPricePanel(c, m, typed, h.today()),
	}
}
