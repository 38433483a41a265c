// Package memberships is where people buy memberships, of their own and for organisations, and see what becomes of them.
package memberships

import (
	"ams/app/account"
	"ams/app/billing"
	"ams/app/clock"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/organisation"
	"ams/app/web"
	"ams/app/web/statement"
	"ams/views"
)

// Handler serves the pages of memberships.
type Handler struct {
	members *membership.Service
	orgs    *organisation.Service
	clock   clock.Clock
	page    struct {
		apply  views.Page[applyPage]
		renew  views.Page[renewPage]
		seats  views.Page[seatsPage]
		notice views.Page[noticePage]
	}
	part struct {
		form     views.Part[applyForm]
		period   views.Part[periodPanel]
		renew    views.Part[renewForm]
		seats    views.Part[seatsForm]
		price    views.Part[pricePanel]
		purchase views.Part[statement.Changes]
	}
}

// New binds the pages.
func New(members *membership.Service, orgs *organisation.Service, c clock.Clock, set *views.Set) *Handler {
	h := &Handler{members: members, orgs: orgs, clock: c}
	h.page.apply = views.BindPage[applyPage](set, "memberships/apply")
	h.page.renew = views.BindPage[renewPage](set, "memberships/renew")
	h.page.seats = views.BindPage[seatsPage](set, "memberships/seats")
	h.page.notice = views.BindPage[noticePage](set, "memberships/notice")
	h.part.form = views.BindPart[applyForm](set, "memberships/apply#form")
	h.part.period = views.BindPart[periodPanel](set, "memberships/apply#period")
	h.part.renew = views.BindPart[renewForm](set, "memberships/renew#form")
	h.part.seats = views.BindPart[seatsForm](set, "memberships/seats#form")
	h.part.price = views.BindPart[pricePanel](set, "memberships/seats#price")
	h.part.purchase = views.BindPart[statement.Changes](set, "memberships/purchase")
	return h
}

// Routes mounts everything below /users/memberships.
func (h *Handler) Routes(w *web.Web) {
	r := w.Localised("/users/memberships").Private()
	r.GET("/apply-individual/", web.SignedIn(h.newIndividual))
	r.POST("/apply-individual/", web.SignedIn(h.createIndividual))
	r.GET("/apply-individual/preview/", web.SignedIn(h.previewIndividual))
	r.GET("/apply-organisation/:uuid/", h.managed(h.newOrganisation))
	r.POST("/apply-organisation/:uuid/", h.managed(h.createOrganisation))
	r.GET("/apply-organisation/:uuid/preview/", h.managed(h.previewOrganisation))
	r.GET("/add-seats/:uuid/", h.managed(h.newSeats))
	r.POST("/add-seats/:uuid/", h.managed(h.addSeats))
	r.GET("/add-seats/:uuid/preview/", h.managed(h.previewSeats))
	r.GET("/renew-individual/", renewing(h.newRenewal))
	r.POST("/renew-individual/", renewing(h.renew))
	r.GET("/renew-organisation/:uuid/", h.renewingOf(h.newRenewal))
	r.POST("/renew-organisation/:uuid/", h.renewingOf(h.renew))
	r.GET("/renew-organisation/:uuid/preview/", h.renewingOf(h.previewRenewal))
	r.GET("/purchases/:uuid/", web.SignedIn(h.purchase))
	r.GET("/cancel/", web.SignedIn(h.cancel))
}

// noticePage is views/memberships/notice.
type noticePage struct {
	views.Head
	Notice views.Notice
}

// cancel tells without scripts what the dialog tells.
func (h *Handler) cancel(c *web.Ctx, p account.Person) error {
	title, back := c.Text(lang.M("Cancel a membership")), c.NextOr(c.Path(p.Page()))
	return web.Show(c, h.page.notice, noticePage{
		Head: views.Head{Title: title, Crumbs: crumbs(c, p)},
		Notice: views.Notice{
			Heading: views.Heading{Title: title},
			Lines:   []string{c.Text(lang.M("Please contact the association to have a membership cancelled."))},
			Buttons: views.Buttons{Cancel: views.Link{Text: c.Text(lang.M("Back")), Href: back}},
		},
	})
}

// purchase is asked by pages that wait for an invoice. As a page of its own it leads to the one that shows the purchase.
func (h *Handler) purchase(c *web.Ctx, viewer account.Person) error {
	owner, err := h.members.OfPurchase(c.Context(), viewer, c.Param("uuid"))
	if err != nil {
		return err
	}
	if !c.HX() {
		return web.Go(c, c.Path(owner.Page()))
	}
	st, err := h.statement(c, viewer, owner)
	if err != nil {
		return err
	}
	changes, found := st.Changes(c.Param("uuid"))
	if !found { // among more memberships than a page shows
		return web.Go(c, c.Path(owner.Page()))
	}
	return web.Swap(c, h.part.purchase, changes)
}

// statement is that of the page which shows an owner's purchases.
func (h *Handler) statement(c *web.Ctx, viewer account.Person, owner billing.Payer) (statement.Statement, error) {
	if o := owner.Organisation; o.ID != 0 {
		held, err := h.members.ForOrganisation(c.Context(), o.ID)
		return statement.Of(c, viewer, o, held, h.clock.Now()), err
	}
	held, through, err := h.members.Of(c.Context(), owner.Person.ID)
	return statement.New(c, viewer, owner.Person, held, through, h.clock.Now()), err
}

func crumbs(c *web.Ctx, p account.Person) []views.Crumb {
	return []views.Crumb{{Text: p.Label(), Href: c.Path(p.Page())}}
}
