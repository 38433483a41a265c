package staff

import (
	"time"

	"ams/app/admin"
	"ams/app/billing"
	"ams/app/clock"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/web/statement"
	"ams/views"
)

// tenure declares what memberships of people and of organisations have in common. M is the record of one kind.
type tenure[M any] struct {
	at    func(*M) *membership.Term
	held  func(*M) membership.Held
	title func(*M) string
	model string // name of the entity: "individualmembership"
	admin *admin.Admin
	bills *billing.Service
	clock clock.Clock
}

func (t tenure[M]) standing(m *M) membership.Standing { return t.held(m).Standing(t.clock.Now()) }

func (t tenure[M]) optionColumn() admin.Column[M] {
	return admin.Words("membership_option", lang.M("Membership option"), "", func(tr *lang.Translator, m *M) string {
		return t.held(m).Option.Name.In(tr.Locale())
	})
}

// statusColumn says why as well.
func (t tenure[M]) statusColumn() admin.Column[M] {
	return admin.Column[M]{Key: "status", Label: lang.M("Status"), Kind: views.KindBadge, Cell: func(tr *lang.Translator, m *M) views.Cell {
		st := t.standing(m)
		return views.Cell{Badges: []views.Badge{statement.Badge(tr, st.Status)}, Under: tr.Say(st.WhyForStaff())}
	}}
}

func (t tenure[M]) startColumn() admin.Column[M] {
	return admin.Day("start_date", lang.M("Start"), "m.start_date", func(m *M) clock.Date { return t.at(m).Start })
}

func (t tenure[M]) expiryColumn() admin.Column[M] {
	return admin.Day("expiry_date", lang.M("Expiry"), "m.expiry_date", func(m *M) clock.Date { return t.at(m).Expiry })
}

func (t tenure[M]) approvedColumn() admin.Column[M] {
	return admin.Time("approved_datetime", lang.M("Approved"), "m.approved_datetime", func(m *M) *time.Time { return t.at(m).ApprovedAt })
}

// tenureFilters narrow a list of memberships m, whose options are these; ref is the column of purchases and invoices that
// leads to them.
func tenureFilters(options field.Chooser, ref string) []admin.Filter {
	bought := func(state string) string {
		return "m.id IN (SELECT p." + ref + " FROM purchases p WHERE p.invoice_state = '" + state + "')"
	}
	billed := func(which string) string {
		return "EXISTS (SELECT FROM invoices i WHERE i." + ref + " = m.id AND (" + which + "))"
	}
	return []admin.Filter{
		admin.Cases("status", lang.M("Status"),
			admin.Case{Value: "active", Label: lang.M("Active"), Where: "m.cancelled_datetime IS NULL AND m.approved_datetime IS NOT NULL AND m.start_date <= ?0 AND m.expiry_date > ?0"},
			admin.Case{Value: "pending", Label: lang.M("Pending"), Where: "m.cancelled_datetime IS NULL AND m.expiry_date > ?0 AND (m.approved_datetime IS NULL OR m.start_date > ?0)"},
			admin.Case{Value: "expired", Label: lang.M("Expired"), Where: "m.cancelled_datetime IS NULL AND m.expiry_date <= ?0"},
			admin.Case{Value: "cancelled", Label: lang.M("Cancelled"), Where: "m.cancelled_datetime IS NOT NULL"}),
		admin.Related("option", lang.M("Membership option"), "m.membership_option_id = ?", options),
		admin.Days("start", lang.M("Start"), "m.start_date"),
		admin.Cases("invoice", lang.M("Invoice"),
			admin.Case{Value: "waiting", Label: lang.M("On its way"), Where: bought("WAITING")},
			admin.Case{Value: "failed", Label: lang.M("Failed"), Where: bought("FAILED")},
			admin.Case{Value: "awaiting", Label: lang.M("Awaiting payment"), Where: billed(awaiting)},
			admin.Case{Value: "paid", Label: lang.M("Paid"), Where: billed(paid)},
			admin.Case{Value: "cancelled", Label: lang.C("invoice", "Cancelled"), Where: billed(closed)},
			admin.Case{Value: "none", Label: lang.M("None"), Where: "NOT " + billed("true") +
				" AND NOT EXISTS (SELECT FROM purchases p WHERE p." + ref + " = m.id AND p.invoice_state IN ('WAITING', 'FAILED'))"}),
	}
}

