package staff

import (
	"strconv"
	"time"

	"ams/app/admin"
	"ams/app/clock"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/web/statement"
	"ams/views"
)

type individual = membership.Record

func memberships(a *admin.Admin, members *membership.Service, c clock.Clock) admin.Resource[individual] {
	standing := func(m *individual) membership.Standing { return m.Held.Standing(c.Now()) }
	person := field.Ref("user", lang.M("Person"), func(m *individual) *int64 { return &m.UserID }, a.Chooser("users.user")).OnceOnly().Known((*individual).Person)
	option := field.Ref("membership_option", lang.M("Membership option"), func(m *individual) *int64 { return &m.OptionID }, a.Chooser("memberships.membershipoption"))
	start := field.Date("start_date", lang.M("Start"), func(m *individual) *clock.Date { return &m.Start })
	expiry := field.Date("expiry_date", lang.M("Expiry"), func(m *individual) *clock.Date { return &m.Expiry }).
		Help(lang.M("The first day that is no longer covered."))
	approved := field.DateTime("approved_datetime", lang.M("Approved"), func(m *individual) **time.Time { return &m.ApprovedAt }).Optional()
	overlap := field.Bool("overlap_allowed", lang.M("Allow this overlap"), func(m *individual) *bool { return &m.OverlapAllowed })
	return admin.Resource[individual]{
		App: "memberships", Model: "individualmembership", One: lang.M("individual membership"), Many: lang.M("Individual memberships"),
		Icon: "person-badge", Letter: "i", Order: "m.id DESC", Title: (*individual).Title,
		Load: membership.WithOwner, Rows: membership.LoadRecords, Fill: members.LoadEntries,
		Columns: []admin.Column[individual]{
			admin.Text("user", lang.M("Person"), "", func(m *individual) string { return m.Owner.Name() + " (" + m.Owner.Email + ")" }),
			admin.Words("membership_option", lang.M("Membership option"), "", func(tr *lang.Translator, m *individual) string { return m.Held.Option.Name.In(tr.Locale()) }),
			admin.Badges("status", lang.M("Status"), "", func(tr *lang.Translator, m *individual) []views.Badge {
				return []views.Badge{statement.Badge(tr, standing(m).Status)}
			}),
			admin.Day("start_date", lang.M("Start"), "m.start_date", func(m *individual) clock.Date { return m.Start }),
			admin.Day("expiry_date", lang.M("Expiry"), "m.expiry_date", func(m *individual) clock.Date { return m.Expiry }),
			admin.Time("approved_datetime", lang.M("Approved"), "m.approved_datetime", func(m *individual) *time.Time { return m.ApprovedAt }),
		},
		Search: []admin.Search{admin.Parent("users", "user_id"), admin.Parent("membership_options", "membership_option_id")},
		Filters: []admin.Filter{
			admin.Cases("status", lang.M("Status"),
				admin.Case{Value: "active", Label: lang.M("Active"), Where: "m.cancelled_datetime IS NULL AND m.approved_datetime IS NOT NULL AND m.start_date <= ?0 AND m.expiry_date > ?0"},
				admin.Case{Value: "pending", Label: lang.M("Pending"), Where: "m.cancelled_datetime IS NULL AND m.expiry_date > ?0 AND (m.approved_datetime IS NULL OR m.start_date > ?0)"},
				admin.Case{Value: "expired", Label: lang.M("Expired"), Where: "m.cancelled_datetime IS NULL AND m.expiry_date <= ?0"},
				admin.Case{Value: "cancelled", Label: lang.M("Cancelled"), Where: "m.cancelled_datetime IS NOT NULL"}),
			admin.Related("option", lang.M("Membership option"), "m.membership_option_id = ?", a.Chooser("memberships.membershipoption")),
			admin.Days("start", lang.M("Start"), "m.start_date"),
		},
		Add: []admin.Section[individual]{admin.Sect(lang.Message{}, person, option, start, field.Date("expiry_date", lang.M("Expiry"),
			func(m *individual) *clock.Date { return &m.Expiry }).Optional().Help(lang.M("Leave it empty to have it computed.")), approved, overlap)},
		Sections: []admin.Section[individual]{
			admin.Sect(lang.Message{}, person, option, start, expiry, approved, overlap),
			admin.Sect(lang.M("Cancellation"),
				field.DateTime("cancelled_datetime", lang.M("Cancelled"), func(m *individual) **time.Time { return &m.CancelledAt }).Optional(),
				field.Text("cancelled_reason", lang.M("Reason"), func(m *individual) *string { return &m.CancelledReason }).Max(255).Optional()),
			admin.Sect(lang.Message{}, membershipFacts(standing)...),
		},
		Actions: []admin.Action[individual]{{
			Name: "approve", Label: lang.M("Approve"), Icon: "check-lg", Ask: lang.M("The members are told by mail."), Each: members.Approve,
			Offer: func(m *individual) bool { return !m.Approved() && standing(m).Status == membership.Pending },
		}},
		Onward: []admin.Onward[individual]{
			{Entity: "users.user", Search: func(m *individual) string { return m.Owner.Email }},
			{Entity: "billing.invoice", Search: func(m *individual) string { return m.Owner.Email }},
		},
		Broken: membership.Broken, Instead: lang.M("Cancel it instead."),
		Write: admin.Writer[individual]{Create: members.Enter, Update: members.Change, Delete: members.Drop},
	}
}

func membershipFacts(standing func(*individual) membership.Standing) []field.Field[individual] {
	return []field.Field[individual]{
		field.Computed("status", lang.M("Status"), func(tr *lang.Translator, m *individual) string {
			return statement.Badge(tr, standing(m).Status).Text + ". " + tr.Say(standing(m).WhyForStaff())
		}).Aside(),
		field.Computed("created_datetime", lang.M("Applied"), func(tr *lang.Translator, m *individual) string { return tr.Moment(m.CreatedAt) }).Aside(),
		field.Computed("invoices", lang.M("Invoices"), func(tr *lang.Translator, m *individual) string {
			text := ""
			for _, e := range m.Held.Entries {
				if e.Invoice.ID != 0 {
					text += e.Invoice.Number + " (" + statement.InvoiceBadge(tr, e.State()).Text + ") "
				}
			}
			return text
		}).Aside(),
	}
}

func someOf(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
