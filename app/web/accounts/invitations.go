package accounts

import (
	"ams/app/account"
	"ams/app/clock"
	"ams/app/lang"
	"ams/app/listing"
	"ams/app/organisation"
	"ams/app/web"
	"ams/views"
)

// invitationsPart reads from the address how the invitations are looked at.
func invitationsPart(c *web.Ctx, path string) listing.Part {
	return listing.ParsePart(c.Path(path), c.Values(), "invitations", organisation.SortOrganisation, organisation.SortRole, organisation.SortInvited)
}

// invitations lists the organisations that wait for an answer. Only the person can give it.
func invitations(c *web.Ctx, viewer, owner account.Person, all organisation.List) views.Table {
	t := views.Table{
		ID: "invitations", Caption: c.Text(lang.M("Invitations")),
		Columns: []views.Column{
			{Label: c.Text(lang.M("Organisation"))},
			{Label: c.Text(lang.M("Role"))},
			{Label: c.Text(lang.M("Invited on")), Kind: views.KindDate},
			{Label: c.Text(lang.M("Actions")), Kind: views.KindActions},
		},
	}
	all.Part.Arrange(&t, c.Text(lang.M("Pages of the invitations")), all.Total, organisation.SortOrganisation, organisation.SortRole, organisation.SortInvited)
	for _, i := range all.Records {
		var answers views.Cell
		if viewer.ID == owner.ID {
			answers.Posts = answersTo(c, i)
		}
		t.Add("invitation-"+i.UUID, views.Cell{Text: i.Org.Name}, views.Cell{Text: c.Text(i.Role.Text())},
			views.Cell{Text: c.Translator().ShortDate(clock.DateOf(i.CreatedAt)), Title: c.Translator().Moment(i.CreatedAt)}, answers)
	}
	return t
}

// answersTo are the two buttons of an invitation. With scripts they ask first.
func answersTo(c *web.Ctx, i organisation.Record) []views.PostButton {
	accept, decline := c.Text(lang.M("Accept")), c.Text(lang.M("Decline"))
	name := i.Org.Name
	return []views.PostButton{
		{Action: c.Path(i.AcceptPath()), Swaps: listing.PartsID, Submit: views.Submit{
			Text: accept, Label: accept + ": " + name, Style: views.Secondary, Small: true,
			Ask: views.Ask{
				Title: c.Text(lang.M("Accept the invitation?")), Confirm: accept,
				Message: c.Text(lang.M("You become a member of %s, and its administrators see your name and your e-mail address.", name)),
			},
		}},
		{Action: c.Path(i.DeclinePath()), Swaps: listing.PartsID, Submit: views.Submit{
			Text: decline, Label: decline + ": " + name, Style: views.Quiet, Small: true,
			Ask: views.Ask{
				Title: c.Text(lang.M("Decline the invitation?")), Style: views.DangerNow, Confirm: decline,
				Message: c.Text(lang.M("The invitation to %s is deleted. You can only join if somebody invites you again.", name)),
			},
		}},
	}
}
