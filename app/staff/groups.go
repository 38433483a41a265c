package staff

import (
	"ams/app/access"
	"ams/app/admin"
	"ams/app/field"
	"ams/app/lang"
)

func groups(a *admin.Admin) admin.Resource[access.Group] {
	return admin.Resource[access.Group]{
		App: "auth", Model: "group", One: lang.M("group"), Many: lang.M("Groups"), Icon: "person-badge", Letter: "g", Order: "g.name",
		Title: func(g *access.Group) string { return g.Name }, Fill: access.LoadGroup,
		Columns: []admin.Column[access.Group]{
			admin.Text("name", lang.M("Name"), "g.name", func(g *access.Group) string { return g.Name }),
		},
		Search: []admin.Search{admin.Own()},
		Sections: []admin.Section[access.Group]{admin.Sect(lang.Message{},
			field.Text("name", lang.M("Name"), func(g *access.Group) *string { return &g.Name }).Max(150),
			field.Choices("permissions", lang.M("Permissions"), func(g *access.Group) *[]string { return &g.Codes }, permissions(a)))},
		Broken: func(constraint string) (string, lang.Message) {
			if constraint == "groups_name_unique" {
				return "name", lang.M("There is a group with this name already.")
			}
			return "", lang.Message{}
		},
		Write: admin.Writer[access.Group]{Create: access.CreateGroup, Update: access.UpdateGroup, Delete: access.DeleteGroup},
	}
}
