package staff

import (
	"strconv"

	"ams/app/admin"
	"ams/app/clock"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/membership"
)

type (
	individual     = membership.Record
	organisational = membership.OrganisationRecord
)

// optionsFor are those that memberships of a type can have.
func optionsFor(a *admin.Admin, t membership.Type) field.Chooser {
	return a.ChooserOf("memberships.membershipoption", "o.type = '"+string(t)+"'")
}

func memberships(a *admin.Admin, members *membership.Service, c clock.Clock) admin.Resource[individual] {
	t := tenure[individual]{
		at: func(m *individual) *membership.Term { return &m.Term }, held: func(m *individual) membership.Held { return m.Held }, clock: c,
		page: func(id int64) string { return a.Address("memberships.individualmembership", id) },
	}
	options := optionsFor(a, membership.ForPeople)
	person := field.Ref("user", lang.M("Person"), func(m *individual) *int64 { return &m.UserID }, a.Chooser("users.user")).OnceOnly().Known((*individual).Person)
	option := field.Ref("membership_option", lang.M("Membership option"), func(m *individual) *int64 { return &m.OptionID }, options)
	return admin.Resource[individual]{
		App: "memberships", Model: "individualmembership", One: lang.M("individual membership"), Many: lang.M("Individual memberships"),
		Icon: "person-badge", Letter: "i", Order: "m.id DESC", Title: (*individual).Title, Under: admin.Under{Table: "users", Column: "user_id"},
		Load: membership.WithOwner, Rows: membership.LoadRecords, Fill: members.LoadEntries,
		Columns: []admin.Column[individual]{
			admin.Text("user", lang.M("Person"), "", func(m *individual) string { return m.Owner.Name() + " (" + m.Owner.Email + ")" }),
			t.optionColumn(), t.statusColumn(), t.startColumn(), t.expiryColumn(), t.approvedColumn(),
		},
		Search:  []admin.Search{admin.Parent("users", "user_id"), admin.Parent("membership_options", "membership_option_id")},
		Filters: tenureFilters(options),
		Add:     []admin.Section[individual]{admin.Sect(lang.Message{}, append([]field.Field[individual]{person, option}, t.newFields()...)...)},
		Sections: []admin.Section[individual]{
			admin.Sect(lang.Message{}, append([]field.Field[individual]{person, option}, t.fields()...)...),
			t.cancellation(), admin.Sect(lang.Message{}, t.facts()...),
		},
		Actions: []admin.Action[individual]{t.approve(lang.M("The members are told by mail."), members.Approve)},
		Onward: []admin.Onward[individual]{
			{Entity: "users.user", Search: func(m *individual) string { return m.Owner.Email }},
			{Entity: "billing.invoice", Search: func(m *individual) string { return m.Owner.Email }},
		},
		Broken: membership.Broken, Instead: lang.M("Cancel it instead."),
		Write: admin.Writer[individual]{Create: members.Enter, Update: members.Change, Delete: members.Drop},
	}
}

func organisationMemberships(a *admin.Admin, members *membership.Service, c clock.Clock) admin.Resource[organisational] {
	t := tenure[organisational]{
		at: func(m *organisational) *membership.Term { return &m.Term }, held: func(m *organisational) membership.Held { return m.Held }, clock: c,
		page: func(id int64) string { return a.Address("memberships.organisationmembership", id) },
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
		Under: admin.Under{Table: "organisations", Column: "organisation_id"},
		Load:  membership.WithOrganisation, Rows: members.LoadOrganisationRecords, Fill: members.LoadOrganisationEntries,
		Columns: []admin.Column[organisational]{
			admin.Text("organisation", lang.M("Organisation"), "", (*organisational).Organisation), t.optionColumn(), t.statusColumn(),
			admin.Number("occupied", lang.M("Seats taken"), "", func(m *organisational) int64 { return int64(m.Held.Occupied) }),
			admin.Number("seats", lang.M("Seats"), "m.seats", func(m *organisational) int64 { return int64(m.Seats) }),
			t.startColumn(), t.expiryColumn(),
		},
		Search:  []admin.Search{admin.Parent("organisations", "organisation_id"), admin.Parent("membership_options", "membership_option_id")},
		Filters: append(tenureFilters(options), organisationFilter(a, "m.organisation_id = ?")),
		Add:     []admin.Section[organisational]{admin.Sect(lang.Message{}, append(first, t.newFields()...)...)},
		Sections: []admin.Section[organisational]{
			admin.Sect(lang.Message{}, append(first, t.fields()...)...),
			t.cancellation(), admin.Sect(lang.Message{}, append(t.facts(), taken)...),
		},
		Actions: []admin.Action[organisational]{t.approve(lang.M("The organisations are told by mail."), members.ApproveOrganisation)},
		Onward: []admin.Onward[organisational]{
			{Entity: "organisations.organisation", Search: (*organisational).Organisation},
			{Entity: "billing.invoice", Filter: byOrganisation, ID: func(m *organisational) int64 { return m.OrganisationID }},
		},
		Broken: membership.Broken, Instead: lang.M("Cancel it instead."),
		Write: admin.Writer[organisational]{
			Create: members.EnterOrganisation, Update: members.ChangeOrganisation, Delete: members.DropOrganisation,
		},
	}
}

func someOf(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
