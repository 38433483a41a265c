// Package statement shows how the memberships of a person or an organisation stand and what was invoiced for them, the same
// on every page: banner, things to do, and a table with badges, reasons and invoices.
package statement

import (
	"slices"
	"strings"
	"time"

	"ams/app/account"
	"ams/app/billing"
	"ams/app/clock"
	"ams/app/href"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/organisation"
	"ams/app/web"
	"ams/views"
)

// Statement is about the memberships of one person or organisation, for those whose they are or for staff.
type Statement struct {
	c       *web.Ctx
	owner   billing.Payer
	own     bool // it is read by the owner and not by staff
	acts    bool // the viewer may buy and pay
	held    []membership.Held
	through []membership.Through // of a person
	now     time.Time
}

// New takes the memberships of a person, the newest first, and those of their organisations.
func New(c *web.Ctx, viewer, owner account.Person, held []membership.Held, through []membership.Through, now time.Time) Statement {
	own := viewer.ID == owner.ID
	return Statement{c: c, owner: billing.Payer{Person: owner}, own: own, acts: own, held: held, through: through, now: now}
}

// Of takes the memberships of an organisation, the newest first, for somebody who looks after it.
func Of(c *web.Ctx, viewer account.Person, o organisation.Organisation, held []membership.Held, now time.Time) Statement {
	return Statement{c: c, owner: billing.Payer{Organisation: o}, own: !viewer.Staff && !viewer.Superuser, acts: true, held: held, now: now}
}

func (s Statement) organisation() bool { return s.owner.Organisation.ID != 0 }

// ApplyPath is where people apply for a membership of their own.
const ApplyPath = "/users/memberships/apply-individual/"

// Banner answers the first question of everybody who comes to a page: am I a member? Of an organisation: have we seats?
func (s Statement) Banner() views.Message {
	m := views.Message{ID: "standing", Level: views.LevelWarning, Standing: true}
	if s.organisation() {
		s.seats(&m)
		return m
	}
	through := s.throughOthers()
	for _, h := range s.held {
		if standing := h.Standing(s.now); standing.Status == membership.Active {
			m.Level = views.LevelSuccess
			m.Text = s.say(s.person(lang.M("You are a member. %s", s.why(standing)), lang.M("Active member. %s", s.why(standing))))
			if through != "" {
				m.Text = s.say(s.person(lang.M("%s You are also a member through %s.", m.Text, through), lang.M("%s Also through %s.", m.Text, through)))
			}
			return m
		}
	}
	switch {
	case through != "":
		m.Level = views.LevelSuccess
		s.besides(&m, s.person(lang.M("You are a member through %s.", through), lang.M("Active member through %s.", through)))
	case s.owner.Person.Superuser:
		m.Level = views.LevelSuccess
		s.besides(&m, lang.M("Active member: this account runs the site, so everything for members is open to it."))
	case len(s.held) == 0:
		m.Text = s.say(s.person(lang.M("You are not a member at the moment."), lang.M("Not a member at the moment.")))
	default:
		why := s.why(s.nearest())
		m.Text = s.say(s.person(lang.M("You are not a member at the moment. %s", why), lang.M("Not a member at the moment. %s", why)))
	}
	return m
}

// besides says what makes somebody a member, and how their own membership stands that does not.
func (s Statement) besides(m *views.Message, member lang.Message) {
	m.Text = s.say(member)
	if len(s.held) > 0 {
		why := s.why(s.nearest())
		m.Text = s.say(s.person(lang.M("%s Your own membership: %s", m.Text, why), lang.M("%s Own membership: %s", m.Text, why)))
	}
}

// nearest is the membership that comes closest to an active one: the newest that is pending, or else the newest.
func (s Statement) nearest() membership.Standing {
	for _, h := range s.held {
		if st := h.Standing(s.now); st.Status == membership.Pending {
			return st
		}
	}
	return s.held[0].Standing(s.now)
}

// throughOthers names the organisations by which a person is a member; a deactivated account is none.
func (s Statement) throughOthers() string {
	if !s.owner.Person.Active {
		return ""
	}
	var names []string
	for _, t := range s.through {
		names = append(names, s.say(lang.M("%s (last day: %s)", t.Organisation, t.LastDay())))
	}
	return strings.Join(names, ", ")
}

// Tasks are what the owner has to do, or to wait for.
func (s Statement) Tasks() views.Cards {
	cards := views.Cards{ID: "tasks", Single: true}
	for _, h := range s.held {
		for _, e := range h.Entries {
			if card := s.card(h, e); card.Title != "" {
				cards.Cards = append(cards.Cards, card)
			}
		}
	}
	if card := s.renewal(); card.Title != "" {
		cards.Cards = append(cards.Cards, card)
	}
	return cards
}

