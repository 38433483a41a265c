// Package admin makes lists, forms, confirmations and histories of what is declared: for the staff, and for those who look
// after the website. It knows no domain but who may what.
package admin

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/clock"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

// Place says where an administration is and who comes in.
type Place struct {
	web.Desk
	Title lang.Message      // of all of it, in full
	Empty lang.Message      // what the start page tells those who may come in and have nothing to look after
	Whole bool              // histories also show values of fields that only the other administration has (Beside)
	Short bool              // a record lies directly below its list, "users/7/", and a new one at "users/new/"
	Moved map[string]string // addresses below it whose pages are the site's own: "logout/" is "/accounts/logout/"
}

// Admin is one administration of a site.
type Admin struct {
	db       *bun.DB
	clock    clock.Clock
	place    Place
	base     string // its path, with a slash at both ends
	entities []entity
	areas    map[string]area
	tables   map[string]lang.Message
	yields   map[string]yield
	lookups  []offering
	beside   *Admin // another one of the site, which some of the entities are also looked after in; may be nil
	page     struct {
		index    views.Page[indexPage]
		list     views.Page[listPage]
		form     views.Page[formPage]
		question views.Page[questionPage]
		history  views.Page[historyPage]
	}
	form    views.Part[recordForm]
	look    views.Part[lookup]
	region  views.Part[listRegion]
	confirm views.Part[confirmed]
}

type area struct {
	title lang.Message
	icon  string
}

// New prepares an administration without any entity.
func New(db *bun.DB, c clock.Clock, set *views.Set, at Place) *Admin {
	a := &Admin{db: db, clock: c, place: at, base: at.Path, areas: map[string]area{}, tables: map[string]lang.Message{}, yields: map[string]yield{}}
	a.page.index = views.BindPage[indexPage](set, "admin/index")
	a.page.list = views.BindPage[listPage](set, "admin/list")
	a.page.form = views.BindPage[formPage](set, "admin/form")
	a.page.question = views.BindPage[questionPage](set, "admin/question")
	a.page.history = views.BindPage[historyPage](set, "admin/history")
	a.form = views.BindPart[recordForm](set, "admin/form#form")
	a.region = views.BindPart[listRegion](set, "admin/list#region")
	a.look = views.BindPart[lookup](set, "admin/form#lookup")
	a.confirm = views.BindPart[confirmed](set, "admin/question#confirm")
	return a
}

// Area names a section of the menu: all entities of an app, or those that name it as theirs.
func (a *Admin) Area(name string, title lang.Message, icon string) { a.areas[name] = area{title, icon} }

// Beside tells of another administration of the same site: each tells in the history of a record what was done in the
// other.
func (a *Admin) Beside(other *Admin) { a.beside, other.beside = other, a }

// Address is the path of a record of an entity such as users.user, for letters to staff. An unknown entity is a mistake
// of the program: its records lead to the start page.
func (a *Admin) Address(entity string, id int64) string {
	return a.lead(entity, func(f face) string { return f.record(a, id, change) })
}

// List is the path of an entity's list, narrowed by a query such as state=FAILED.
func (a *Admin) List(entity, query string) string {
	return a.lead(entity, func(f face) string { return f.path(a) + "?" + query })
}

func (a *Admin) lead(entity string, to func(face) string) string {
	for _, e := range a.entities {
		if e.face().key() == entity {
			return to(e.face())
		}
	}
	return a.path("")
}

// Table names a table that is no entity, for what a delete takes along.
func (a *Admin) Table(name string, title lang.Message) { a.tables[name] = title }

// Yield says which rows of a table a delete takes along, by the columns that refer to what is deleted, although the
// foreign keys refuse that: the Writer deletes these rows first. The condition is SQL about the table's own columns.
func (a *Admin) Yield(table, condition string, columns ...string) {
	a.yields[table] = yield{condition, columns}
}

type yield struct {
	condition string
	columns   []string
}

// Add declares an entity.
func Add[M any](a *Admin, r Resource[M]) { a.entities = append(a.entities, &bound[M]{admin: a, r: r}) }

// bound is a declared entity; its methods make the pages.
type bound[M any] struct {
	admin *Admin
	r     Resource[M]
}

// entity is a bound with its model erased.
type entity interface {
	face() face
	table() string
	check() error
	offer() *chooser
	list(*visit) error
	act(*visit) error
	newForm(*visit) error
	create(*visit) error
	changeForm(*visit) error
	update(*visit) error
	askDelete(*visit) error
	delete(*visit) error
	history(*visit) error
	askDeed(*visit) error
	doDeed(*visit) error
	actLabel(name string) lang.Message
	changes(v *visit, e entry) []changeLine
	told(v *visit, action string, d difference) changeLine
}

// face is what others know of an entity.
type face struct {
	app, model   string
	area         string
	place        string   // path of the list, below the administration's
	short        bool     // as Place.Short
	takes        []string // as Resource.Takes
	both         bool     // as Resource.Both
	one, many    lang.Message
	icon, letter string
	adds         bool
	deletes      bool
	on           bool
}

func (b *bound[M]) face() face {
	return face{
		app: b.r.App, model: b.r.Model, area: cmp.Or(b.r.Area, b.r.App), place: cmp.Or(b.r.Place, b.r.App+"/"+b.r.Model+"/"),
		short: b.admin.place.Short, takes: b.r.Takes, both: b.r.Both || b.r.Stay, one: b.r.One, many: b.r.Many, icon: b.r.Icon, letter: b.r.Letter,
		adds: b.r.Write.Create != nil, deletes: b.r.Write.Delete != nil, on: b.r.On == nil || b.r.On(),
	}
}

