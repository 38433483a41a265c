package web

import (
	"strconv"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/limit"
)

// PerPerson is PerClient for what only people with a session do: it counts by their account, wherever they are.
func PerPerson(act string, r limit.Rule, h func(*Ctx, account.Person) error) func(*Ctx, account.Person) error {
	return func(c *Ctx, p account.Person) error {
		if err := c.web.count(c, act+"/user/"+strconv.FormatInt(p.ID, 10), r); err != nil {
			return err
		}
		return h(c, p)
	}
}

// PerClient lets a handler be used from one address as often as the rule says. Routes that give the same name for what
// they do are counted together.
func PerClient(act string, r limit.Rule, h Handler) Handler {
	return func(c *Ctx) error {
		if err := c.web.count(c, act+"/client/"+c.Client(), r); err != nil {
			return err
		}
		return h(c)
	}
}

func (w *Web) count(c *Ctx, key string, r limit.Rule) error {
	ok, after, err := w.take(c.Context(), key, r)
	if err == nil && !ok {
		return fault.TooMany(after, limit.Refusal(after))
	}
	return err
}
