package web

import (
	"time"

	"ams/app/account"
	"ams/app/href"
)

// proofLife is how long a proof of who somebody is counts as recent.
const proofLife = 5 * time.Minute

// Recently lets only people reach a handler who have proved who they are a moment ago. Others do that first and come
// back, to the page itself where they were about to change something.
func Recently(h func(*Ctx, account.Person) error) Handler {
	return SignedIn(func(c *Ctx, p account.Person) error {
		if away, err := c.Prompt(); away || err != nil {
			return err
		}
		return h(c, p)
	})
}

// Prompt sends people away who have not just proved who they are; then the request is answered.
func (c *Ctx) Prompt() (away bool, err error) {
	way, err := c.Proof()
	if err != nil || way == "" {
		return false, err
	}
	return true, Go(c, way)
}

// Proof is where somebody proves once more who they are, to come back from there; "" when that is not needed.
func (c *Ctx) Proof() (string, error) {
	if c.Proved(proofLife) {
		return "", nil
	}
	page, err := c.web.proof(c.Context(), c.Person())
	if err != nil || page == "" {
		return "", err
	}
	back := c.Here()
	if c.Method() == "POST" && !c.HX() {
		back = c.gin.Request.URL.EscapedPath()
	}
	return href.WithNext(c.Path(page), back), nil
}
