package organisation

import (
	"cmp"
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/lang"
	"ams/app/mail"
)

// createdMail is what views/mail/staff_organisation_created tells.
type createdMail struct {
	Name                            string
	Contact, Email, Telephone       string
	Address, Suburb, City, Postcode string // of the post; the suburb may be empty
	Founder, FounderEmail           string
	Link                            string
}

// tellStaff tells all staff of a new organisation, unless they do not want to know.
func (s *Service) tellStaff(ctx context.Context, tx bun.Tx, by account.Person, o Organisation) error {
	if !s.cfg.NotifyStaff {
		return nil
	}
	facts := createdMail{
		Name: o.Name, Contact: o.ContactName, Email: o.Email, Telephone: o.Telephone,
		Address: o.PostalAddress, Suburb: o.PostalSuburb, City: o.PostalCity, Postcode: o.PostalCode,
		Founder: cmp.Or(by.Name(), by.Username), FounderEmail: by.Email, Link: s.cfg.Desk(o.ID),
	}
	return s.people.TellStaff(ctx, tx, func(in lang.Locale, to []string) error {
		once := mail.Once(fmt.Sprintf("organisation_created/%d/%s", o.ID, in))
		return s.post.Add(ctx, tx, s.created.ToAll(to, in, facts, once, mail.User(by.ID)))
	})
}