func (t tenure[M]) start() field.Field[M] {
	return field.Date("start_date", lang.M("Start"), func(m *M) *clock.Date { return &t.at(m).Start })
}

// approval is followed by the permission to overlap.
func (t tenure[M]) approval() []field.Field[M] {
	return []field.Field[M]{
		field.DateTime("approved_datetime", lang.M("Approved"), func(m *M) **time.Time { return &t.at(m).ApprovedAt }).Optional(),
		field.Bool("overlap_allowed", lang.M("Allow this overlap"), func(m *M) *bool { return &t.at(m).OverlapAllowed }),
	}
}

// newFields are asked when a membership is added.
func (t tenure[M]) newFields() []field.Field[M] {
	expiry := field.Date("expiry_date", lang.M("Expiry"), func(m *M) *clock.Date { return &t.at(m).Expiry }).Optional().
		Help(lang.M("Leave it empty to have it computed."))
	return append([]field.Field[M]{t.start(), expiry}, t.approval()...)
}

// fields are asked when it is changed.
func (t tenure[M]) fields() []field.Field[M] {
	expiry := field.Date("expiry_date", lang.M("Expiry"), func(m *M) *clock.Date { return &t.at(m).Expiry }).
		Help(lang.M("The first day that is no longer covered."))
	return append([]field.Field[M]{t.start(), expiry}, t.approval()...)
}

func (t tenure[M]) cancellation() admin.Section[M] {
	return admin.Sect(lang.M("Cancellation"),
		field.DateTime("cancelled_datetime", lang.M("Cancelled"), func(m *M) **time.Time { return &t.at(m).CancelledAt }).Optional(),
		field.Text("cancelled_reason", lang.M("Reason"), func(m *M) *string { return &t.at(m).CancelledReason }).Max(255).Optional())
}

func (t tenure[M]) facts() []field.Field[M] {
	return []field.Field[M]{
		field.Computed("status", lang.M("Status"), func(tr *lang.Translator, m *M) string {
			return statement.Badge(tr, t.standing(m).Status).Text + ". " + tr.Say(t.standing(m).WhyForStaff())
		}).Aside(),
		field.Computed("created_datetime", lang.M("Applied"), func(tr *lang.Translator, m *M) string { return tr.Moment(t.at(m).CreatedAt) }).Aside(),
		t.other("renews", lang.M("Renews"), func(h membership.Held) membership.Term { return h.Renews }),
		t.other("renewed_by", lang.M("Renewed by"), func(h membership.Held) membership.Term { return h.RenewedBy }),
	}
}

// other leads to another membership of the same owner, named by its days.
func (t tenure[M]) other(key string, label lang.Message, which func(membership.Held) membership.Term) field.Field[M] {
	return field.Computed(key, label, func(tr *lang.Translator, m *M) string {
		o := which(t.held(m))
		if o.ID == 0 {
			return ""
		}
		return tr.ShortDate(o.Start) + " – " + tr.ShortDate(o.LastDay())
	}).To(func(m *M) string { return t.admin.Address("memberships."+t.model, which(t.held(m)).ID) }).Aside()
}

// notes are what staff should do something about.
func (t tenure[M]) notes(m *M) (notes []admin.Note) {
	for _, text := range t.held(m).Notices(t.clock.Now()) {
		notes = append(notes, admin.Note{Text: text, Warns: true})
	}
	return notes
}
