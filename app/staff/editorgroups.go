package staff

import (
	"ams/app/access"
	"ams/app/admin"
	"ams/app/field"
	"ams/app/lang"
)

// editorGroups are the groups as the website knows them. Rights of other areas are the administration's, and stay.
func editorGroups(a *admin.Admin) admin.Resource[access.Group] {
	r := groups(a)
	r.Area, r.Place, r.Size, r.Stay = "settings", "groups/", editorRows, true
	r.Sections = []admin.Section[access.Group]{admin.Sect(lang.Message{},
		field.Text("name", lang.M("Name"), func(g *access.Group) *string { return &g.Name }).Max(150),
		field.Choices("permissions", lang.M("Permissions"), func(g *access.Group) *[]string { return &g.Codes }, editorPermissions(a)).
			Help(lang.M("Permissions that concern other areas are given in the administration and stay as they are.")))}
	return r
}

// editorPermissions are those that concern the website: to enter its editor, and what is looked after in it.
func editorPermissions(a *admin.Admin) func() []field.Option {
	return func() []field.Option {
		options := []field.Option{{Value: EnterEditor, Label: lang.M("Enter the website's editor"), Group: lang.M("Website")}}
		for _, p := range a.Codes() {
			options = append(options, field.Option{Value: p.Code, Label: p.Verb, Group: p.Entity})
		}
		return options
	}
}