func (s Statement) table(held []membership.Held) views.Table {
	t := views.Table{
		ID: "memberships", Caption: s.say(lang.M("Memberships")),
		Columns: []views.Column{
			{Label: s.say(lang.M("Membership"))},
			{Label: s.say(lang.M("Status"))},
			{Label: s.say(lang.M("Start")), Kind: views.KindDate},
			{Label: s.say(lang.M("Expiry")), Kind: views.KindDate},
			{Label: s.say(lang.M("Invoices"))},
			{Label: s.say(lang.M("Actions")), Kind: views.KindActions},
		},
		Empty: s.empty(),
	}
	if s.organisation() {
		t.Columns = slices.Insert(t.Columns, seatsColumn, views.Column{Label: s.say(lang.M("Seats"))})
	}
	for _, h := range held {
		cells := []views.Cell{
			{Text: h.Option.Name.In(s.c.Locale()), Under: s.say(h.Option.Duration.Text())},
			s.standing(h),
			{Text: s.c.Translator().ShortDate(h.Start)},
			{Text: s.c.Translator().ShortDate(h.Expiry)},
			s.invoices(h),
			{Actions: s.cancel(h)},
		}
		if s.organisation() {
			cells = slices.Insert(cells, seatsColumn, views.Cell{Text: s.say(h.SeatSummary())})
		}
		t.Add("", cells...)
	}
	return t
}

func (s Statement) empty() views.Empty {
	e := views.Empty{Icon: "person-badge", Title: s.say(lang.M("No memberships yet")), Under: true}
	switch {
	case s.organisation():
		e.Text = s.say(lang.M("Its seats are for everybody who belongs to the organisation."))
		if o := s.owner.Organisation; o.Active {
			e.Action = views.Action{Text: s.say(lang.M("Add membership")), Href: s.c.Path(ApplyOrganisationPath(o)), Style: views.Primary}
		}
	case s.own && s.throughOthers() != "":
		e.Title = s.say(lang.M("No membership of your own"))
		e.Text = s.say(lang.M("You do not need one while you are a member through an organisation."))
		e.Action = views.Action{Text: s.say(lang.M("Apply for a membership")), Href: s.c.Path(ApplyPath)}
	case s.own:
		e.Text = s.say(lang.M("Choose the one that suits you. It takes two minutes."))
		e.Action = views.Action{Text: s.say(lang.M("Become a member")), Href: s.c.Path(ApplyPath), Style: views.Primary}
	}
	return e
}

// cancel has nothing to press that does something: members cancel by telling the association.
func (s Statement) cancel(h membership.Held) []views.Action {
	if !s.acts || !h.Open(clock.DateOf(s.now)) {
		return nil
	}
	return []views.Action{{
		Text: s.say(lang.M("Cancel")), Label: s.say(lang.M("Cancel %s", h.Option.Name)), Style: views.Quiet, Small: true,
		Href: href.WithNext(s.c.Path("/users/memberships/cancel/"), s.c.Path(s.owner.Page())),
		Ask: views.Ask{
			Title:   s.say(lang.M("Cancel a membership")),
			Message: s.say(lang.M("Please contact the association to have a membership cancelled.")),
			Cancel:  s.say(lang.M("Close")), Nothing: true,
		},
	}}
}

// Changes is everything that one purchase shows, for the page that is there already: the line of its invoice, and beside
// it what goes to other places of the page.
type Changes struct {
	Line   views.CellLine
	Card   views.Card
	Gone   string // id of the card that is no longer wanted
	Status views.Cell
	Banner views.Message
}

// Changes of a purchase; false where it is not among the memberships.
func (s Statement) Changes(purchase string) (Changes, bool) {
	for _, h := range s.held {
		for _, e := range h.Entries {
			if e.Purchase.UUID != purchase {
				continue
			}
			ch := Changes{Line: s.line(h, e), Card: s.card(h, e), Status: s.standing(h), Banner: s.Banner()}
			if ch.Line.Poll.Href == "" && ch.Line.Badge.Text != "" {
				ch.Line.Told = s.say(lang.M("Your invoice: %s", ch.Line.Badge.Text))
			}
			if ch.Card.Title == "" {
				ch.Gone = cardID(e)
			}
			ch.Card.Along, ch.Status.Along, ch.Banner.Along = true, true, true
			return ch, true
		}
	}
	return Changes{}, false
}

func (s Statement) say(m lang.Message) string { return s.c.Text(m) }

// person chooses between what the owner reads and what staff read.
func (s Statement) person(own, staff lang.Message) lang.Message {
	if s.own {
		return own
	}
	return staff
}

func (s Statement) why(st membership.Standing) lang.Message {
	return s.person(st.Why(), st.WhyForStaff())
}
