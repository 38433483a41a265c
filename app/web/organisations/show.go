package organisations

import (
	"ams/app/account"
	"ams/app/clock"
	"ams/app/lang"
	"ams/app/organisation"
	"ams/app/web"
	"ams/views"
)

// showPage is views/organisations/show.
type showPage struct {
	views.Head
	Heading views.Heading
	Closed  views.Message // of an organisation that is not active
	Facts   views.Facts
	People  views.Section
	Members views.Table
}

func (h *Handler) show(c *web.Ctx, p account.Person, o organisation.Organisation) error {
	people, err := h.orgs.People(c.Context(), o)
	if err != nil {
		return err
	}
	return web.Show(c, h.page.show, newShowPage(c, p, o, people))
}

func newShowPage(c *web.Ctx, p account.Person, o organisation.Organisation, people []organisation.Member) showPage {
	page := showPage{
		Head: views.Head{Title: o.Name, Crumbs: crumbs(c, p, organisation.Organisation{})},
		Heading: views.Heading{Title: o.Name, Others: []views.Action{
			{Text: c.Text(lang.M("Edit")), Icon: "pencil", Style: views.Quiet, Href: c.Path(o.Page() + "update/")},
		}},
		Facts: views.Facts{Facts: []views.Fact{
			{Term: c.Text(lang.M("Contact")), Text: o.ContactName},
			{Term: c.Text(lang.M("E-mail address")), Text: o.Email},
			{Term: c.Text(lang.M("Telephone")), Text: o.Telephone},
		}},
		People:  views.Section{ID: "people", Title: c.Text(lang.M("Members"))},
		Members: membersTable(c, people),
	}
	if !o.Active {
		page.Closed = views.Message{Level: views.LevelWarning, Standing: true, Text: c.Text(lang.M(
			"This organisation is closed. Its memberships are cancelled, and nobody can be invited."))}
	}
	return page
}

func membersTable(c *web.Ctx, people []organisation.Member) views.Table {
	t := views.Table{
		ID: "members", Caption: c.Text(lang.M("Members")),
		Columns: []views.Column{
			{Label: c.Text(lang.M("Name"))}, {Label: c.Text(lang.M("E-mail address"))}, {Label: c.Text(lang.M("Status"))},
			{Label: c.Text(lang.M("Joined")), Kind: views.KindDate}, {Label: c.Text(lang.M("Role"))},
			{Label: c.Text(lang.M("Actions")), Kind: views.KindActions},
		},
	}
	for _, m := range people {
		email, joined := m.Address(), ""
		if m.UserID != 0 {
			email = m.Person.Email
		}
		if m.AcceptedAt != nil {
			joined = c.Translator().ShortDate(clock.DateOf(*m.AcceptedAt))
		}
		t.Add("member-"+m.UUID, views.Cell{Text: m.Person.Name()}, views.Cell{Text: email}, views.Cell{Badges: []views.Badge{standing(c, m)}},
			views.Cell{Text: joined}, views.Cell{Text: c.Text(m.Role.Text())}, views.Cell{})
	}
	return t
}

func standing(c *web.Ctx, m organisation.Member) views.Badge {
	if m.Active() {
		return views.Badge{Tone: views.ToneSuccess, Icon: "check-circle-fill", Text: c.Text(lang.M("Active"))}
	}
	return views.Badge{Tone: views.ToneInfo, Icon: "envelope", Text: c.Text(lang.M("Invited"))}
}
