package organisations_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ams/app/billing"
	"ams/app/membership"
	"ams/app/money"
	"ams/app/web/webtest"
)

// every is each address of organisations, members and memberships, with the methods that it knows.
func (c *club) every() map[string]string {
	c.T.Helper()
	const bought = "/en/users/memberships/"
	token := c.invited(tuiMail)
	option := c.Option(membership.Option{Type: membership.ForOrganisations}, "100")
	cost, err := money.Parse("100.00")
	if err != nil {
		c.T.Fatal(err)
	}
	purchase := c.Buy(billing.Order{
		Kind: billing.ForApplication, Membership: billing.Ref{Organisation: c.Seats(1, option, 1)}, Option: option, Organisation: 1, Buyer: 1,
		Seats: 1, SeatsAfter: 1, Quantity: 1, UnitAmount: cost, Description: "School", DueDays: 30,
	})
	all := map[string]string{
		c.page: "GET", create: "GET POST", accept(token): "GET POST", decline(token): "GET POST",
		bought + "purchases/" + purchase.UUID + "/": "GET", bought + "cancel/": "GET",
	}
	for _, act := range []string{"update", "invite", "leave", "deactivate"} {
		all[c.page+act+"/"] = "GET POST"
	}
	for _, act := range []string{"make-admin", "revoke-admin", "remove", "resend-invite", "revoke-invite"} {
		all[c.ofMember(tuiMail, act)] = "GET POST"
	}
	for _, form := range []string{"apply-individual/", "renew-individual/", "apply-organisation/" + c.uuid + "/", "add-seats/" + c.uuid + "/", "renew-organisation/" + c.uuid + "/"} {
		all[bought+form] = "GET POST"
		if form != "renew-individual/" { // which has nothing to choose
			all[bought+form+"preview/"] = "GET"
		}
	}
	return all
}

// Whoever is not signed in is asked to, whatever they open or send, and comes back there.
func TestAnonymous(t *testing.T) {
	t.Parallel()
	c := newClub(t)
	for page, methods := range c.every() {
		t.Run("ORG-1 "+page, func(t *testing.T) {
			back := "/en/accounts/login/?next=" + url.QueryEscape(page)
			if c.kea.Do(http.MethodHead, page, nil).StatusCode == http.StatusNotFound {
				t.Fatalf("%s = 404 for somebody who is signed in, want a page", page)
			}
			before := c.Contents()
			c.Visitor().Get(page).Status(http.StatusFound).To(back)
			hx := c.Visitor().HX().Get(page).Status(http.StatusNoContent)
			if to := hx.Header.Get("HX-Redirect"); !strings.HasPrefix(to, "/en/accounts/login/?next=") {
				t.Errorf("a script that asks for %s is sent to %q, want the page to sign in", page, to)
			}
			if strings.Contains(methods, http.MethodPost) {
				c.Visitor().Post(page, details("email", "x@example.org", "seats_to_add", "1")...).Status(http.StatusSeeOther).To(back)
			}
			if c.Contents() != before {
				t.Errorf("somebody who is not signed in has changed something at %s", page)
			}
		})
	}
	v := c.Visitor()
	form := v.Get("/en/accounts/login/?next="+url.QueryEscape(c.page+"invite/")).Status(http.StatusOK).Fields("main form", "login", keaMail, "password", webtest.Password)
	v.Post("/en/accounts/login/", form...).Status(http.StatusSeeOther).To(c.page + "invite/")
}
