package staff

import (
	"ams/app/account"
	"ams/app/admin"
	"ams/app/clock"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/password"
	"ams/app/web"
	"ams/views"
)

type person = account.Record

func users(a *admin.Admin, d Domains) admin.Resource[person] {
	var spoken []field.Option
	for _, l := range lang.Available() { // one that is switched off may be on again
		spoken = append(spoken, field.Option{Value: string(l), Label: lang.M("%s", lang.Native(l))})
	}
	email, first, last, username := emailField(), firstNameField(), lastNameField(), usernameField()
	chosen, fresh, vouched := newSecret(), otherSecret(), vouch(
		lang.M("Tick it when you know that a new address is theirs. Otherwise it has to be confirmed at the next sign-in. The old one stays in the list below and is told."))
	return admin.Resource[person]{
		App: "users", Model: "user", One: lang.M("person"), Many: lang.M("People"), Icon: "people", Letter: "p", Order: "u.id",
		Title: (*person).Title, Spoken: personCalled, Site: func(p *person) string { return p.Page() },
		Avatar:  func(c *web.Ctx, p *person) views.Avatar { return c.Avatar(p.Person) },
		Subject: func(p *person) int64 { return p.ID }, Parts: []string{"account.emailaddress", "mfa.authenticator"},
		Fill: account.LoadGrants, Grasp: account.LoadRights, Veto: account.MayLookAfter, Lock: account.Locked,
		Stay: true, Takes: withPeople(), Instead: lang.M("Deactivate the account instead, or erase the person."),
		Columns: []admin.Column[person]{
			admin.Text("email", lang.M("E-mail address"), "u.email", func(p *person) string { return p.Email }),
			admin.Text("first_name", lang.M("First name"), "u.first_name", func(p *person) string { return p.FirstName }),
			admin.Text("last_name", lang.M("Last name"), "u.last_name", func(p *person) string { return p.LastName }),
			admin.Text("username", lang.M("Username"), "u.username", func(p *person) string { return p.Username }),
			admin.Yes("is_superuser", lang.M("Every right"), "u.is_superuser", func(p *person) bool { return p.Superuser }),
		},
		Search: []admin.Search{admin.Own(), admin.Child("email_addresses", "user_id")},
		Filters: []admin.Filter{
			admin.YesNo("is_staff", lang.M("Staff"), "u.is_staff"),
			admin.YesNo("is_superuser", lang.M("Every right"), "u.is_superuser"),
			admin.YesNo("is_active", lang.M("Active"), "u.is_active"),
			admin.Related("groups", lang.M("Group"), "u.id IN (SELECT user_id FROM user_groups WHERE group_id = ?)", a.Chooser("auth.group")),
			admin.Cases("erasure", lang.M("Erasure"),
				admin.Case{Value: "asked", Label: lang.M("Asked for"), Where: "u.erasure_requested_at IS NOT NULL AND u.erased_at IS NULL"},
				admin.Case{Value: "done", Label: lang.M("Done"), Where: "u.erased_at IS NOT NULL"}),
			personFilter("u.id = ?"),
		},
		Add: []admin.Section[person]{admin.Sect(lang.Message{}, email, first, last, username), admin.Sect(lang.M("Password"), chosen...)},
		Sections: []admin.Section[person]{
			admin.Sect(lang.Message{}, email, vouched, first, last, username,
				field.Choice("language", lang.M("Preferred language"), func(p *person) *string { return &p.Language }, spoken...).
					None(lang.M("No preference")).Optional()),
			admin.Sect(lang.M("Password"), fresh...),
			rights(a),
			admin.Sect(lang.M("Notes"), field.Long("admin_notes", lang.M("Notes of the staff"), func(p *person) *string { return &p.AdminNotes }).
				Optional().Help(lang.M("Only staff see them."))),
			admin.Sect(lang.Message{}, facts()...),
		},
		Actions: []admin.Action[person]{exportPeople(d), inviting(d.People)},
		Deeds:   []admin.Deed[person]{erase(d.Privacy)},
		Moved:   map[string]string{"password": "password1"},
		Inlines: []admin.Inline[person]{answers(d.Questions), addressTable(a, d.People), factorTable(a)},
		Onward:  sales(),
		Check:   d.People.CheckRecord, Prepare: d.People.HashNew, Broken: account.Taken, Write: personWriter(d), Stored: goOn,
	}
}

