package staff

import (
	"time"

	"ams/app/account"
	"ams/app/admin"
	"ams/app/clock"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/organisation"
)

type belonging = organisation.Record

func organisationMembers(a *admin.Admin, orgs *organisation.Service) admin.Resource[belonging] {
	role := field.Choice("role", lang.M("Role"), func(m *belonging) *organisation.Role { return &m.Role }, roles()...)
	moment := func(key string, label lang.Message, at func(*belonging) **time.Time) *field.DateTimeField[belonging] {
		return field.DateTime(key, label, at)
	}
	created := func() *field.DateTimeField[belonging] {
		return moment("created_datetime", lang.M("Invited or joined"), func(m *belonging) **time.Time { return &m.Created })
	}
	who := []field.Field[belonging]{
		field.Ref("user", lang.M("Person"), func(m *belonging) *int64 { return &m.UserID }, a.Chooser("users.user")).Optional().Known((*belonging).Whose),
		field.Ref("organisation", lang.M("Organisation"), func(m *belonging) *int64 { return &m.OrganisationID }, a.Chooser("organisations.organisation")).
			Known((*belonging).OrgName),
		field.Email("invite_email", lang.M("Invited address"), func(m *belonging) *string { return &m.InviteEmail }).Check(account.EmailWrong).Optional(),
		role,
	}
	answers := []field.Field[belonging]{
		moment("accepted_datetime", lang.M("Accepted"), func(m *belonging) **time.Time { return &m.AcceptedAt }).Optional(),
		moment("declined_datetime", lang.M("Declined"), func(m *belonging) **time.Time { return &m.DeclinedAt }).Optional(),
		moment("revoked_datetime", lang.M("Revoked"), func(m *belonging) **time.Time { return &m.RevokedAt }).Optional(),
		moment("last_sent_datetime", lang.M("Last sent again"), func(m *belonging) **time.Time { return &m.LastSentAt }).Optional(),
	}
	return admin.Resource[belonging]{
		App: "organisations", Model: "organisationmember", One: lang.M("member of an organisation"), Many: lang.M("Members of organisations"),
		Icon: "person-plus", Letter: "b", Order: "om.id DESC", Title: (*belonging).Title, Load: organisation.WithBoth, Rows: organisation.LoadRecords,
		Under: admin.Under{Table: "organisations", Column: "organisation_id"}, Subject: func(m *belonging) int64 { return m.UserID },
		New: func() *belonging { return &belonging{Member: organisation.Member{Role: organisation.RoleMember}} },
		Notes: func(m *belonging) []admin.Note {
			if m.UserID == 0 && m.InviteEmail == "" {
				return []admin.Note{{Text: lang.M("There is neither a person nor an invited address: nobody knows whom this is about."), Warns: true}}
			}
			return nil
		},
		Columns: belongingColumns(),
		Search:  []admin.Search{admin.Own(), admin.Parent("users", "user_id"), admin.Parent("organisations", "organisation_id")},
		Filters: []admin.Filter{
			admin.Related("organisation", lang.M("Organisation"), "om.organisation_id = ?", a.Chooser("organisations.organisation")),
			admin.OneOf("role", lang.M("Role"), "om.role", roles()...),
			personFilter(`om.id IN (SELECT id FROM organisation_members WHERE user_id = ?0 UNION ALL SELECT i.id FROM organisation_members i
				JOIN email_addresses e ON e.email = i.invite_email WHERE i.user_id IS NULL AND e.user_id = ?0)`),
		},
		Add: []admin.Section[belonging]{
			admin.Sect(lang.Message{}, who...),
			admin.Sect(lang.M("Dates"), append([]field.Field[belonging]{created().Optional().Help(lang.M("Leave it empty for the present time."))}, answers...)...),
		},
		Sections: []admin.Section[belonging]{
			admin.Sect(lang.Message{}, who...),
			admin.Sect(lang.M("Dates"), append([]field.Field[belonging]{created()}, answers...)...),
			admin.Sect(lang.Message{},
				field.Computed("uuid", lang.M("Identifier"), func(_ *lang.Translator, m *belonging) string { return m.UUID }).Aside(),
				field.Computed("invite_token", lang.M("Secret of the invitation"), func(_ *lang.Translator, m *belonging) string { return m.InviteToken }).Aside()),
		},
		Onward: []admin.Onward[belonging]{
			{Entity: "users.user", Filter: byPerson, ID: func(m *belonging) int64 { return m.UserID }},
			{Entity: "users.user", Search: invitedAddress},
			{Entity: "organisations.organisation", Search: (*belonging).OrgName},
		},
		Broken: organisation.Broken,
		Write:  admin.Writer[belonging]{Create: orgs.AddMember, Update: orgs.ChangeMember, Delete: orgs.DropMember},
	}
}

// invitedAddress may be that of an account, as long as nobody is linked.
func invitedAddress(m *belonging) string {
	if m.UserID != 0 {
		return ""
	}
	return m.Address()
}

func belongingColumns() []admin.Column[belonging] {
	return []admin.Column[belonging]{
		admin.Text("user", lang.M("Person"), "", (*belonging).Whose),
		admin.Text("organisation", lang.M("Organisation"), "", (*belonging).OrgName),
		admin.Text("invite_email", lang.M("Invited address"), "om.invite_email", func(m *belonging) string { return m.InviteEmail }),
		admin.Words("role", lang.M("Role"), "om.role", func(tr *lang.Translator, m *belonging) string { return tr.Say(m.Role.Text()) }),
		admin.Time("accepted_datetime", lang.M("Accepted"), "om.accepted_datetime", func(m *belonging) *time.Time { return m.AcceptedAt }),
	}
}

func roles() []field.Option {
	return []field.Option{
		{Value: string(organisation.RoleAdmin), Label: organisation.RoleAdmin.Text()},
		{Value: string(organisation.RoleMember), Label: organisation.RoleMember.Text()},
	}
}

// peopleOf lists in the form of an organisation who belongs to it.
func peopleOf(a *admin.Admin) admin.Inline[org] {
	return admin.Table[org, belonging]{
		Key: "members", Entity: "organisations.organisationmember", Label: lang.M("Members"), Title: (*belonging).Title,
		Load: organisation.RecordsOf,
		Fields: []field.Field[belonging]{
			field.Computed("who", lang.M("Name"), func(_ *lang.Translator, m *belonging) string { return m.Whose() }).
				To(func(m *belonging) string { return a.Address("organisations.organisationmember", m.ID) }),
			field.Computed("role", lang.M("Role"), func(tr *lang.Translator, m *belonging) string { return tr.Say(m.Role.Text()) }),
			field.Computed("accepted", lang.M("Accepted"), func(tr *lang.Translator, m *belonging) string {
				if m.AcceptedAt == nil {
					return ""
				}
				return tr.ShortDate(clock.DateOf(*m.AcceptedAt))
			}),
		},
	}
}
