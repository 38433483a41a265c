package statement

import (
	"fmt"
	"strings"
	"time"

	"ams/app/billing"
	"ams/app/clock"
	"ams/app/href"
	"ams/app/lang"
	"ams/app/membership"
	"ams/views"
)

// How long a page asks by itself for an invoice that is on its way, and how often (spec §4.8).
const (
	soon      = 30 * time.Second
	long      = 10 * time.Minute
	quickly   = "2s"
	patiently = "10s"
)

// standing is the status of a membership and the reason for it.
func (s Statement) standing(h membership.Held) views.Cell {
	st := h.Standing(s.now)
	return views.Cell{
		ID: fmt.Sprintf("standing-%d", h.ID), Badges: []views.Badge{Badge(s.c.Translator(), st.Status)}, Under: s.say(s.why(st)),
	}
}

// Badge says how a membership stands, in every place where one is shown.
func Badge(tr *lang.Translator, status membership.Status) views.Badge {
	switch status {
	case membership.Active:
		return views.Badge{Tone: views.ToneSuccess, Icon: "check-circle-fill", Text: tr.Say(lang.M("Active"))}
	case membership.Pending:
		return views.Badge{Tone: views.TonePrimary, Icon: "hourglass-split", Text: tr.Say(lang.M("Pending"))}
	case membership.Cancelled:
		return views.Badge{Tone: views.ToneDanger, Icon: "x-circle-fill", Text: tr.Say(lang.M("Cancelled"))}
	}
	return views.Badge{Icon: "clock-history", Text: tr.Say(lang.M("Expired"))}
}

// invoices is one line for each thing that was bought.
func (s Statement) invoices(h membership.Held) views.Cell {
	var cell views.Cell
	for _, e := range h.Entries {
		if s.shown(h, e) != billing.Nothing {
			cell.Lines = append(cell.Lines, s.line(h, e))
		}
	}
	if len(cell.Lines) == 0 {
		cell.Text = s.say(lang.M("Not required"))
	}
	return cell
}

// shown is the state of an entry: a cancelled membership waits for no invoice.
func (s Statement) shown(h membership.Held, e billing.Entry) billing.State {
	state := e.State()
	if h.CancelledAt != nil && (state == billing.OnItsWay || state == billing.SortedOut) {
		return billing.Nothing
	}
	return state
}

// line is one invoice, or one purchase that waits for its invoice.
func (s Statement) line(h membership.Held, e billing.Entry) views.CellLine {
	state := s.shown(h, e)
	l := views.CellLine{Badge: InvoiceBadge(s.c.Translator(), state)}
	if e.Purchase.ID != 0 {
		l.ID = "purchase-" + e.Purchase.UUID
	}
	switch {
	case state == billing.Nothing:
		l.Text = s.say(lang.M("Not required"))
	case e.Invoice.ProviderID != "":
		l.Link, l.NewTab = views.Link{Text: e.Invoice.Number, Href: payPath(e.Invoice)}, true
	case e.Invoice.ID != 0:
		l.Link = views.Link{Text: e.Invoice.Number}
	case state == billing.OnItsWay:
		l.Poll = s.poll(e.Purchase)
		if s.late(e.Purchase) {
			l.Text = s.say(tooLong())
		}
	case state == billing.SortedOut:
		l.Text = s.say(lang.M("The association will be in touch."))
	}
	if e.ForSeats() && s.several(h) {
		l.Text = strings.TrimSpace(s.say(added(e)) + " " + l.Text)
	}
	return l
}

// several tells whether the cell of a membership has more than one line.
func (s Statement) several(h membership.Held) bool {
	n := 0
	for _, e := range h.Entries {
		if s.shown(h, e) != billing.Nothing {
			n++
		}
	}
	return n > 1
}

// added says that an entry is about seats, which stand beside the membership itself.
func added(e billing.Entry) lang.Message {
	if n := e.Purchase.Seats; n > 0 {
		return lang.N("%d more seat.", "%d more seats.", n, n)
	}
	return lang.M("More seats.")
}

// what was bought, as things to do call it.
func (s Statement) what(h membership.Held, e billing.Entry) string {
	if n := e.Purchase.Seats; e.ForSeats() && n > 0 {
		return s.say(lang.N("%d more seat, %s", "%d more seats, %s", n, n, h.Option.Name))
	}
	return h.Option.Name.In(s.c.Locale())
}