func personWriter(d Domains) admin.Writer[person] {
	return admin.Writer[person]{Create: d.People.AddRecord, Update: d.People.ChangeRecord, Delete: d.Privacy.Delete, Proof: account.Grave}
}

// personCalled names a person on pages.
func personCalled(tr *lang.Translator, p *person) string { return p.Listed(tr) }

// withPeople is what goes along with a person who is deleted, by the permission for people alone.
func withPeople() []string {
	return []string{"account.emailaddress", "mfa.authenticator", "memberships.individualmembership", "organisations.organisationmember"}
}

// newSecret is how somebody who is added comes in: by a password, or by a link.
func newSecret() []field.Field[person] {
	return append(typedTwice(lang.M("Password"), lang.M("Password again"), lang.Message{}),
		field.Bool("invite", lang.M("No password: send a link to choose one"), func(p *person) *bool { return &p.Invite }).
			Help(lang.M("Who follows it has proved that the e-mail address is theirs.")))
}

func otherSecret() []field.Field[person] {
	return append(typedTwice(lang.M("New password"), lang.M("New password again"), emptyKeeps()),
		field.Bool("no_password", lang.M("Take the password away"), func(p *person) *bool { return &p.NoSecret }).
			Help(lang.M("Nobody can sign in until a new one is chosen. Sends no link by itself.")))
}

// emptyKeeps is the help of a new password.
func emptyKeeps() lang.Message {
	return lang.M("Leave it empty to change nothing. A new one ends all sessions of the person, who is told by mail.")
}

func vouch(help lang.Message) field.Field[person] {
	return field.Bool("verified", lang.M("The new e-mail address is verified"), func(p *person) *bool { return &p.Vouched }).
		Help(help)
}

// inviting sends people without a password, or who have forgotten it, a link to choose one.
func inviting(people *account.Service) admin.Action[person] {
	return admin.Action[person]{
		Name: "send_set_password", Label: lang.M("Send a link to choose a password"), Icon: "send", Each: people.InviteRecord,
		Offer: func(p *person) bool { return p.Active && p.ErasedAt == nil },
		Done: func(n int) lang.Message {
			return lang.N("The link was sent to %d person.", "The link was sent to %d people.", n, n)
		},
	}
}

// rights are what a person may do among the staff.
func rights(a *admin.Admin) admin.Section[person] {
	return admin.Sect(lang.M("Permissions"),
		activeField(),
		field.Bool("is_staff", lang.M("Staff"), func(p *person) *bool { return &p.Staff }).
			Help(lang.M("May enter these pages. What is open there depends on the permissions.")),
		superuserField(lang.M("Every right")),
		groupsField(a),
		field.Choices("user_permissions", lang.M("Permissions of this person alone"), func(p *person) *[]string { return &p.Codes }, permissions(a)))
}

// sales lead from a person to what was sold to them.
func sales() []admin.Onward[person] {
	id := func(p *person) int64 { return p.ID }
	return []admin.Onward[person]{
		{Entity: "memberships.individualmembership", Filter: byPerson, ID: id},
		{Entity: "organisations.organisationmember", Filter: byPerson, ID: id},
		{Entity: "billing.purchase", Filter: byPerson, ID: id},
		{Entity: "billing.invoice", Filter: byPerson, ID: id},
	}
}

// byPerson narrows lists to what belongs to a person: the address of another one may have theirs in it.
const byPerson = "person"

func personFilter(where string) admin.Filter {
	return admin.Whose(byPerson, lang.M("Person"), where, "users.user")
}

func facts() []field.Field[person] {
	return []field.Field[person]{
		field.Computed("joined", lang.M("Account since"), func(tr *lang.Translator, p *person) string { return tr.Date(clock.DateOf(p.DateJoined)) }).Aside(),
		field.Computed("last_login", lang.M("Last sign-in"), func(tr *lang.Translator, p *person) string { return momentOr(tr, p.LastLogin) }).Aside(),
		field.Computed("scheme", lang.M("Password"), func(tr *lang.Translator, p *person) string {
			return tr.Say(password.Summary(p.Password))
		}).Aside(),
		field.Computed("uuid", lang.M("Identifier"), func(_ *lang.Translator, p *person) string { return p.UUID }).Aside(),
	}
}
