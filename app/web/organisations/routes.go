// Package organisations is where people found organisations and look after them: details, people, invitations.
package organisations

import (
	"ams/app/account"
	"ams/app/clock"
	"ams/app/lang"
	"ams/app/organisation"
	"ams/app/web"
	"ams/views"
)

// Handler serves the pages of organisations.
type Handler struct {
	orgs  *organisation.Service
	clock clock.Clock
	page  struct {
		details views.Page[detailsPage]
		show    views.Page[showPage]
	}
	part struct {
		form views.Part[views.Form]
	}
}

// New binds the pages.
func New(orgs *organisation.Service, c clock.Clock, set *views.Set) *Handler {
	h := &Handler{orgs: orgs, clock: c}
	h.page.details = views.BindPage[detailsPage](set, "organisations/details")
	h.page.show = views.BindPage[showPage](set, "organisations/show")
	h.part.form = views.BindPart[views.Form](set, "shared/form")
	return h
}

// Routes mounts everything below /organisations.
func (h *Handler) Routes(w *web.Web) {
	r := w.Localised("/organisations").Private()
	r.GET("/create/", web.SignedIn(h.newOrganisation))
	r.POST("/create/", web.SignedIn(h.create))
	r.GET("/:uuid/", h.managed(h.show))
	r.GET("/:uuid/update/", h.managed(h.edit))
	r.POST("/:uuid/update/", h.managed(h.update))
}

// managed lets in who looks after the organisation of the address, and finds it.
func (h *Handler) managed(next func(*web.Ctx, account.Person, organisation.Organisation) error) web.Handler {
	return web.SignedIn(func(c *web.Ctx, p account.Person) error {
		o, err := h.orgs.Managed(c.Context(), p, c.Param("uuid"))
		if err != nil {
			return err
		}
		return next(c, p, o)
	})
}

// crumbs lead to the viewer's page, and to the organisation where there is one.
func crumbs(c *web.Ctx, p account.Person, o organisation.Organisation) []views.Crumb {
	name := p.Name()
	if name == "" {
		name = p.Username
	}
	all := []views.Crumb{{Text: name, Href: c.Path(p.Page())}}
	if o.ID != 0 {
		all = append(all, views.Crumb{Text: o.Name, Href: c.Path(o.Page())})
	}
	return all
}

// texts of a page that several handlers share.
func title(c *web.Ctx, o organisation.Organisation) string {
	if o.ID == 0 {
		return c.Text(lang.M("Create an organisation"))
	}
	return c.Text(lang.M("Edit %s", o.Name))
}