func (s Statement) poll(p billing.Purchase) views.Poll {
	age := s.now.Sub(p.CreatedAt)
	if age >= long {
		return views.Poll{}
	}
	poll := views.Poll{Href: s.c.Path("/users/memberships/purchases/" + p.UUID + "/"), After: patiently}
	if age < soon {
		poll.After = quickly
	}
	return poll
}

func (s Statement) late(p billing.Purchase) bool { return s.now.Sub(p.CreatedAt) >= long }

func tooLong() lang.Message {
	return lang.M("This takes longer than usual. Nothing has been lost.")
}

// InvoiceBadge says how an invoice stands, in every place where one is shown.
func InvoiceBadge(tr *lang.Translator, state billing.State) views.Badge {
	switch state {
	case billing.Paid:
		return views.Badge{Tone: views.ToneSuccess, Icon: "check-circle-fill", Text: tr.Say(lang.M("Paid"))}
	case billing.Awaiting:
		return views.Badge{Tone: views.ToneWarning, Icon: "clock", Text: tr.Say(lang.M("Awaiting payment"))}
	case billing.Closed:
		return views.Badge{Icon: "x-circle", Text: tr.Say(lang.C("invoice", "Cancelled"))}
	case billing.OnItsWay:
		return views.Badge{Tone: views.ToneInfo, Icon: "hourglass-split", Text: tr.Say(lang.M("Invoice on its way"))}
	case billing.SortedOut:
		return views.Badge{Tone: views.ToneWarning, Icon: "exclamation-triangle-fill", Text: tr.Say(lang.M("Being sorted out"))}
	}
	return views.Badge{}
}

// card is a thing to do about an entry, or to wait for; without a title there is none. What can no longer make anybody a
// member is not asked for.
func (s Statement) card(h membership.Held, e billing.Entry) views.Card {
	card := views.Card{ID: cardID(e), Task: true, Under: true}
	pointless := h.CancelledAt != nil || !h.Approved() && h.Status(clock.DateOf(s.now)) == membership.Expired
	if !s.acts || pointless {
		return card
	}
	price := e.Purchase.Total.Dollars()
	switch e.State() {
	case billing.Awaiting:
		card.Icon, card.Tone = "receipt", views.ToneWarning
		card.Title = s.say(lang.M("Pay invoice %s, %s, due %s", e.Invoice.Number, e.Invoice.Due.Dollars(), e.Invoice.DueDate))
		card.Text = s.what(h, e)
		if e.Invoice.ProviderID != "" {
			card.Actions = []views.Action{{
				Text: s.say(lang.M("Pay now")), Label: s.say(lang.M("Pay now: invoice %s", e.Invoice.Number)),
				Href: payPath(e.Invoice), Style: views.Primary, NewTab: true,
			}}
		}
	case billing.OnItsWay:
		card.Icon, card.Tone = "hourglass-split", views.ToneInfo
		card.Title = s.say(s.person(lang.M("Your invoice for %s (%s) is on its way to %s", s.what(h, e), price, s.owner.Email()),
			lang.M("The invoice for %s (%s) is on its way to %s", s.what(h, e), price, s.owner.Email())))
		card.Text = s.say(lang.M("There is nothing to do for you. It appears here by itself."))
		if s.late(e.Purchase) {
			card.Text = s.say(tooLong())
		}
	case billing.SortedOut:
		card.Icon, card.Tone = "exclamation-triangle-fill", views.ToneWarning
		card.Title = s.say(s.person(lang.M("Your invoice for %s (%s) is being sorted out", s.what(h, e), price),
			lang.M("The invoice for %s (%s) is being sorted out", s.what(h, e), price)))
		card.Text = s.say(lang.M("The association will be in touch."))
	}
	return card
}

func cardID(e billing.Entry) string {
	if e.Purchase.ID == 0 {
		return fmt.Sprintf("task-invoice-%d", e.Invoice.ID)
	}
	return "task-" + e.Purchase.UUID
}

// payPath is where the customer sees and pays an invoice.
func payPath(i billing.Invoice) string { return "/billing/invoice/" + href.Segment(i.Number) + "/" }
