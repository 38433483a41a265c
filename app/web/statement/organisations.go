package statement

import (
	"slices"

	"ams/app/account"
	"ams/app/clock"
	"ams/app/lang"
	"ams/app/listing"
	"ams/app/membership"
	"ams/app/organisation"
	"ams/app/web"
	"ams/views"
)

// CreateOrganisationPath is where people found an organisation.
const CreateOrganisationPath = "/organisations/create/"

// OrganisationsPart reads from the address how the organisations of a person's page are looked at.
func OrganisationsPart(c *web.Ctx, path string) listing.Part {
	return listing.ParsePart(c.Path(path), c.Values(), "organisations", organisation.SortOrganisation, organisation.SortRole, organisation.SortJoined)
}

// Organisations lists those that somebody belongs to, for the person or for staff. active are the memberships by which they
// are members.
func Organisations(c *web.Ctx, viewer, owner account.Person, all organisation.List, active []membership.Through) views.Table {
	own := viewer.ID == owner.ID
	t := views.Table{
		ID: "organisations", Caption: c.Text(lang.M("Organisations")),
		Columns: []views.Column{
			{Label: c.Text(lang.M("Organisation"))},
			{Label: c.Text(lang.M("Role"))},
			{Label: c.Text(lang.M("Joined")), Kind: views.KindDate},
			{Label: c.Text(lang.M("Organisation membership"))},
			{Label: c.Text(lang.M("Actions")), Kind: views.KindActions},
		},
		Empty: views.Empty{Icon: "building", Under: true, Title: c.Text(lang.M("No organisations yet"))},
	}
	if own {
		t.Empty.Text = c.Text(lang.M("Create yours, and buy one membership for all of its people."))
		t.Empty.Action = views.Action{Text: c.Text(lang.M("Create an organisation")), Href: c.Path(CreateOrganisationPath)}
	}
	all.Part.Arrange(&t, c.Text(lang.M("Pages of the organisations")), all.Total, organisation.SortOrganisation, organisation.SortRole, organisation.SortJoined)
	for _, m := range all.Records {
		t.Add("", views.Cell{Text: m.Org.Name}, views.Cell{Text: c.Text(m.Role.Text())},
			views.Cell{Text: c.Translator().ShortDate(clock.DateOf(*m.AcceptedAt)), Title: c.Translator().Moment(*m.AcceptedAt)},
			views.Cell{Badges: []views.Badge{activeBadge(c, m, active)}}, views.Cell{Actions: belongingActs(c, own, m)})
	}
	return t
}

func activeBadge(c *web.Ctx, m organisation.Record, active []membership.Through) views.Badge {
	if slices.ContainsFunc(active, func(t membership.Through) bool { return t.Of.ID == m.OrganisationID }) {
		return Badge(c.Translator(), membership.Active)
	}
	return views.Badge{Icon: "dash-circle", Text: c.Text(lang.M("None"))}
}

func belongingActs(c *web.Ctx, own bool, m organisation.Record) (acts []views.Action) {
	if !own || m.Role == organisation.RoleAdmin {
		acts = append(acts, views.Action{
			Text: c.Text(lang.M("View")), Label: c.Text(lang.M("View %s", m.Org.Name)), Style: views.Quiet, Small: true, Href: c.Path(m.Org.Page()),
		})
	}
	if own {
		ask := LeaveQuestion(c, *m.Org)
		ask.Swaps = listing.PartsID
		acts = append(acts, views.Action{
			Text: c.Text(lang.M("Leave")), Label: c.Text(lang.M("Leave %s", m.Org.Name)), Style: views.Quiet, Small: true,
			Href: c.Path(LeavePath(*m.Org)), Ask: ask,
		})
	}
	return acts
}

// ApplyOrganisationPath is where a membership is added to an organisation.
func ApplyOrganisationPath(o organisation.Organisation) string {
	return "/users/memberships/apply-organisation/" + o.UUID + "/"
}

// AddSeatsPath is where seats are added to its active membership.
func AddSeatsPath(o organisation.Organisation) string {
	return "/users/memberships/add-seats/" + o.UUID + "/"
}

// LeavePath is where somebody leaves an organisation.
func LeavePath(o organisation.Organisation) string { return o.Page() + "leave/" }

// LeaveQuestion is asked before that.
func LeaveQuestion(c *web.Ctx, o organisation.Organisation) views.Ask {
	return views.Ask{
		Title: c.Text(lang.M("Leave %s?", o.Name)),
		Message: c.Text(lang.M(
			"You no longer have what its membership gives you. To come back you have to be invited again.")),
		Confirm: c.Text(lang.M("Leave")), Style: views.DangerNow,
	}
}
