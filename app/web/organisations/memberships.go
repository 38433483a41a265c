package organisations

import (
	"ams/app/account"
	"ams/app/lang"
	"ams/app/organisation"
	"ams/app/web"
	"ams/app/web/statement"
	"ams/views"
)

// holdings is what an organisation's page shows of what it bought.
type holdings struct {
	Seats   views.Message // how those of the active membership are used
	ToDo    views.Section
	Tasks   views.Cards // what is to be paid, or waits
	Section views.Section
	Table   views.Table
}

func (h *Handler) holdings(c *web.Ctx, p account.Person, o organisation.Organisation) (holdings, error) {
	held, err := h.members.ForOrganisation(c.Context(), o.ID)
	if err != nil {
		return holdings{}, err
	}
	st := statement.Of(c, p, o, held, h.clock.Now())
	all := holdings{
		Seats: st.Banner(), Tasks: st.Tasks(), Table: st.Page(statement.ParsePart(c, o.Page())),
		ToDo:    views.Section{Title: c.Text(lang.M("To do"))},
		Section: views.Section{ID: "held", Title: c.Text(lang.M("Memberships"))},
	}
	if !o.Active || len(held) == 0 { // nothing can be bought for it, or the empty list offers that itself
		return all, nil
	}
	add := views.Action{Text: c.Text(lang.M("Add membership")), Icon: "plus-lg", Href: c.Path(statement.ApplyOrganisationPath(o))}
	seats := views.Action{Text: c.Text(lang.M("Add seats")), Icon: "person-plus", Href: c.Path(statement.AddSeatsPath(o))}
	_, active := st.Active()
	switch renew := st.Renew(); {
	case renew.Text != "" && active:
		all.Section.Action, all.Section.Others = renew.AsPrimary(), []views.Action{add, seats}
	case renew.Text != "":
		all.Section.Action, all.Section.Others = renew.AsPrimary(), []views.Action{add}
	case active:
		all.Section.Action, all.Section.Others = add, []views.Action{seats}
	default:
		all.Section.Action = add.AsPrimary()
	}
	return all, nil
}
