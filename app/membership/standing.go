package membership

import (
	"time"

	"ams/app/billing"
	"ams/app/clock"
	"ams/app/lang"
)

// Standing is the status of a membership and the reason for it in one sentence.
type Standing struct {
	Status Status
	member lang.Message
	staff  lang.Message // where staff are told more
}

// Why is the reason as the member reads it.
func (s Standing) Why() lang.Message { return s.member }

// WhyForStaff is the reason with what only staff can do something about.
func (s Standing) WhyForStaff() lang.Message {
	if s.staff.Empty() {
		return s.member
	}
	return s.staff
}

// Standing decides status and reason together, so that they never contradict each other (spec §4.1, decision 42).
func (h Held) Standing(now time.Time) Standing {
	s := Standing{Status: h.Status(clock.DateOf(now))}
	switch s.Status {
	case Cancelled:
		s.member = h.whyCancelled()
	case Expired:
		s.member = h.whyExpired()
	case Active:
		s.member = h.whyActive()
	default:
		s.member, s.staff = h.whyPending()
	}
	return s
}

func (h Held) whyCancelled() lang.Message {
	day := clock.DateOf(*h.CancelledAt)
	if h.CancelledReason == "" {
		return lang.M("Cancelled on %s.", day)
	}
	return lang.M("Cancelled on %s: %s", day, h.reason())
}

func (h Held) whyExpired() lang.Message {
	paid := h.application().Invoice
	switch {
	case h.Approved():
		return lang.M("Its last day was %s.", h.LastDay())
	case paid.CountsAsPaid():
		return lang.M("Its last day was %s. It was never approved; a payment arrived on %s, too late.", h.LastDay(), paid.PaidDate)
	}
	return lang.M("Its last day was %s. It was never approved.", h.LastDay())
}

func (h Held) whyActive() lang.Message {
	day := clock.DateOf(*h.ApprovedAt)
	switch h.ApprovalSource {
	case ByPayment:
		return lang.M("Paid and approved on %s. Its last day is %s.", day, h.LastDay())
	case ByStaff:
		return lang.M("Approved by the association on %s. Its last day is %s.", day, h.LastDay())
	case ByPrice:
		return lang.M("Free of charge, approved on %s. Its last day is %s.", day, h.LastDay())
	}
	return lang.M("Approved on %s. Its last day is %s.", day, h.LastDay())
}

func (h Held) whyPending() (member, staff lang.Message) {
	if h.Approved() {
		return lang.M("Approved. It starts on %s.", h.Start), lang.Message{}
	}
	e := h.application()
	switch e.State() {
	case billing.OnItsWay:
		return lang.M("Its invoice has been on its way since %s.", e.Purchase.CreatedAt), lang.Message{}
	case billing.SortedOut:
		return lang.M("Its invoice could not be prepared yet; the association will be in touch."),
			lang.M("Its invoice could not be raised: %s", e.Purchase.Cause())
	case billing.Awaiting:
		return lang.M("Invoice %s for %s is unpaid; it is due on %s.", e.Invoice.Number, e.Invoice.Due.Dollars(), e.Invoice.DueDate),
			lang.Message{}
	case billing.Closed:
		return lang.M("Invoice %s was closed without a payment; the association will be in touch.", e.Invoice.Number),
			lang.M("Invoice %s was closed without a payment: %s.", e.Invoice.Number, e.Invoice.Closure())
	case billing.Paid:
		return lang.M("Invoice %s is paid; the membership is being approved.", e.Invoice.Number), lang.Message{}
	}
	return lang.M("Waiting for approval by the association since %s.", clock.DateOf(h.CreatedAt)), lang.Message{}
}

// Notices are what staff should do something about: an invoice that could not be raised, and a payment that approved nothing.
func (h Held) Notices(now time.Time) (notices []lang.Message) {
	status := h.Status(clock.DateOf(now))
	for _, e := range h.Entries {
		if e.State() == billing.SortedOut && status != Cancelled {
			notices = append(notices, lang.M("An invoice of %s could not be raised: %s", e.Purchase.Total.Dollars(), e.Purchase.Cause()))
		}
	}
	i := h.application().Invoice
	switch {
	case h.Approved() || i.ID == 0:
	case i.CountsAsPaid() && (status == Expired || status == Cancelled):
		notices = append(notices, lang.M("Invoice %s was paid on %s, but the membership was over or cancelled before it was approved. "+
			"Approve it with other dates, or give the money back in the accounting system.", i.Number, i.PaidDate))
	case i.State() == billing.Closed && status == Pending:
		notices = append(notices, lang.M("Invoice %s was closed without a payment (%s). Approve the membership by hand, or cancel it.", i.Number, i.Closure()))
	}
	return notices
}
