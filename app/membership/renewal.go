package membership

import (
	"slices"

	"ams/app/clock"
)

// renewalWindow is for how many days before and after its expiry a membership can be renewed.
const renewalWindow = 60

// Renewable says whether something can be renewed, or why not. Of several memberships the one that says most counts.
type Renewable int

// The answers, those that say more after those that say less.
const (
	NothingToRenew Renewable = iota // nothing was approved, or everything was cancelled
	TooLate
	TooEarly
	RenewedAlready // or followed by a membership of another kind
	Offered
	OwnerInactive // an organisation that is closed: its memberships are not looked at
)

// Renewal is what can be renewed on a day of the memberships that somebody holds.
type Renewal struct {
	Answer Renewable
	Old    Held       // the membership that the answer is about
	Start  clock.Date // of the new one, where it is offered
	From   clock.Date // the first day of the offer, where it is too early
	Until  clock.Date // the last day that is covered, where it is renewed already
}

// RenewalOf is the one rule of what can be renewed (spec §4.9), for the pages that offer it and for the renewal itself.
// The memberships are those of one owner, the newest first; people are always active.
func RenewalOf(all []Held, active bool, today clock.Date) Renewal {
	if !active {
		return Renewal{Answer: OwnerInactive}
	}
	standing := slices.DeleteFunc(slices.Clone(all), func(h Held) bool { return h.CancelledAt != nil })
	var end clock.Date
	for _, h := range standing {
		if h.Expiry.After(end) {
			end = h.Expiry
		}
	}
	var best Renewal
	for _, h := range standing {
		if r := h.renewal(standing, end, today); r.Answer > best.Answer {
			best = r
		}
	}
	return best
}

// renewal answers for one membership among those that stand, the last of which expires at the end.
func (h Held) renewal(standing []Held, end, today clock.Date) Renewal {
	first, last := h.Expiry.AddDays(-renewalWindow), h.Expiry.AddDays(renewalWindow)
	followed := slices.ContainsFunc(standing, h.followedBy)
	switch {
	case !h.Approved():
		return Renewal{}
	case today.After(last), followed && !end.After(today): // what followed was never paid and is over as well
		return Renewal{Answer: TooLate, Old: h}
	case followed:
		return Renewal{Answer: RenewedAlready, Old: h, Until: end.AddDays(-1)}
	case today.Before(first):
		return Renewal{Answer: TooEarly, Old: h, From: first}
	}
	r := Renewal{Answer: Offered, Old: h, Start: h.Expiry}
	if today.After(h.Expiry) {
		r.Start = today
	}
	return r
}

// followedBy tells whether another membership stands in the way of a renewal: it renews this one, whatever staff have made
// of its dates since, or it ends later.
func (h Held) followedBy(other Held) bool {
	return other.RenewsID == h.ID || other.Expiry.After(h.Expiry)
}
