package web

import (
	"net/http"

	"ams/app/href"
)

// Gate leads people to the terms that they have still to accept, and from there back to the address that they asked
// for. gone tells that it did: then the request is answered.
func (c *Ctx) Gate() (gone bool, err error) {
	owes, err := c.web.owes(c.Context(), c.Person())
	if err != nil || !owes {
		return false, err
	}
	accept := href.WithNext(c.Path("/terms/accept/"), c.Here())
	if c.HX() {
		c.Header("HX-Redirect", ascii(accept))
		return true, c.send(http.StatusOK, "")
	}
	return true, Go(c, accept)
}
