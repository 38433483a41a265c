package staff

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"ams/app/admin"
	"ams/app/billing"
	"ams/app/clock"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/web/statement"
)

type (
	individual     = membership.Record
	organisational = membership.OrganisationRecord
)

// optionsFor are those that memberships of a type can have.
func optionsFor(a *admin.Admin, t membership.Type) field.Chooser {
	return a.ChooserOf("memberships.membershipoption", "o.type = '"+string(t)+"'")
}

func memberships(a *admin.Admin, members *membership.Service, bills *billing.Service, c clock.Clock) admin.Resource[individual] {
	t := tenure[individual]{
		at: func(m *individual) *membership.Term { return &m.Term }, held: func(m *individual) membership.Held { return m.Held },
		title: (*individual).Title, model: "individualmembership", admin: a, bills: bills, clock: c,
	}
	options := optionsFor(a, membership.ForPeople)
	person := field.Ref("user", lang.M("Person"), func(m *individual) *int64 { return &m.UserID }, a.Chooser("users.user")).
		OnceOnly().Known((*individual).Person)
	option := field.Ref("membership_option", lang.M("Membership option"), func(m *individual) *int64 { return &m.OptionID }, options)
	return admin.Resource[individual]{
		App: "memberships", Model: "individualmembership", One: lang.M("individual membership"), Many: lang.M("Individual memberships"),
		Icon: "person-badge", Letter: "i", Order: "m.id DESC", Title: (*individual).Title,
		Spoken:  func(tr *lang.Translator, m *individual) string { return m.TitleIn(tr.Locale()) },
		Under:   admin.Under{Table: "users", Column: "user_id"},
		Subject: ownerOfMembership,
		Load:    membership.WithOwner, Rows: members.LoadRecords, Fill: members.LoadRenewals, Notes: t.notes,
		Columns: []admin.Column[individual]{
			admin.Words("user", lang.M("Person"), "", func(tr *lang.Translator, m *individual) string { return m.Owner.Listed(tr) }),
			t.optionColumn(), t.statusColumn(), t.startColumn(), t.expiryColumn(), t.approvedColumn(),
		},
		Search:  []admin.Search{admin.Parent("users", "user_id"), admin.Parent("membership_options", "membership_option_id")},
		Filters: append(tenureFilters(options, "individual_membership_id"), personFilter("m.user_id = ?")),
		Add:     []admin.Section[individual]{admin.Sect(lang.Message{}, append([]field.Field[individual]{person, option}, t.newFields()...)...)},
		Sections: []admin.Section[individual]{
			admin.Sect(lang.Message{}, append([]field.Field[individual]{person, option}, t.fields()...)...),
			t.cancellation(), admin.Sect(lang.Message{}, t.facts()...),
		},
		Actions: append([]admin.Action[individual]{
			t.approve(lang.M("The members are told by mail."), members.Approve),
			t.cancel(lang.M("The members are told by mail, with the reason."), members.Cancel),
		}, t.invoiceActs()...),
		Inlines: []admin.Inline[individual]{
			bought[individual](a, ofPerson), billed[individual](a, func(ctx context.Context, db bun.IDB, id int64) ([]*invoice, error) {
				return billing.RecordsOf(ctx, db, ofPerson(id))
			}),
		},
		Onward: []admin.Onward[individual]{
			{Entity: "users.user", Filter: byPerson, ID: ownerOfMembership},
			{Entity: "billing.purchase", Filter: byPerson, ID: ownerOfMembership},
			{Entity: "billing.invoice", Filter: byPerson, ID: ownerOfMembership},
		},
		Broken: membership.Broken, Instead: lang.M("Cancel it instead."),
		Write: admin.Writer[individual]{Create: members.Enter, Update: members.Change, Delete: members.Drop},
	}
}

func ownerOfMembership(m *individual) int64 { return m.UserID }

