// Package organisations is where people found organisations and look after them: details, people, invitations.
package organisations

import (
	"ams/app/account"
	"ams/app/clock"
	"ams/app/membership"
	"ams/app/organisation"
	"ams/app/web"
	"ams/views"
)

// Handler serves the pages of organisations.
type Handler struct {
	orgs    *organisation.Service
	members *membership.Service
	clock   clock.Clock
	page    struct {
		details    views.Page[detailsPage]
		show       views.Page[showPage]
		question   views.Page[questionPage]
		invite     views.Page[invitePage]
		invitation views.Page[invitationPage]
	}
	part struct {
		form    views.Part[views.Form]
		invite  views.Part[views.Form]
		invited views.Part[invitedPart]
	}
}

// New binds the pages.
func New(orgs *organisation.Service, members *membership.Service, c clock.Clock, set *views.Set) *Handler {
	h := &Handler{orgs: orgs, members: members, clock: c}
	h.page.details = views.BindPage[detailsPage](set, "organisations/details")
	h.page.show = views.BindPage[showPage](set, "organisations/show")
	h.page.question = views.BindPage[questionPage](set, "organisations/question")
	h.page.invite = views.BindPage[invitePage](set, "organisations/invite")
	h.page.invitation = views.BindPage[invitationPage](set, "organisations/invitation")
	h.part.form = views.BindPart[views.Form](set, "shared/form")
	h.part.invite = views.BindPart[views.Form](set, "organisations/invite#form")
	h.part.invited = views.BindPart[invitedPart](set, "organisations/invite#sent")
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
	r.GET("/:uuid/leave/", h.known(h.askLeave))
	r.POST("/:uuid/leave/", h.known(h.leave))
	r.GET("/:uuid/deactivate/", h.managed(h.askDeactivate))
	r.POST("/:uuid/deactivate/", h.managed(h.deactivate))
	for _, act := range []organisation.Act{organisation.MakeAdmin, organisation.RevokeAdmin, organisation.Remove} {
		r.GET("/:uuid/member/:member/"+string(act)+"/", h.managedMember(h.ask(act)))
		r.POST("/:uuid/member/:member/"+string(act)+"/", h.managedMember(h.do(act)))
	}
	h.inviteRoutes(r)
}

// inviteRoutes are those of invitations. The links of a letter are read by GET and answered by POST.
func (h *Handler) inviteRoutes(r *web.Router) {
	r.GET("/invite/:token/accept/", web.SignedIn(h.invitation(true)))
	r.POST("/invite/:token/accept/", web.SignedIn(h.accept))
	r.GET("/invite/:token/decline/", web.SignedIn(h.invitation(false)))
	r.POST("/invite/:token/decline/", web.SignedIn(h.decline))
	r.GET("/:uuid/invite/", h.managed(h.newInvitation))
	r.POST("/:uuid/invite/", h.managed(h.invite))
	r.GET("/:uuid/member/:member/resend-invite/", h.managedMember(h.askInvite(resendInvite)))
	r.POST("/:uuid/member/:member/resend-invite/", h.managedMember(h.resend))
	r.GET("/:uuid/member/:member/revoke-invite/", h.managedMember(h.askInvite(revokeInvite)))
	r.POST("/:uuid/member/:member/revoke-invite/", h.managedMember(h.revoke))
}

// known finds the organisation of the address, for everybody who is signed in.
func (h *Handler) known(next func(*web.Ctx, account.Person, organisation.Organisation) error) web.Handler {
	return web.SignedIn(func(c *web.Ctx, p account.Person) error {
		o, err := h.orgs.ByUUID(c.Context(), c.Param("uuid"))
		if err != nil {
			return err
		}
		return next(c, p, o)
	})
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

// managedMember is managed for the addresses of somebody of the organisation. Who is unknown there is not found before it
// is asked who may see it.
func (h *Handler) managedMember(next func(*web.Ctx, account.Person, organisation.Organisation, organisation.Member) error) web.Handler {
	return web.SignedIn(func(c *web.Ctx, p account.Person) error {
		o, m, err := h.orgs.ManagedMember(c.Context(), p, c.Param("uuid"), c.Param("member"))
		if err != nil {
			return err
		}
		return next(c, p, o, m)
	})
}

// crumbs lead to the viewer's page, and to the organisation where there is one.
func crumbs(c *web.Ctx, p account.Person, o organisation.Organisation) []views.Crumb {
	all := []views.Crumb{{Text: p.Label(), Href: c.Path(p.Page())}}
	if o.ID != 0 {
		all = append(all, views.Crumb{Text: o.Name, Href: c.Path(o.Page())})
	}
	return all
}
