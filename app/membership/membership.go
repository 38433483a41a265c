// Package membership is what people buy and hold: options, applications, periods, and how a membership stands.
package membership

import (
	"time"

	"ams/app/billing"
	"ams/app/clock"
)

// Status is how a membership stands on a day. It is never stored.
type Status string

// The statuses.
const (
	Active    Status = "ACTIVE"
	Pending   Status = "PENDING"
	Expired   Status = "EXPIRED"
	Cancelled Status = "CANCELLED"
)

// Source says what approved a membership.
type Source string

// The sources of an approval. Imported memberships have none.
const (
	ByPayment Source = "PAYMENT"
	ByStaff   Source = "STAFF"
	ByPrice   Source = "FREE" // approved at once, because it costs nothing
)

// Term is what memberships of people and of organisations have in common: what was bought, for which days, and what became
// of it.
type Term struct {
	ID              int64      `bun:",pk,autoincrement"`
	OptionID        int64      `bun:"membership_option_id"`
	Start           clock.Date `bun:"start_date"`
	Expiry          clock.Date `bun:"expiry_date"` // the first day that is no longer covered
	CreatedAt       time.Time  `bun:"created_datetime"`
	ApprovedAt      *time.Time `bun:"approved_datetime"`
	ApprovalSource  Source     `bun:"approval_source,nullzero"`
	CancelledAt     *time.Time `bun:"cancelled_datetime"`
	CancelledReason string     `bun:"cancelled_reason"`
	RenewsID        int64      `bun:"renews_id,nullzero"` // the membership that this one goes on from; 0: none
	OverlapAllowed  bool       `bun:"overlap_allowed"`
}

// Individual is the membership of one person.
type Individual struct {
	Term
	UserID int64 `bun:"user_id"`
}

// Organisational is the membership of an organisation, whose people take its seats.
type Organisational struct {
	Term
	OrganisationID int64 `bun:"organisation_id"`
	Seats          int   // bought, free ones included
}

// Approved tells whether somebody or something has approved the membership; from then on no payment changes it.
func (m Term) Approved() bool { return m.ApprovedAt != nil }

// Status on a day; the first rule that fits decides (spec §4.1).
func (m Term) Status(today clock.Date) Status {
	switch {
	case m.CancelledAt != nil:
		return Cancelled
	case !m.Expiry.IsZero() && !today.Before(m.Expiry):
		return Expired
	case !m.Approved() || m.Start.After(today):
		return Pending
	}
	return Active
}

// LastDay is the last one that the membership covers.
func (m Term) LastDay() clock.Date { return m.Expiry.AddDays(-1) }

// Open tells whether the membership can still be cancelled.
func (m Term) Open(today clock.Date) bool {
	s := m.Status(today)
	return s == Active || s == Pending
}

// Period is the days of the membership.
func (m Term) Period() Period { return Period{Start: m.Start, End: m.Expiry} }

// Owner names whose a membership is.
type Owner struct {
	Type Type
	ID   int64
}

// OfPerson names a person.
func OfPerson(id int64) Owner { return Owner{Type: ForPeople, ID: id} }

// OfOrganisation names an organisation.
func OfOrganisation(id int64) Owner { return Owner{Type: ForOrganisations, ID: id} }

// Held is a membership of either kind with its option and everything that was bought for it, as pages show it.
type Held struct {
	Term
	Of       Owner
	Seats    int // of an organisation; 0 for a person
	Occupied int // of them, while the membership is active or pending
	Option   Option
	Entries  []billing.Entry // oldest first

	Renews, RenewedBy Term // only in a form; zero where there is none
}

// Ref names the membership to billing.
func (h Held) Ref() billing.Ref { return h.Of.Type.ref(h.ID) }

// application is the purchase that the membership began with, and its invoice. Seats that were bought later say nothing
// about its status.
func (h Held) application() billing.Entry {
	for _, e := range h.Entries {
		if e.Begins() {
			return e
		}
	}
	return billing.Entry{}
}
