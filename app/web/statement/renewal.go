package statement

import (
	"time"

	"ams/app/clock"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/organisation"
	"ams/app/web"
	"ams/views"
)

// RenewPath is where people renew a membership of their own.
const RenewPath = "/users/memberships/renew-individual/"

// RenewOrganisationPath is where the membership of an organisation is renewed.
func RenewOrganisationPath(o organisation.Organisation) string {
	return "/users/memberships/renew-organisation/" + o.UUID + "/"
}

// renewal is the card of the membership that can be renewed; without a title there is none.
func (s Statement) renewal() views.Card {
	card := views.Card{ID: "task-renew", Task: true, Under: true, Icon: "arrow-clockwise", Tone: views.TonePrimary}
	r := membership.RenewalOf(s.held, true, clock.DateOf(s.now))
	if !s.own || r.Answer != membership.Offered {
		return card
	}
	name, last := r.Old.Option.Name, r.Old.LastDay()
	card.Title = s.say(lang.M("Renew %s, it expires on %s", name, r.Old.Expiry))
	card.Text = s.say(lang.M("Its last day is %s. Go on without a gap.", last))
	if clock.DateOf(s.now).After(last) {
		card.Title = s.say(lang.M("Renew %s, it expired on %s", name, r.Old.Expiry))
		card.Text = s.say(lang.M("Its last day was %s.", last))
	}
	card.Actions = []views.Action{{
		Text: s.say(lang.M("Renew")), Label: s.say(lang.M("Renew %s", name)), Href: s.c.Path(RenewPath), Style: views.Primary,
	}}
	return card
}

// RenewAct is the button that renews the membership of an organisation, for the page that lists what it holds; absent while
// there is nothing to renew.
func RenewAct(c *web.Ctx, o organisation.Organisation, held []membership.Held, now time.Time) views.Action {
	r := membership.RenewalOf(held, o.Active, clock.DateOf(now))
	if r.Answer != membership.Offered {
		return views.Action{}
	}
	return views.Action{
		Text: c.Text(lang.M("Renew")), Label: c.Text(lang.M("Renew %s", r.Old.Option.Name)), Icon: "arrow-clockwise",
		Href: c.Path(RenewOrganisationPath(o)),
	}
}
