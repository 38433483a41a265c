package admin

import (
	"net/url"

	"ams/app/fault"
	"ams/app/lang"
	"ams/app/session"
	"ams/app/web"
)

// Routes mounts everything below the administration's path.
func (a *Admin) Routes(w *web.Web) {
	r := w.Plain(a.base[:len(a.base)-1]).Private().Personal()
	r.GET("/", a.entered((*visit).index))
	r.GET("/login/", a.signIn)
	r.GET("/logout/", to("/accounts/logout/"))
	r.POST("/"+languagePath, a.entered((*visit).speak))
	r.GET("/:app/", a.entered((*visit).section))
	r.GET("/:app/:model/", a.of(entity.list))
	r.POST("/:app/:model/", a.of(entity.act))
	r.GET("/:app/:model/choose/", a.of(choose))
	r.GET("/:app/:model/add/", a.of(entity.newForm))
	r.POST("/:app/:model/add/", a.of(entity.create))
	r.GET("/:app/:model/:id/", a.of(toChange))
	r.GET("/:app/:model/:id/change/", a.of(entity.changeForm))
	r.POST("/:app/:model/:id/change/", a.of(entity.update))
	r.GET("/:app/:model/:id/delete/", a.of(entity.askDelete))
	r.POST("/:app/:model/:id/delete/", a.of(entity.delete))
	r.GET("/:app/:model/:id/history/", a.of(entity.history))
	r.GET("/:app/:model/:id/:deed/", a.of(entity.askDeed))
	r.POST("/:app/:model/:id/:deed/", a.of(entity.doDeed))
}

// signIn leads to the site's own sign-in: there is no other way in.
func (a *Admin) signIn(c *web.Ctx) error {
	next := c.Next()
	if next == "" {
		next = a.base
	}
	return web.Go(c, c.Path("/accounts/login/")+"?next="+url.QueryEscape(next))
}

func to(path string) web.Handler {
	return func(c *web.Ctx) error { return web.Go(c, c.Path(path)) }
}

const languagePath = "language/"

// speak has these pages in another language until the session ends, and leaves alone what the person has stored.
func (v *visit) speak() error {
	if l, enabled := v.c.Enabled(v.c.Form("language")); enabled {
		v.c.Speak(l)
	}
	next := v.c.Next()
	if next == "" {
		next = v.a.base
	}
	return web.Go(v.c, next)
}

// entered lets staff in.
func (a *Admin) entered(h func(*visit) error) web.Handler {
	return func(c *web.Ctx) error {
		p := c.Person()
		if !p.SignedIn() {
			return web.Go(c, a.path("login/")+"?next="+url.QueryEscape(c.Address()))
		}
		if !p.Staff || !p.Active {
			return fault.Forbidden(lang.M("These pages are for the staff of the association."))
		}
		return h(&visit{c: c, a: a, by: c.Holder(), tr: c.Translator()})
	}
}

// of finds the entity of the address.
func (a *Admin) of(h func(entity, *visit) error) web.Handler {
	return a.entered(func(v *visit) error {
		for _, e := range a.entities {
			f := e.face()
			if f.app != v.c.Param("app") || f.model != v.c.Param("model") {
				continue
			}
			if !f.on {
				return fault.Forbidden(lang.M("This part of the site is switched off."))
			}
			v.e = e
			return h(e, v)
		}
		return fault.NotFound(lang.Message{})
	})
}

func toChange(e entity, v *visit) error {
	if id, ok := v.recordID(); ok {
		return web.Go(v.c, e.face().record(v.a, id, "change"))
	}
	return v.gone()
}

func choose(e entity, v *visit) error {
	if err := v.need(view); err != nil {
		return err
	}
	found, err := e.offer().find(v.c.Context(), v.c.Query(v.c.Query("field")), "")
	if err != nil {
		return err
	}
	var l lookup
	for _, r := range found {
		l.Names = append(l.Names, r.Name)
	}
	return web.Swap(v.c, v.a.look, l)
}

// done tells what was done on the next page.
func (v *visit) done(text lang.Message) { v.c.Flash(session.Success, text) }
