package web

import (
	"ams/app/fault"
	"ams/app/limit"
)

// PerClient lets a handler be used from one address as often as the rule says, by all its routes together: those that
// give the same name for what they do.
func PerClient(act string, r limit.Rule, h Handler) Handler {
	return func(c *Ctx) error {
		ok, after, err := c.web.take(c.Context(), act+"/client/"+c.Client(), r)
		if err != nil {
			return err
		}
		if !ok {
			return fault.TooMany(after, limit.Refusal(after))
		}
		return h(c)
	}
}
