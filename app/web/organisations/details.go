package organisations

import (
	"github.com/google/uuid"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/organisation"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

// detailsPage is views/organisations/details.
type detailsPage struct {
	views.Head
	Heading views.Heading
	Form    views.Form
}

func (h *Handler) newOrganisation(c *web.Ctx, p account.Person) error {
	var o organisation.Organisation
	return web.Show(c, h.page.details, newDetailsPage(c, p, o, detailsForm(c, p, o, uuid.NewString())))
}

func (h *Handler) create(c *web.Ctx, p account.Person) error {
	typed := readDetails(c, organisation.Organisation{})
	made, repeated, err := h.orgs.Create(c.Context(), p, typed, c.Form(organisation.TokenField))
	switch {
	case err != nil:
		return h.refuse(c, p, organisation.Organisation{}, typed, err)
	case repeated:
		c.Flash(session.Info, lang.M("%s was created already.", made.Name))
	default:
		c.Flash(session.Success, lang.M("%s is created, and you are its administrator.", made.Name))
	}
	return web.Go(c, c.Path(made.Page()))
}

func (h *Handler) edit(c *web.Ctx, p account.Person, o organisation.Organisation) error {
	return web.Show(c, h.page.details, newDetailsPage(c, p, o, detailsForm(c, p, o, "")))
}

func (h *Handler) update(c *web.Ctx, p account.Person, o organisation.Organisation) error {
	typed := readDetails(c, o)
	if err := h.orgs.Update(c.Context(), p, typed); err != nil {
		return h.refuse(c, p, o, typed, err)
	}
	c.Flash(session.Success, lang.M("The details are up to date."))
	return web.Go(c, c.Path(o.Page()))
}

// refuse shows what was typed again, and what was wrong with it. o is what is stored.
func (h *Handler) refuse(c *web.Ctx, p account.Person, o, typed organisation.Organisation, err error) error {
	problems, refused := fault.Problems(err)
	if !refused {
		return err
	}
	wrong := map[string][]string{}
	for _, f := range problems.List() {
		wrong[f.Name] = append(wrong[f.Name], c.Text(f.Text))
	}
	form := detailsForm(c, p, typed, c.Form(organisation.TokenField)).Refused(nil, wrong)
	return web.Invalid(c, h.page.details, newDetailsPage(c, p, o, form), h.part.form, form)
}

// readDetails takes what was typed over into an organisation.
func readDetails(c *web.Ctx, o organisation.Organisation) organisation.Organisation {
	o.Name, o.ContactName, o.Email, o.Telephone = c.Form("name"), c.Form("contact_name"), c.Form("email"), c.Form("telephone")
	o.StreetAddress, o.Suburb, o.City = c.Form("street_address"), c.Form("suburb"), c.Form("city")
	o.PostalAddress, o.PostalSuburb = c.Form("postal_address"), c.Form("postal_suburb")
	o.PostalCity, o.PostalCode = c.Form("postal_city"), c.Form("postal_code")
	return o
}

// detailsForm asks for the details. The token tells the form of a new organisation from every other one.
func detailsForm(c *web.Ctx, p account.Person, o organisation.Organisation, token string) views.Form {
	text := func(name string, label lang.Message, value, autocomplete string) views.Field {
		f := views.TextField(name, c.Text(label), value)
		f.Input.MaxLength, f.Input.Autocomplete = "255", autocomplete
		return f
	}
	optional := func(f views.Field) views.Field {
		f.Optional = true
		return f
	}
	email := views.EmailField("email", c.Text(lang.M("E-mail address")), o.Email)
	email.Help = c.Text(lang.M("Invoices and messages about memberships go there."))
	telephone := text("telephone", lang.M("Telephone"), o.Telephone, "tel")
	telephone.Input.Type, telephone.Input.Width = "tel", views.Width20
	postcode := text("postal_code", lang.M("Postcode"), o.PostalCode, "billing postal-code")
	postcode.Input.Width = views.Width10
	form := views.Form{
		ID: "organisation", Action: c.Path("/organisations/create/"),
		Fields: []views.Field{text("name", lang.M("Name"), o.Name, "organization")},
		Sections: []views.FormSection{
			{Legend: c.Text(lang.M("Contact")), Fields: []views.Field{
				text("contact_name", lang.M("Contact person"), o.ContactName, "name"), email, telephone,
			}},
			{Legend: c.Text(lang.M("Physical address")), Fields: []views.Field{
				optional(text("street_address", lang.M("Street"), o.StreetAddress, "shipping street-address")),
				optional(text("suburb", lang.M("Suburb"), o.Suburb, "shipping address-level3")),
				optional(text("city", lang.M("City"), o.City, "shipping address-level2")),
			}},
			{Legend: c.Text(lang.M("Postal address")), Fields: []views.Field{
				text("postal_address", lang.M("Address"), o.PostalAddress, "billing street-address"),
				optional(text("postal_suburb", lang.M("Suburb"), o.PostalSuburb, "billing address-level3")),
				text("postal_city", lang.M("City"), o.PostalCity, "billing address-level2"),
				postcode,
			}},
		},
		Buttons: views.Buttons{
			Submit: views.Submit{Text: c.Text(lang.M("Create the organisation"))},
			Cancel: views.Link{Text: c.Text(lang.M("Cancel")), Href: c.Path(p.Page())},
		},
	}
	if o.ID == 0 {
		form.Hidden = []views.Hidden{{Name: organisation.TokenField, Value: token}}
	} else {
		form.Action = c.Path(o.Page() + "update/")
		form.Buttons.Submit.Text = c.Text(lang.M("Update"))
		form.Buttons.Cancel.Href = c.Path(o.Page())
	}
	return form
}

func newDetailsPage(c *web.Ctx, p account.Person, o organisation.Organisation, form views.Form) detailsPage {
	return detailsPage{
		Head:    views.Head{Title: title(c, o), Crumbs: crumbs(c, p, o)},
		Heading: views.Heading{Title: title(c, o)}, Form: form,
	}
}

func title(c *web.Ctx, o organisation.Organisation) string {
	if o.ID == 0 {
		return c.Text(lang.M("Create an organisation"))
	}
	return c.Text(lang.M("Edit %s", o.Name))
}
