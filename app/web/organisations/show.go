package organisations

import (
	"cmp"

	"ams/app/account"
	"ams/app/clock"
	"ams/app/lang"
	"ams/app/listing"
	"ams/app/organisation"
	"ams/app/web"
	"ams/views"
)

// showPage is views/organisations/show.
type showPage struct {
	views.Head
	Heading  views.Heading
	Inactive views.Message
	Facts    views.Facts
	Bought   holdings
	People   views.Section
	Members  views.Table
}

const membersList = "members" // begins the parameters of the list in the address

// inList is a question about somebody in the list. The form to invite the next one stays open above it.
func inList(ask views.Ask) views.Ask {
	ask.Swaps = "members-place"
	return ask
}

func (h *Handler) show(c *web.Ctx, p account.Person, o organisation.Organisation) error {
	part := listing.ParsePart(c.Path(o.Page()), c.Values(), membersList, organisation.SortName, organisation.SortJoined, organisation.SortRole)
	people, err := h.orgs.People(c.Context(), o, part)
	if err != nil {
		return err
	}
	page := newShowPage(c, p, o, people)
	if page.Bought, err = h.holdings(c, p, o); err != nil {
		return err
	}
	page.Bought.Seats.Along = c.HX()
	return web.Show(c, h.page.show, page)
}

func newShowPage(c *web.Ctx, p account.Person, o organisation.Organisation, people organisation.Roll) showPage {
	page := showPage{
		Head: views.Head{Title: o.Name, Crumbs: crumbs(c, p, organisation.Organisation{})},
		Heading: views.Heading{Title: o.Name, Others: []views.Action{
			{Text: c.Text(lang.M("Edit")), Icon: "pencil", Style: views.Quiet, Href: c.Path(o.Page() + "update/")},
		}},
		Facts: views.Facts{Facts: []views.Fact{
			{Term: c.Text(lang.M("Contact person")), Text: o.ContactName},
			{Term: c.Text(lang.M("E-mail address")), Text: o.Email, Href: "mailto:" + o.Email},
			{Term: c.Text(lang.M("Telephone")), Text: o.Telephone},
		}},
		People:  views.Section{ID: "people", Title: c.Text(lang.M("Members")), Action: inviteButton(c, o)},
		Members: membersTable(c, p, o, people),
	}
	if o.Active {
		page.Heading.Others = append(page.Heading.Others, views.Action{
			Text: c.Text(lang.M("Deactivate")), Icon: "x-circle", Style: views.Danger, Href: c.Path(o.Page() + "deactivate/"), Ask: deactivateQuestion(c, o),
		})
		return page
	}
	page.Inactive = views.Message{Level: views.LevelWarning, Standing: true, Text: c.Text(lang.M(
		"This organisation is inactive: nobody can be invited, nothing can be bought, and its memberships are cancelled. Staff of the association can activate it again."))}
	return page
}

func membersTable(c *web.Ctx, viewer account.Person, o organisation.Organisation, people organisation.Roll) views.Table {
	t := views.Table{
		ID: membersList, Caption: c.Text(lang.M("Members")), Count: c.Text(lang.N("%d person", "%d people", people.Total, people.Total)),
		Columns: []views.Column{
			{Label: c.Text(lang.M("Name"))},
			{Label: c.Text(lang.M("E-mail address"))},
			{Label: c.Text(lang.M("Status")), Kind: views.KindBadge},
			{Label: c.Text(lang.M("Joined")), Kind: views.KindDate},
			{Label: c.Text(lang.M("Role"))},
			{Label: c.Text(lang.M("Actions")), Kind: views.KindActions},
		},
		Empty: views.Empty{
			Icon: "people", Under: true, Title: c.Text(lang.M("Nobody belongs to this organisation")),
			Text: c.Text(lang.M("Who is invited and who has joined appears here.")),
		},
	}
	people.Part.Arrange(&t, c.Text(lang.M("Pages of the members")), people.Total, organisation.SortName, "", "", organisation.SortJoined, organisation.SortRole)
	for _, m := range people.Members {
		known, joined := m.Known(), views.Cell{}
		if m.AcceptedAt != nil {
			joined = views.Cell{Text: c.Translator().ShortDate(clock.DateOf(*m.AcceptedAt)), Title: c.Translator().Moment(*m.AcceptedAt)}
		}
		t.Add("member-"+m.UUID, views.Cell{Text: known.Name()}, views.Cell{Text: cmp.Or(known.Email, m.Address())}, views.Cell{Badges: []views.Badge{memberBadge(c, m)}},
			joined, views.Cell{Text: c.Text(m.Role.Text())}, views.Cell{Actions: memberActs(c, viewer, o, m)})
	}
	return t
}

func memberBadge(c *web.Ctx, m organisation.Member) views.Badge {
	if m.Active() {
		return views.Badge{Tone: views.ToneSuccess, Icon: "check-circle-fill", Text: c.Text(lang.M("Active"))}
	}
	return views.Badge{Icon: "envelope-plus", Text: c.Text(lang.M("Invited"))}
}

// memberActs are what can be done to somebody: never to oneself, and nothing that would be refused for what the row is.
func memberActs(c *web.Ctx, viewer account.Person, o organisation.Organisation, m organisation.Member) []views.Action {
	switch {
	case m.UserID == viewer.ID:
		return nil
	case m.Pending():
		return inviteActions(c, o, m)
	}
	var acts []organisation.Act
	switch {
	case m.Role == organisation.RoleAdmin:
		acts = append(acts, organisation.RevokeAdmin)
	case m.Active():
		acts = append(acts, organisation.MakeAdmin)
	}
	var all []views.Action
	for _, act := range append(acts, organisation.Remove) {
		all = append(all, memberAction(c, o, m, act))
	}
	return all
}
