package web

import (
	"net/url"
	"time"
)

// recent is how long somebody who has shown who they are need not do so again.
const recent = 5 * time.Minute

// Recently tells whether the person has just shown who they are. Who has not is sent to do so, and comes back to this
// page: the caller returns the error as it is.
func Recently(c *Ctx) (ok bool, err error) {
	if c.Proved(recent) {
		return true, nil
	}
	return false, Go(c, c.Path("/accounts/reauthenticate/")+"?next="+url.QueryEscape(c.Address()))
}