func organisationMemberships(a *admin.Admin, members *membership.Service, bills *billing.Service, c clock.Clock) admin.Resource[organisational] {
	t := tenure[organisational]{
		at: func(m *organisational) *membership.Term { return &m.Term }, held: func(m *organisational) membership.Held { return m.Held },
		title: (*organisational).Title, model: "organisationmembership", admin: a, bills: bills, clock: c,
	}
	options := optionsFor(a, membership.ForOrganisations)
	owner := field.Ref("organisation", lang.M("Organisation"), func(m *organisational) *int64 { return &m.OrganisationID }, a.Chooser("organisations.organisation")).
		OnceOnly().Known((*organisational).Organisation)
	option := field.Ref("membership_option", lang.M("Membership option"), func(m *organisational) *int64 { return &m.OptionID }, options)
	seats := field.Int("seats", lang.M("Seats"), func(m *organisational) *int { return &m.Seats }, 1, membership.MostSeats)
	anySeats := field.Bool("any_seats", lang.M("Allow this number"), func(m *organisational) *bool { return &m.AnySeats }).
		Help(lang.M("Also where it is beyond the limit of the option, or below the seats that are taken."))
	first := []field.Field[organisational]{owner, option, seats, anySeats}
	taken := field.Computed("occupied", lang.M("Seats taken"), func(tr *lang.Translator, m *organisational) string { return tr.Say(m.Held.SeatSummary()) }).Aside()
	return admin.Resource[organisational]{
		App: "memberships", Model: "organisationmembership", One: lang.M("organisation membership"), Many: lang.M("Organisation memberships"),
		Icon: "building", Letter: "s", Order: "m.id DESC", Title: (*organisational).Title,
		Spoken: func(tr *lang.Translator, m *organisational) string { return m.TitleIn(tr.Locale()) },
		Under:  admin.Under{Table: "organisations", Column: "organisation_id"},
		Load:   membership.WithOrganisation, Rows: members.LoadOrganisationRecords, Fill: members.LoadOrganisationRenewals, Notes: t.notes,
		Columns: []admin.Column[organisational]{
			admin.Text("organisation", lang.M("Organisation"), "", (*organisational).Organisation), t.optionColumn(), t.statusColumn(),
			admin.Number("occupied", lang.M("Seats taken"), "", func(m *organisational) int64 { return int64(m.Held.Occupied) }),
			admin.Number("seats", lang.M("Seats"), "m.seats", func(m *organisational) int64 { return int64(m.Seats) }),
			t.startColumn(), t.expiryColumn(),
		},
		Search:  []admin.Search{admin.Parent("organisations", "organisation_id"), admin.Parent("membership_options", "membership_option_id")},
		Filters: append(tenureFilters(options, "organisation_membership_id"), organisationFilter("m.organisation_id = ?")),
		Add:     []admin.Section[organisational]{admin.Sect(lang.Message{}, append(first, t.newFields()...)...)},
		Sections: []admin.Section[organisational]{
			admin.Sect(lang.Message{}, append(first, t.fields()...)...),
			t.cancellation(), admin.Sect(lang.Message{}, append(t.facts(), taken)...),
		},
		Actions: append([]admin.Action[organisational]{
			t.approve(lang.M("The organisations are told by mail."), members.ApproveOrganisation),
			t.cancel(lang.M("The organisations are told by mail, with the reason."), members.CancelOrganisation),
		}, t.invoiceActs()...),
		Inlines: []admin.Inline[organisational]{
			bought[organisational](a, ofOrganisation), billed[organisational](a, func(ctx context.Context, db bun.IDB, id int64) ([]*invoice, error) {
				return billing.RecordsOf(ctx, db, ofOrganisation(id))
			}),
		},
		Onward: []admin.Onward[organisational]{
			{Entity: "organisations.organisation", Search: (*organisational).Organisation},
			{Entity: "billing.purchase", Filter: byOrganisation, ID: func(m *organisational) int64 { return m.OrganisationID }},
			{Entity: "billing.invoice", Filter: byOrganisation, ID: func(m *organisational) int64 { return m.OrganisationID }},
		},
		Broken: membership.Broken, Instead: lang.M("Cancel it instead."),
		Write: admin.Writer[organisational]{
			Create: members.EnterOrganisation, Update: members.ChangeOrganisation, Delete: members.DropOrganisation,
		},
	}
}

// ofPerson and ofOrganisation name a membership by its id.
func ofPerson(id int64) billing.Ref { return billing.Ref{Individual: id} }

func ofOrganisation(id int64) billing.Ref { return billing.Ref{Organisation: id} }

// heldBy lists in the form of an organisation what it has bought, and how that stands.
func heldBy(a *admin.Admin, members *membership.Service, c clock.Clock) admin.Inline[org] {
	text := func(key string, label lang.Message, of func(*lang.Translator, *organisational) string) *field.ComputedField[organisational] {
		return field.Computed(key, label, of)
	}
	return admin.Table[org, organisational]{
		Key: "memberships", Entity: "memberships.organisationmembership", Label: lang.M("Organisation memberships"),
		Title: (*organisational).Title, Load: members.RecordsOf,
		Fields: []field.Field[organisational]{
			text("option", lang.M("Membership option"), func(tr *lang.Translator, m *organisational) string { return m.Held.Option.Name.In(tr.Locale()) }).
				To(func(m *organisational) string { return a.Address("memberships.organisationmembership", m.ID) }),
			text("seats", lang.M("Seats"), func(_ *lang.Translator, m *organisational) string { return someOf(m.Seats) }),
			text("start_date", lang.M("Start"), func(tr *lang.Translator, m *organisational) string { return tr.ShortDate(m.Start) }),
			text("expiry_date", lang.M("Expiry"), func(tr *lang.Translator, m *organisational) string { return tr.ShortDate(m.Expiry) }),
			text("status", lang.M("Status"), func(tr *lang.Translator, m *organisational) string {
				return statement.Badge(tr, m.Held.Standing(c.Now()).Status).Text
			}),
		},
	}
}

func someOf(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
