package staff

import (
	"ams/app/account"
	"ams/app/admin"
	"ams/app/billing"
	"ams/app/clock"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/organisation"
)

type org = organisation.Organisation

func organisations(a *admin.Admin, orgs *organisation.Service, members *membership.Service, c clock.Clock) admin.Resource[org] {
	text := func(key string, label lang.Message, at func(*org) *string) *field.TextField[org] {
		return field.Text(key, label, at).Max(255)
	}
	return admin.Resource[org]{
		App: "organisations", Model: "organisation", One: lang.M("organisation"), Many: lang.M("Organisations"), Icon: "building", Letter: "o",
		Title: func(o *org) string { return o.Name }, Order: "o.id DESC", New: func() *org { return &org{Active: true} },
		Columns: []admin.Column[org]{
			admin.Text("name", lang.M("Name"), "o.name", func(o *org) string { return o.Name }),
			admin.Text("postal_city", lang.M("City"), "o.postal_city", func(o *org) string { return o.PostalCity }),
			admin.Text("email", lang.M("E-mail address"), "o.email", func(o *org) string { return o.Email }),
			admin.Text("contact_name", lang.M("Contact person"), "o.contact_name", func(o *org) string { return o.ContactName }),
			admin.Yes("is_active", lang.M("Active"), "", func(o *org) bool { return o.Active }),
		},
		Search:  []admin.Search{admin.Own()},
		Filters: []admin.Filter{admin.YesNo("is_active", lang.M("Active"), "o.is_active")},
		Sections: []admin.Section[org]{
			admin.Sect(lang.Message{}, text("name", lang.M("Name"), func(o *org) *string { return &o.Name })),
			admin.Sect(lang.M("Contact"),
				text("contact_name", lang.M("Contact person"), func(o *org) *string { return &o.ContactName }),
				field.Email("email", lang.M("E-mail address"), func(o *org) *string { return &o.Email }).Check(account.EmailWrong),
				text("telephone", lang.M("Telephone"), func(o *org) *string { return &o.Telephone })),
			admin.Sect(lang.M("Physical address"),
				text("street_address", lang.M("Street"), func(o *org) *string { return &o.StreetAddress }).Optional(),
				text("suburb", lang.M("Suburb"), func(o *org) *string { return &o.Suburb }).Optional(),
				text("city", lang.M("City"), func(o *org) *string { return &o.City }).Optional()),
			admin.Sect(lang.M("Postal address"),
				text("postal_address", lang.M("Address"), func(o *org) *string { return &o.PostalAddress }),
				text("postal_suburb", lang.M("Suburb"), func(o *org) *string { return &o.PostalSuburb }).Optional(),
				text("postal_city", lang.M("City"), func(o *org) *string { return &o.PostalCity }),
				text("postal_code", lang.M("Postcode"), func(o *org) *string { return &o.PostalCode })),
		},
		Actions: []admin.Action[org]{
			{
				Name: "activate", Label: lang.M("Activate"), Icon: "check-lg", Each: orgs.Activate,
				Offer: func(o *org) bool { return !o.Active },
				Ask:   lang.M("Its people can invite others and buy again. Memberships that were cancelled and invitations that were revoked stay so."),
				Done: func(n int) lang.Message {
					return lang.N("%d organisation was activated.", "%d organisations were activated.", n, n)
				},
			},
			{
				Name: "deactivate", Label: lang.M("Deactivate"), Icon: "x-circle", Danger: true, Each: orgs.DeactivateFor,
				Offer: func(o *org) bool { return o.Active },
				Ask:   lang.M("All its memberships that have not expired are cancelled, and invitations that wait are revoked. Activating it again brings neither back."),
				Done: func(n int) lang.Message {
					return lang.N("%d organisation was deactivated.", "%d organisations were deactivated.", n, n)
				},
			},
		},
		Onward: []admin.Onward[org]{
			{Entity: "memberships.organisationmembership", Filter: byOrganisation, ID: func(o *org) int64 { return o.ID }},
			{Entity: "billing.purchase", Filter: byOrganisation, ID: func(o *org) int64 { return o.ID }},
			{Entity: "billing.invoice", Filter: byOrganisation, ID: func(o *org) int64 { return o.ID }},
		},
		Inlines: []admin.Inline[org]{peopleOf(a), heldBy(a, members, c), billed[org](a, billing.RecordsOfOrganisation)},
		Instead: lang.M("Deactivate it instead."), Site: func(o *org) string { return o.Page() },
		Write: admin.Writer[org]{Create: admin.Rows[org]().Create, Update: admin.Rows[org]().Update, Delete: orgs.Drop},
	}
}

// byOrganisation narrows lists to what belongs to an organisation: another one may have the same name.
const byOrganisation = "organisation"

func organisationFilter(where string) admin.Filter {
	return admin.Whose(byOrganisation, lang.M("Organisation"), where, "organisations.organisation")
}
