package accounts

import (
	"ams/app/account"
	"ams/app/clock"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/web"
	"ams/views"
)

// dashboardPage is views/users/dashboard.
type dashboardPage struct {
	views.Head
	Heading    views.Heading
	Membership views.Message
	Account    views.Section
	Facts      views.Facts
}

func (h *Handler) own(c *web.Ctx, p account.Person) error {
	return web.Go(c, c.Path("/users/"+web.Segment(p.Username)+"/"))
}

// dashboard is for the person and for staff. An unknown name is not found before it is asked who may see it.
func (h *Handler) dashboard(c *web.Ctx, viewer account.Person) error {
	owner, err := h.people.ByUsername(c.Context(), c.Param("username"))
	if err != nil {
		return err
	}
	if !viewer.MaySee(owner) {
		return fault.Forbidden(lang.M("This page belongs to somebody else."))
	}
	return web.Show(c, h.page.dashboard, newDashboard(c, viewer, owner))
}

func newDashboard(c *web.Ctx, viewer, owner account.Person) dashboardPage {
	name := owner.Name()
	if name == "" {
		name = c.Text(lang.M("User"))
	}
	return dashboardPage{
		Head: views.Head{Title: name},
		Heading: views.Heading{
			Title: name, Under: owner.Email, Avatar: views.Avatar{Name: name, Large: true, Decorative: true},
		},
		Membership: membershipOf(c, viewer, owner),
		Account:    views.Section{Title: c.Text(lang.M("Account"))},
		Facts: views.Facts{Facts: []views.Fact{
			{Term: c.Text(lang.M("Username")), Text: owner.Username},
			{Term: c.Text(lang.M("E-mail address")), Text: owner.Email},
			{Term: c.Text(lang.M("Preferred language")), Text: languageName(c, owner)},
			{Term: c.Text(lang.M("Account since")), Text: c.Translator().Date(clock.DateOf(owner.DateJoined))},
		}},
	}
}

// membershipOf answers the first question of everybody who comes here: am I a member?
func membershipOf(c *web.Ctx, viewer, owner account.Person) views.Message {
	switch {
	case owner.Superuser:
		text := c.Text(lang.M("Active member: this account runs the site, so everything for members is open to it."))
		return views.Message{Level: views.LevelSuccess, Text: text, Standing: true}
	case viewer.ID == owner.ID:
		text := c.Text(lang.M("You are not a member at the moment. Your account is ready; the association tells you how to join."))
		return views.Message{Level: views.LevelWarning, Text: text, Standing: true}
	}
	return views.Message{Level: views.LevelWarning, Text: c.Text(lang.M("Not a member at the moment.")), Standing: true}
}

func languageName(c *web.Ctx, p account.Person) string {
	if p.Language == "" {
		return c.Text(lang.M("No preference"))
	}
	return lang.Native(lang.Locale(p.Language))
}
