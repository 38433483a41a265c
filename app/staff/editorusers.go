package staff

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/account"
	"ams/app/admin"
	"ams/app/fault"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/web"
	"ams/views"
)

// editorUsers are the people as those see them who look after the website: how they come in, and what they may there.
func editorUsers(a *admin.Admin, d Domains) admin.Resource[person] {
	add, change := editorUserForms(a)
	return admin.Resource[person]{
		App: "users", Model: "user", One: lang.M("user"), Many: lang.M("Users"), Icon: "people", Letter: "u",
		Area: "settings", Place: "users/", Size: editorRows, Order: "u.last_name, u.first_name",
		Title: (*person).Title, Spoken: personCalled, Avatar: func(c *web.Ctx, p *person) views.Avatar { return c.Avatar(p.Person) },
		Subject: func(p *person) int64 { return p.ID },
		Fill:    account.LoadGrants, Grasp: account.LoadRights, Veto: account.MayLookAfter, Lock: account.Locked,
		Both: true, Takes: withPeople(), Instead: lang.M("Deactivate the account instead, or erase the person."),
		Columns: []admin.Column[person]{
			admin.Text("name", lang.M("Name"), "u.last_name", func(p *person) string { return p.Label() }),
			admin.Text("email", lang.M("E-mail address"), "u.email", func(p *person) string { return p.Email }),
			admin.Words("level", lang.M("Access level"), "u.is_superuser", accessLevel),
			admin.Yes("is_active", lang.M("Active"), "u.is_active", func(p *person) bool { return p.Active }),
			admin.Time("last_login", lang.M("Last sign-in"), "u.last_login", func(p *person) *time.Time { return p.LastLogin }),
		},
		Search: []admin.Search{admin.Own(), admin.Child("email_addresses", "user_id")},
		Filters: []admin.Filter{
			admin.YesNo("is_active", lang.M("Active"), "u.is_active"),
			admin.YesNo("is_superuser", lang.M("Administrator"), "u.is_superuser"),
			admin.Related("group", lang.M("Group"), "u.id IN (SELECT user_id FROM user_groups WHERE group_id = ?)", a.Chooser("auth.group")),
			admin.Times("last_login", lang.M("Last sign-in"), "u.last_login"),
		},
		Add: add, Sections: change, Actions: editorUserActions(a, d.People),
		Broken: account.Taken, Stored: goOn,
		Check: func(ctx context.Context, db bun.IDB, before, p *person) (fault.Fields, error) {
			// The form has no box for it: whoever leaves the password empty wants the link.
			p.Invite = p.ID == 0 && p.NewSecret == "" && p.Repeat == ""
			return d.People.CheckRecord(ctx, db, before, p)
		},
		Prepare: d.People.HashNew, Write: personWriter(d),
	}
}

// editorUserForms are the forms for somebody new and for somebody who is there.
func editorUserForms(a *admin.Admin) (add, change []admin.Section[person]) {
	who := []field.Field[person]{usernameField(), emailField(), firstNameField(), lastNameField()}
	vouched := vouch(lang.M("Tick it when you know that a new address is theirs. Otherwise it has to be confirmed at the next sign-in. The old one stays theirs and is told."))
	roles := []field.Field[person]{superuserField(lang.M("Administrator")), groupsField(a)}
	add = []admin.Section[person]{
		admin.Sect(lang.Message{}, who...),
		{
			Title:  lang.M("Password"),
			Help:   lang.M("Leave both empty to send a link to choose one. Who follows it has proved that the e-mail address is theirs."),
			Fields: typedTwice(lang.M("Password"), lang.M("Password again"), lang.Message{}),
		},
		admin.Sect(lang.M("Permissions"), roles...),
	}
	change = []admin.Section[person]{
		admin.Sect(lang.Message{}, append(slices.Clone(who), vouched)...),
		{
			Title: lang.M("Password"), Help: emptyKeeps(),
			Fields: typedTwice(lang.M("New password"), lang.M("New password again"), lang.Message{}),
		},
		admin.Sect(lang.M("Permissions"), append([]field.Field[person]{activeField()}, roles...)...),
		admin.Sect(lang.Message{}, facts()...),
	}
	return add, change
}

func accessLevel(tr *lang.Translator, p *person) string {
	if p.Superuser {
		return tr.Say(lang.M("Administrator"))
	}
	return ""
}

// goOn keeps those signed in who gave themselves a new password.
func goOn(c *web.Ctx, p *person) {
	if p.ID == c.Person().ID && p.NewSecret != "" {
		c.GoOn(p.Password)
	}
}

func editorUserActions(a *admin.Admin, people *account.Service) []admin.Action[person] {
	done := func(n int) lang.Message { return lang.N("Done for %d person.", "Done for %d people.", n, n) }
	never := func(*person) bool { return false } // a person's own form has fields for these
	return []admin.Action[person]{
		{
			Name: "assign_group", Label: lang.M("Put into a group"), Icon: "person-badge",
			Ask:   lang.M("They may do from then on what the group may do."),
			Which: field.Ref("group", lang.M("Group"), func(said *admin.Answer) *int64 { return &said.Chosen }, a.Chooser("auth.group")),
			Told: func(ctx context.Context, tx bun.Tx, by access.Holder, p *person, said admin.Answer) error {
				return people.JoinRecord(ctx, tx, by, p, said.Chosen)
			},
			Offer: never, Done: done,
		},
		{Name: "activate", Label: lang.M("Set active"), Icon: "check-lg", Each: people.SwitchRecord(true), Offer: never, Done: done},
		{
			Name: "deactivate", Label: lang.M("Set inactive"), Icon: "x-lg",
			Ask:  lang.M("They are signed out and cannot sign in until they are set active again."),
			Each: people.SwitchRecord(false), Offer: never, Done: done,
		},
	}
}
