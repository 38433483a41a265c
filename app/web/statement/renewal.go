package statement

import (
	"ams/app/clock"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/organisation"
	"ams/views"
)

// RenewPath is where people renew a membership of their own.
const RenewPath = "/users/memberships/renew-individual/"

// RenewOrganisationPath is where the membership of an organisation is renewed.
func RenewOrganisationPath(o organisation.Organisation) string {
	return "/users/memberships/renew-organisation/" + o.UUID + "/"
}

// offered is what the owner can renew today, as far as the viewer may.
func (s Statement) offered() (membership.Renewal, bool) {
	active := !s.organisation() || s.owner.Organisation.Active
	r := membership.RenewalOf(s.held, active, clock.DateOf(s.now))
	return r, s.acts && r.Answer == membership.Offered
}

// renewal is the card of what a person can renew; without a title there is none.
func (s Statement) renewal() views.Card {
	r, offered := s.offered()
	if !offered || s.organisation() {
		return views.Card{}
	}
	name, last := r.Old.Option.Name, r.Old.LastDay()
	card := views.Card{
		ID: "task-renew", Task: true, Under: true, Icon: "arrow-clockwise", Tone: views.TonePrimary,
		Title:   s.say(lang.M("Renew %s, it expires on %s", name, r.Old.Expiry)),
		Text:    s.say(lang.M("Its last day is %s. Go on without a gap.", last)),
		Actions: []views.Action{s.renew(name, RenewPath).AsPrimary()},
	}
	if clock.DateOf(s.now).After(last) {
		card.Title = s.say(lang.M("Renew %s, it expired on %s", name, r.Old.Expiry))
		card.Text = s.say(lang.M("Its last day was %s.", last))
	}
	return card
}

// Renew is the button by which the membership of an organisation is renewed; absent while there is nothing to renew.
func (s Statement) Renew() views.Action {
	r, offered := s.offered()
	if !offered || !s.organisation() {
		return views.Action{}
	}
	act := s.renew(r.Old.Option.Name, RenewOrganisationPath(s.owner.Organisation))
	act.Icon = "arrow-clockwise"
	return act
}

func (s Statement) renew(option lang.Text, path string) views.Action {
	return views.Action{Text: s.say(lang.M("Renew")), Label: s.say(lang.M("Renew %s", option)), Href: s.c.Path(path)}
}
