// Package membership is what people buy and hold: options, applications, periods, and how a membership stands.
package membership

import (
	"time"

	"github.com/uptrace/bun"

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

// Individual is the membership of one person.
type Individual struct {
	ID              int64      `bun:",pk,autoincrement"`
	UserID          int64      `bun:"user_id"`
	OptionID        int64      `bun:"membership_option_id"`
	Start           clock.Date `bun:"start_date"`
	Expiry          clock.Date `bun:"expiry_date"` // the first day that is no longer covered
	CreatedAt       time.Time  `bun:"created_datetime"`
	ApprovedAt      *time.Time `bun:"approved_datetime"`
	ApprovalSource  Source     `bun:"approval_source,nullzero"`
	CancelledAt     *time.Time `bun:"cancelled_datetime"`
	CancelledReason string     `bun:"cancelled_reason"`
	OverlapAllowed  bool       `bun:"overlap_allowed"`
}

type individualRow struct {
	bun.BaseModel `bun:"table:individual_memberships,alias:m"`
	Individual
}

// Approved tells whether somebody or something has approved the membership; from then on no payment changes it.
func (m Individual) Approved() bool { return m.ApprovedAt != nil }

// Status on a day; the first rule that fits decides (spec §4.1).
func (m Individual) Status(today clock.Date) Status {
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
func (m Individual) LastDay() clock.Date { return m.Expiry.AddDays(-1) }

// Held is a membership with its option and everything that was bought for it, as pages show it.
type Held struct {
	Individual
	Option  Option
	Entries []billing.Entry // oldest first
}

// Open tells whether the membership can still be cancelled.
func (m Individual) Open(today clock.Date) bool {
	s := m.Status(today)
	return s == Active || s == Pending
}

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