func (f face) key() string { return f.app + "." + f.model }

func (f face) code(verb string) string { return f.app + "." + verb + "_" + f.model }

// name is what pages call a record.
func (b *bound[M]) name(v *visit, m *M) string {
	if b.r.Spoken != nil {
		return b.r.Spoken(v.tr, m)
	}
	return b.r.Title(m)
}

// The verbs of permissions.
const (
	view   = "view"
	add    = "add"
	change = "change"
	remove = "delete"
)

// all are the entities of this administration, and those that only the one beside has.
func (a *Admin) all() []entity {
	all := a.entities
	if a.beside != nil {
		for _, e := range a.beside.entities {
			if _, ours := a.find(e.face().key()); !ours {
				all = append(all[:len(all):len(all)], e)
			}
		}
	}
	return all
}

// Entities are the names of all that is declared: "users.user".
func (a *Admin) Entities() (all []string) {
	for _, e := range a.entities {
		all = append(all, e.face().key())
	}
	return all
}

// NameOf is what people call a table, empty when nobody has said so.
func (a *Admin) NameOf(table string) string { return a.called(table).ID }

// called is what people call a table, here or in the administration beside.
func (a *Admin) called(table string) lang.Message {
	for _, e := range a.all() {
		if e.table() == table {
			return e.face().many
		}
	}
	name, ok := a.tables[table]
	if !ok && a.beside != nil {
		name = a.beside.tables[table]
	}
	return name
}

// Codes are the permissions of every entity, for those who give them.
func (a *Admin) Codes() (all []Permission) {
	for _, e := range a.entities {
		f := e.face()
		all = append(all, CodesOf(f.app, f.model, f.many)...)
	}
	return all
}

// CodesOf are the permissions for records that people may be given, also where they have no list of their own.
func CodesOf(app, model string, many lang.Message) (all []Permission) {
	f := face{app: app, model: model}
	for _, verb := range []string{view, add, change, remove} {
		all = append(all, Permission{Code: f.code(verb), Verb: verbName(verb), Entity: many})
	}
	return all
}

// Permission is one that the administration asks for.
type Permission struct {
	Code         string
	Verb, Entity lang.Message
}

func verbName(verb string) lang.Message {
	switch verb {
	case add:
		return lang.C("permission", "Add")
	case change:
		return lang.C("permission", "Change")
	case remove:
		return lang.C("permission", "Delete")
	}
	return lang.C("permission", "View")
}

// visit is one request of somebody who may enter.
type visit struct {
	c  *web.Ctx
	a  *Admin
	by access.Holder
	tr *lang.Translator
	e  entity
}

// may tells whether the person has a right on the entity. Who may change may see.
func (v *visit) may(f face, verb string) bool {
	return v.by.May(f.code(verb)) || verb == view && v.by.May(f.code(change))
}

// mayAdd tells whether the person may add records of an entity by hand.
func (v *visit) mayAdd(f face) bool { return f.adds && v.may(f, add) && (!f.both || v.may(f, change)) }

// need refuses a page to people without the right.
func (v *visit) need(verb string) error {
	if v.may(v.e.face(), verb) {
		return nil
	}
	return refusedRight()
}

func refusedRight() error {
	return fault.Forbidden(lang.M("Your account does not have the permission for this."))
}

func (v *visit) say(m lang.Message) string { return v.tr.Say(m) }

// path is an address of the administration.
func (a *Admin) path(rest string) string { return a.base + rest }

func (f face) path(a *Admin) string { return a.path(f.place) }

// adding is the address of the form for a new record.
func (f face) adding(a *Admin) string {
	if f.short {
		return f.path(a) + "new/"
	}
	return f.path(a) + "add/"
}

func (f face) record(a *Admin, id int64, act string) string {
	record := f.path(a) + strconv.FormatInt(id, 10) + "/"
	if f.short && act == change {
		return record
	}
	return record + act + "/"
}

// paramList carries the list that a record was opened from, so that people return to it as they left it.
const paramList = "_list"

// carried is the list's query that a record's page was given.
func (v *visit) carried() string {
	from := v.c.Query(paramList)
	if posted := v.c.Form(paramList); posted != "" {
		from = posted
	}
	if q, err := url.ParseQuery(from); err == nil && len(q) > 0 {
		return q.Encode()
	}
	return ""
}

// back is the list as it was left.
func (v *visit) back() string {
	if q := v.carried(); q != "" {
		return v.e.face().path(v.a) + "?" + q
	}
	return v.e.face().path(v.a)
}

// onward keeps the list in an address of a record.
func (v *visit) onward(address string) string {
	if q := v.carried(); q != "" {
		join := "?"
		if strings.Contains(address, join) {
			join = "&"
		}
		return address + join + paramList + "=" + url.QueryEscape(q)
	}
	return address
}

// gone answers for a record that is not there.
func (v *visit) gone() error {
	v.c.Flash(session.Warning, lang.M("This record is not there. Perhaps it has been deleted."))
	return web.Go(v.c, v.a.base)
}

// recordID is the id of the address; found is false for what cannot be one.
func (v *visit) recordID() (id int64, found bool) {
	id, err := strconv.ParseInt(v.c.Param("id"), 10, 64)
	return id, err == nil && id > 0
}
