package admin

import (
	"strconv"

	"ams/app/fault"
	"ams/app/field"
	"ams/app/href"
	"ams/app/lang"
	"ams/app/session"
	"ams/app/web"
)

// Routes mounts everything below the administration's path, once all is declared.
func (a *Admin) Routes(w *web.Web) {
	r := w.Plain(a.base[:len(a.base)-1]).Private().Personal()
	r.GET("/", a.entered((*visit).index))
	r.GET("/login/", a.signIn)
	for from, path := range a.place.Moved {
		r.GET("/"+from, to(path))
	}
	r.POST("/"+languagePath, a.entered((*visit).speak))
	for _, o := range a.lookups {
		r.GET("/"+o.path, a.entered(o.suggest))
	}
	r.GET("/:app/", a.entered((*visit).section))
	if a.place.Short {
		a.shortRoutes(r)
		return
	}
	named := func(h func(entity, *visit) error) web.Handler { return a.of(a.named, h) }
	a.recordRoutes(r, "/:app/:model/", named)
	r.GET("/:app/:model/add/", named(entity.newForm))
	r.POST("/:app/:model/add/", named(entity.create))
	r.GET("/:app/:model/:id/", named(toChange))
	r.GET("/:app/:model/:id/change/", named(entity.changeForm))
	r.POST("/:app/:model/:id/change/", named(entity.update))
}

// shortRoutes give each entity the place that it names. Every other address below is not found, which only those learn
// who may come in.
func (a *Admin) shortRoutes(r *web.Router) {
	for _, e := range a.entities {
		at := "/" + e.face().place
		mine := func(h func(entity, *visit) error) web.Handler {
			return a.of(func(*web.Ctx) (entity, bool) { return e, true }, h)
		}
		a.recordRoutes(r, at, mine)
		r.GET(at+"new/", mine(entity.newForm))
		r.POST(at+"new/", mine(entity.create))
		r.GET(at+":id/", mine(entity.changeForm))
		r.POST(at+":id/", mine(entity.update))
	}
	nowhere := a.entered(func(*visit) error { return fault.NotFound(lang.Message{}) })
	for path, depth := "/:app/", 0; depth < 5; depth++ {
		path += ":below" + strconv.Itoa(depth) + "/"
		r.GET(path, nowhere)
	}
}

// recordRoutes are those that every administration has for its entities.
func (a *Admin) recordRoutes(r *web.Router, at string, of func(func(entity, *visit) error) web.Handler) {
	r.GET(at, of(entity.list))
	r.POST(at, of(entity.act))
	r.GET(at+"choose/", of(choose))
	r.GET(at+":id/delete/", of(entity.askDelete))
	r.POST(at+":id/delete/", of(entity.delete))
	r.GET(at+":id/history/", of(entity.history))
	r.GET(at+":id/:deed/", of(entity.askDeed))
	r.POST(at+":id/:deed/", of(entity.doDeed))
}

// signIn leads to the site's own sign-in: there is no other way in.
func (a *Admin) signIn(c *web.Ctx) error {
	return web.Go(c, href.WithNext(c.Path("/accounts/login/"), c.NextOr(a.base)))
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
	return web.Go(v.c, v.c.NextOr(v.a.base))
}

// entered lets those in whom the administration is for.
func (a *Admin) entered(h func(*visit) error) web.Handler {
	return func(c *web.Ctx) error {
		if !c.Person().SignedIn() {
			return web.Go(c, href.WithNext(a.path("login/"), c.Here()))
		}
		if err := a.place.Enter(c); err != nil {
			return err
		}
		return h(&visit{c: c, a: a, by: c.Holder(), tr: c.Translator()})
	}
}

// of finds the entity of an address.
func (a *Admin) of(find func(*web.Ctx) (entity, bool), h func(entity, *visit) error) web.Handler {
	return a.entered(func(v *visit) error {
		e, found := find(v.c)
		switch {
		case !found:
			return fault.NotFound(lang.Message{})
		case !e.face().on:
			return fault.Forbidden(lang.M("This part of the site is switched off."))
		}
		v.e = e
		return h(e, v)
	})
}

// named finds the entity that the segments of an address name.
func (a *Admin) named(c *web.Ctx) (entity, bool) {
	return a.find(c.Param("app") + "." + c.Param("model"))
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
	return suggest(v, func(text string) ([]field.Record, error) { return e.offer().find(v.c.Context(), text, "") })
}

// done tells what was done on the next page.
func (v *visit) done(text lang.Message) { v.c.Flash(session.Success, text) }
