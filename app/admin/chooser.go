package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ams/app/access"
	"ams/app/field"
	"ams/app/listing"
	"ams/app/web"
)

// chooser offers the records of an entity to fields and filters.
type chooser struct {
	key    string
	lookup string
	first  func(ctx context.Context, limit int, ids []int64, where string) ([]field.Record, error)
	ids    func(ctx context.Context, search string, limit int, where string) ([]int64, error)
	named  func(ctx context.Context, ids []int64) ([]field.Record, error)
}

// suggestions is how many records a search offers.
const suggestions = 20

// Chooser offers the records of an entity, which may be declared later: "auth.group".
func (a *Admin) Chooser(key string) field.Chooser { return lazy{admin: a, key: key} }

// ChooserOf is Chooser for those records alone that fit a condition, SQL on the entity's own table.
func (a *Admin) ChooserOf(key, where string) field.Chooser {
	return lazy{admin: a, key: key, where: where}
}

// Lookup offers suggestions, for a text that is being typed, of something that is no entity here: at a path below the
// administration's, to those who have a right. It gives the whole address.
func (a *Admin) Lookup(path, right string, find func(ctx context.Context, by access.Holder, text string) ([]field.Record, error)) string {
	a.lookups = append(a.lookups, offering{path, right, find})
	return a.path(path)
}

type offering struct {
	path, right string
	find        func(ctx context.Context, by access.Holder, text string) ([]field.Record, error)
}

// suggest answers for Lookup.
func (o offering) suggest(v *visit) error {
	if err := v.by.Must(o.right); err != nil {
		return err
	}
	return suggest(v, func(text string) ([]field.Record, error) { return o.find(v.c.Context(), v.by, text) })
}

// suggest gives the names of what is found for the text of the input that the address names.
func suggest(v *visit, find func(string) ([]field.Record, error)) error {
	found, err := find(v.c.Query(v.c.Query("field")))
	if err != nil {
		return err
	}
	var l lookup
	for _, r := range found {
		l.Names = append(l.Names, r.Name)
	}
	return web.Swap(v.c, v.a.look, l)
}

// lazy finds its entity when it is used, because entities refer to each other.
type lazy struct {
	admin *Admin
	key   string
	where string // empty: every record
}

func (l lazy) find() (*chooser, error) {
	for _, e := range l.admin.entities {
		if e.face().key() == l.key {
			return e.offer(), nil
		}
	}
	return nil, fmt.Errorf("there is no entity %s to choose from", l.key)
}

// Offer gives all records when they are few enough.
func (l lazy) Offer(ctx context.Context, most int, ids []int64) ([]field.Record, bool, error) {
	c, err := l.find()
	if err != nil {
		return nil, false, err
	}
	records, err := c.first(ctx, most+1, ids, l.where)
	if err != nil || len(records) <= most {
		return records, err == nil, err
	}
	return slices.DeleteFunc(records, func(r field.Record) bool { return !slices.Contains(ids, r.ID) }), false, nil
}

// Find gives the records that a text names.
func (l lazy) Find(ctx context.Context, text string) ([]field.Record, error) {
	c, err := l.find()
	if err != nil {
		return nil, err
	}
	return c.find(ctx, text, l.where)
}

// Lookup is the address of suggestions.
func (l lazy) Lookup() string {
	c, err := l.find()
	if err != nil {
		return ""
	}
	return c.lookup
}

// find gives the records that a text names, a title as a whole before everything else.
func (c *chooser) find(ctx context.Context, text, where string) ([]field.Record, error) {
	if text == "" {
		return nil, nil
	}
	ids, err := c.ids(ctx, strings.Map(plain, text), suggestions, where)
	if err != nil {
		return nil, err
	}
	return c.named(ctx, ids)
}

// plain leaves out what titles put between the values that can be searched.
func plain(r rune) rune {
	if strings.ContainsRune(`()[]{},;:·–—"`, r) {
		return ' '
	}
	return r
}

func (b *bound[M]) offer() *chooser {
	records := func(rows []*M, err error) ([]field.Record, error) {
		out := make([]field.Record, 0, len(rows))
		for _, m := range rows {
			out = append(out, field.Record{ID: b.id(m), Name: b.r.Title(m)})
		}
		return out, err
	}
	return &chooser{
		key: b.face().key(), lookup: b.face().path(b.admin) + "choose/",
		first: func(ctx context.Context, limit int, ids []int64, where string) ([]field.Record, error) {
			return records(b.first(ctx, b.admin.db, limit, ids, where))
		},
		named: func(ctx context.Context, ids []int64) ([]field.Record, error) {
			return records(b.rows(ctx, b.admin.db, ids))
		},
		ids: func(ctx context.Context, search string, limit int, where string) ([]int64, error) {
			view := listing.View{Search: search}
			if len(b.r.Search) == 0 {
				view.Search = ""
			}
			return b.ids(ctx, b.admin.db, view, limit, where)
		},
	}
}
