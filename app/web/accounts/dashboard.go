package accounts

import (
	"net/http"
	"strings"

	"ams/app/account"
	"ams/app/clock"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/web"
	"ams/app/web/statement"
	"ams/views"
)

// dashboardPage is views/users/dashboard.
type dashboardPage struct {
	views.Head
	Heading     views.Heading
	Membership  views.Message
	ToDo        views.Section
	Tasks       views.Cards
	Invited     views.Section
	Invitations views.Table // absent without any
	Memberships views.Section
	Table       views.Table

	Organisations views.Section
	Belongs       views.Table

	Account views.Section
	Acts    []views.Action // on the account, for its owner
	Facts   views.Facts
	After   views.Section
	Desks   []views.Action // where the owner looks after something
	Profile views.Section
	Answers views.Facts // for staff who look at somebody else
}

func (h *Handler) own(c *web.Ctx, p account.Person) error {
	return web.Go(c, c.Path(p.Page()))
}

// dashboard is for the person and for staff. An unknown name is not found before it is asked who may see it.
func (h *Handler) dashboard(c *web.Ctx, viewer account.Person) error {
	owner := viewer
	if c.Param("username") != viewer.Username {
		var err error
		if owner, err = h.people.ByUsername(c.Context(), c.Param("username")); err != nil {
			return err
		}
	}
	if !viewer.MaySee(owner) {
		return fault.Forbidden(lang.M("This page belongs to somebody else."))
	}
	if gone, err := c.Gate(); gone || err != nil {
		return err
	}
	if c.Method() == http.MethodPost { // the gate asks before it is told that nothing is to be sent here
		return web.WrongMethod(c)
	}
	held, through, err := h.members.Of(c.Context(), owner.ID)
	if err != nil {
		return err
	}
	belongs, err := h.orgs.Of(c.Context(), owner.ID, statement.OrganisationsPart(c, owner.Page()), invitationsPart(c, owner.Page()))
	if err != nil {
		return err
	}
	page := h.newDashboard(c, owner)
	page.Belongs = statement.Organisations(c, viewer, owner, belongs.Joined, through)
	page.Invitations = invitations(c, viewer, owner, belongs.Invited)
	st := statement.New(c, viewer, owner, held, through, h.clock.Now())
	page.Membership, page.Tasks, page.Table = st.Banner(), st.Tasks(), st.Page(statement.ParsePart(c, owner.Page()))
	page.Membership.Along = c.HX()
	fill := h.forStaff
	if viewer.ID == owner.ID {
		fill = h.forOwner
	}
	if err := fill(c, owner, &page); err != nil {
		return err
	}
	return web.Show(c, h.page.dashboard, page)
}

// forOwner adds what only the person sees: things to do, and what can be started from here. Empty lists offer that
// themselves.
func (h *Handler) forOwner(c *web.Ctx, owner account.Person, page *dashboardPage) error {
	page.Acts, page.Desks = accountActs(c), c.Desks()
	page.Facts.Facts = append(page.Facts.Facts,
		views.Fact{Term: c.Text(lang.M("Terms")), Text: c.Text(lang.M("What is in force and what you accepted")), Href: c.Path("/terms/")})
	if len(page.Table.Rows) > 0 {
		page.Memberships.Action = views.Action{Text: c.Text(lang.M("Apply for a membership")), Href: c.Path(statement.ApplyPath)}
	}
	if len(page.Belongs.Rows) > 0 {
		page.Organisations.Action = views.Action{Text: c.Text(lang.M("Create an organisation")), Href: c.Path(statement.CreateOrganisationPath)}
	}
	return h.remind(c, owner, page)
}

// forStaff adds what the person has answered.
func (h *Handler) forStaff(c *web.Ctx, owner account.Person, page *dashboardPage) error {
	said, err := h.questions.Said(c.Context(), c.Translator(), c.Holder(), owner.ID)
	for _, a := range said {
		page.Answers.Facts = append(page.Answers.Facts, views.Fact{Term: a.Label.In(c.Locale()), Lines: strings.Split(a.Text, "\n")})
	}
	return err
}

// remind puts the questions that are still open among the things to do.
func (h *Handler) remind(c *web.Ctx, owner account.Person, page *dashboardPage) error {
	done, err := h.questions.Completion(c.Context(), owner.ID)
	n := done.Remaining()
	if err != nil || n == 0 {
		return err
	}
	page.Tasks.Cards = append(page.Tasks.Cards, views.Card{
		ID: "completion", Task: true, Under: true, Icon: "list-check", Tone: views.ToneInfo,
		Title:   c.Text(lang.N("%d field remaining", "%d fields remaining", n, n)),
		Text:    c.Text(lang.M("Your profile is %d%% complete.", done.Percent())),
		Actions: []views.Action{{Text: c.Text(lang.M("Complete your profile")), Href: c.Path(account.ProfilePath)}},
	})
	return nil
}

func (h *Handler) newDashboard(c *web.Ctx, owner account.Person) dashboardPage {
	name, avatar := owner.Name(), c.Avatar(owner)
	avatar.Large, avatar.Decorative = true, false
	if owner.ErasedAt != nil {
		name = c.Text(lang.M("Erased person"))
		avatar.Name = name
	}
	if name == "" {
		name = c.Text(lang.M("User"))
		avatar.Name = name
	}
	return dashboardPage{
		Head: views.Head{Title: name},
		Heading: views.Heading{
			Title: name, Under: owner.Email, Avatar: avatar, Others: h.record(c, owner),
		},
		ToDo:        views.Section{Title: c.Text(lang.M("To do"))},
		Invited:     views.Section{Title: c.Text(lang.M("Invitations"))},
		Memberships: views.Section{Title: c.Text(lang.M("Memberships"))},

		Organisations: views.Section{ID: "belongs", Title: c.Text(lang.M("Organisations"))},

		Account: views.Section{Title: c.Text(lang.M("Account"))},
		After:   views.Section{Title: c.Text(lang.M("What you look after"))},
		Profile: views.Section{ID: "answers", Title: c.Text(lang.M("Profile answers"))},
		Facts: views.Facts{Facts: []views.Fact{
			{Term: c.Text(lang.M("Username")), Text: owner.Username},
			{Term: c.Text(lang.M("E-mail address")), Text: owner.Email},
			{Term: c.Text(lang.M("Preferred language")), Text: languageName(c, owner)},
			{Term: c.Text(lang.M("Account since")), Text: c.Translator().Date(clock.DateOf(owner.DateJoined))},
		}},
	}
}

// record leads staff who may look after people from somebody's page to the record.
func (h *Handler) record(c *web.Ctx, owner account.Person) []views.Action {
	if by := c.Holder(); by.ID == owner.ID || !c.Person().Staff || !by.May("users.view_user") && !by.May("users.change_user") {
		return nil
	}
	return []views.Action{{Text: c.Text(lang.M("Record of this person")), Href: h.desk(owner.ID), Icon: "person-gear"}}
}

func languageName(c *web.Ctx, p account.Person) string {
	if p.Language == "" {
		return c.Text(lang.M("No preference"))
	}
	return lang.Native(lang.Locale(p.Language))
}
