package web

import (
	"ams/app/lang"
	"ams/views"
)

// Desk is a place for those who look after something.
type Desk struct {
	Path  string // with a slash at both ends
	Name  lang.Message
	Icon  string
	Enter func(*Ctx) error // refuses somebody signed in who may not come in
}

// Desks lead to the places that the person may enter.
func (c *Ctx) Desks() (open []views.Action) {
	if !c.Person().SignedIn() {
		return nil
	}
	for _, d := range c.web.cfg.Desks {
		if d.Enter(c) == nil {
			open = append(open, views.Action{Text: c.Text(d.Name), Href: d.Path, Icon: d.Icon})
		}
	}
	return open
}
