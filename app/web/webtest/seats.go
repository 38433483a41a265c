package webtest

import (
	"context"

	"github.com/uptrace/bun"

	"ams/app/billing"
	"ams/app/clock"
)

// OfficeMail is where letters to an organisation go.
const OfficeMail = "office@kura.example"

// Organisation stores an organisation with members, the first of whom looks after it, and gives its id.
func (s *Site) Organisation(name string, members ...string) int64 {
	s.T.Helper()
	now := s.Clock.Now()
	s.Exec(`INSERT INTO organisations (name, telephone, email, contact_name, postal_address, postal_city, postal_code)
		VALUES (?, '03 555', ?, 'Hine', 'PO Box 1', 'Taupō', '3330')`, name, OfficeMail)
	id := int64(s.Count("SELECT max(id) FROM organisations"))
	for i, username := range members {
		role := "MEMBER"
		if i == 0 {
			role = "ADMIN"
		}
		s.Exec(`INSERT INTO organisation_members (user_id, organisation_id, role, created_datetime, accepted_datetime)
			SELECT id, ?, ?, ?, ? FROM users WHERE username = ?`, id, role, now, now, username)
	}
	return id
}

// Seats stores a membership of an organisation for a year from today, approved by nobody, and gives its id.
func (s *Site) Seats(organisation, option int64, seats int) int64 {
	s.T.Helper()
	now := s.Clock.Now()
	today := clock.DateOf(now)
	s.Exec(`INSERT INTO organisation_memberships (organisation_id, membership_option_id, seats, start_date, expiry_date, created_datetime)
		VALUES (?, ?, ?, ?, ?, ?)`, organisation, option, seats, today, today.AddMonths(12), now)
	return int64(s.Count("SELECT max(id) FROM organisation_memberships"))
}

// Buy stores what somebody buys for a membership that is there.
func (s *Site) Buy(o billing.Order) (p billing.Purchase) {
	s.T.Helper()
	s.within(func(ctx context.Context, tx bun.Tx) (err error) {
		p, err = s.App.Bills.Buy(ctx, tx, o)
		return err
	})
	return p
}
