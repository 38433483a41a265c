package membership

import (
	"strings"

	"github.com/uptrace/bun"

	"ams/app/billing"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/money"
)

// Type says who can hold a membership of an option.
type Type string

// The types of options.
const (
	ForPeople        Type = "INDIVIDUAL"
	ForOrganisations Type = "ORGANISATION"
)

// Option is a membership that can be bought.
type Option struct {
	ID                     int64     `bun:",pk,autoincrement"`
	Name                   lang.Text `bun:"embed:name_"`
	Description            lang.Text `bun:"embed:description_"` // several lines
	Type                   Type
	Duration               Duration
	Cost                   money.Amount // of the membership, of each seat for organisations
	InvoiceReference       string       // stands before the code of each purchase
	InvoiceDueDays         int
	MaxSeats               int `bun:",nullzero"` // of one membership; 0: as many as wanted
	MaxChargedSeats        int `bun:",nullzero"` // further ones are free; 0: all are charged
	VotingRights, Archived bool
	Order                  int
}

type optionRow struct {
	bun.BaseModel `bun:"table:membership_options,alias:o"`
	Option
}

// OptionRecord is an option as staff look after it.
type OptionRecord struct {
	bun.BaseModel `bun:"table:membership_options,alias:o"`
	Option
	Version int64 `bun:",nullzero,default:1"`
}

// MostSeats is the largest number of seats that a membership can have.
const MostSeats = maxWhole

// Longest values that the columns hold, in characters, and the largest number of days and the like.
const (
	maxName      = 255
	maxReference = 25
	maxWhole     = 1_000_000
)

// Label is what an invoice and lists call the option in a language: name, whose it is, duration and cost.
func (o Option) Label() lang.Message {
	return lang.M("%s (%s), %s, %s", o.Name, o.Type.Text(), o.Duration.Text(), o.Cost.Dollars())
}

// Text names the type for people.
func (t Type) Text() lang.Message {
	if t == ForOrganisations {
		return lang.M("organisation")
	}
	return lang.M("individual")
}

// table is where memberships of this type are kept.
func (t Type) table() string {
	if t == ForOrganisations {
		return "organisation_memberships"
	}
	return "individual_memberships"
}

// owner is the column of that table that says whose they are.
func (t Type) owner() string {
	if t == ForOrganisations {
		return "organisation_id"
	}
	return "user_id"
}

// model is what memberships of this type are called in permissions.
func (t Type) model() string {
	if t == ForOrganisations {
		return "organisationmembership"
	}
	return "individualmembership"
}

// ref names a membership of this type to billing.
func (t Type) ref(id int64) billing.Ref {
	if t == ForOrganisations {
		return billing.Ref{Organisation: id}
	}
	return billing.Ref{Individual: id}
}

// typed is the opposite of Type.ref.
func typed(m billing.Ref) (Type, int64) {
	if m.Organisation != 0 {
		return ForOrganisations, m.Organisation
	}
	return ForPeople, m.Individual
}

// check gives everything that is wrong with an option, new or changed.
func (o Option) check() fault.Fields {
	var p fault.Fields
	switch {
	case o.Name.EN == "":
		p.Add("name_en", lang.M("Enter a name in English."))
	case tooLong(o.Name.EN, maxName), tooLong(o.Name.MI, maxName):
		p.Add("name_en", lang.M("The name can have at most %d characters.", maxName))
	}
	if o.Type != ForPeople && o.Type != ForOrganisations {
		p.Add("type", lang.M("Choose whether people or organisations can have this membership."))
	}
	if o.Duration == (Duration{}) {
		p.Add("duration", lang.M("Enter a whole number of days, weeks, months or years, at least 1."))
	}
	if o.Cost.Negative() {
		p.Add("cost", lang.M("The cost cannot be negative. Enter 0 for a membership that is free."))
	}
	if tooLong(o.InvoiceReference, maxReference) {
		p.Add("invoice_reference", lang.M("The reference can have at most %d characters.", maxReference))
	}
	if o.InvoiceDueDays < 1 || o.InvoiceDueDays > maxWhole {
		p.Add("invoice_due_days", lang.M("Enter a whole number of days, at least 1."))
	}
	o.checkSeats(&p)
	if o.Order < 0 || o.Order > maxWhole {
		p.Add("order", lang.M("Enter a whole number, 0 or more."))
	}
	return p
}

func (o Option) checkSeats(p *fault.Fields) {
	if o.MaxSeats < 0 || o.MaxSeats > maxWhole {
		p.Add("max_seats", lang.M("Enter a whole number of seats, at least 1, or nothing for any number."))
	}
	switch {
	case o.MaxChargedSeats < 0 || o.MaxChargedSeats > maxWhole:
		p.Add("max_charged_seats", lang.M("Enter a whole number of seats, at least 1, or nothing to charge all."))
	case o.MaxChargedSeats > 0 && o.Type == ForPeople:
		p.Add("max_charged_seats", lang.M("Only memberships of organisations have seats."))
	case o.MaxChargedSeats > 0 && o.MaxSeats > 0 && o.MaxChargedSeats > o.MaxSeats:
		p.Add("max_charged_seats", lang.M("There cannot be more charged seats than seats: at most %d.", o.MaxSeats))
	}
}

// checkChange refuses to change what buyers rely on.
func (o Option) checkChange(before Option) fault.Fields {
	p := o.check()
	for _, locked := range []struct {
		field string
		same  bool
	}{
		{"type", o.Type == before.Type},
		{"duration", o.Duration == before.Duration},
		{"cost", o.Cost == before.Cost},
		{"max_seats", o.MaxSeats == before.MaxSeats},
		{"max_charged_seats", o.MaxChargedSeats == before.MaxChargedSeats},
	} {
		if !locked.same {
			p.Add(locked.field, lang.M("This cannot be changed any more. Archive this option and add another one."))
		}
	}
	return p
}

func tooLong(s string, most int) bool { return len([]rune(s)) > most }

// tidy trims what people type.
func (o Option) tidy() Option {
	for _, s := range []*string{&o.Name.EN, &o.Name.MI, &o.Description.EN, &o.Description.MI, &o.InvoiceReference} {
		*s = strings.TrimSpace(*s)
	}
	return o
}
