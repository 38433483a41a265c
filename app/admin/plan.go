package admin

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"ams/app/lang"
	"ams/views"
)

// edge is a foreign key as the database knows it.
type edge struct {
	Parent, Child, Col string
	OnDelete           string // c: goes along; n, d: is only unlinked; anything else refuses
	HasID              bool   // the child's rows can be referred to themselves
}

func edges(ctx context.Context, db bun.IDB) (all []edge, err error) {
	const keys = `
		SELECT c.confrelid::regclass::text AS parent, c.conrelid::regclass::text AS child, a.attname AS col,
		       c.confdeltype::text AS on_delete,
		       EXISTS (SELECT FROM pg_attribute i WHERE i.attrelid = c.conrelid AND i.attname = 'id'
		               AND i.atttypid = 'bigint'::regtype AND NOT i.attisdropped) AS has_id
		FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
		WHERE c.contype = 'f' AND cardinality(c.conkey) = 1 ORDER BY 2, 3`
	if err = db.NewRaw(keys).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("read the foreign keys: %w", err)
	}
	return all, nil
}

// plan is what a delete takes along, unlinks, and what refuses it.
type plan struct {
	yields map[string]yield
	along  map[string][]int64              // table → ids; 0 for rows that have none
	loose  map[string]rows                 // table → rows
	takes  map[int64]map[string]bool       // record to be deleted → tables that lose rows with it
	cut    bool                            // there is more than was looked at
	more   map[string]int                  // table → rows that go along beyond those looked at
	least  bool                            // the numbers are lower bounds
	blocks map[int64]map[string]rows       // record to be deleted → table → rows that refuse
	links  map[string]map[int64]views.Link // table → links to some of the rows that refuse
}

// rows counts rows once, by whatever ways they are reached.
type rows map[int64]bool

// add counts a row. Those without an id cannot be told apart, so each counts.
func (r rows) add(id int64) {
	if id == 0 {
		id = -int64(len(r)) - 1
	}
	r[id] = true
}

// mostAlong bounds what is looked at of one table in one step. The foreign keys have the last word all the same.
const mostAlong = 10_000

// plan walks down from the rows to be deleted.
func (b *bound[M]) plan(ctx context.Context, db bun.IDB, ids []int64) (*plan, error) {
	all, err := edges(ctx, db)
	if err != nil {
		return nil, err
	}
	p := &plan{yields: b.admin.yields, along: map[string][]int64{}, loose: map[string]rows{}, takes: map[int64]map[string]bool{}, more: map[string]int{}, blocks: map[int64]map[string]rows{}}
	roots := map[int64]int64{} // row → record that takes it along
	for _, id := range ids {
		roots[id] = id
	}
	seen := map[string]map[int64]bool{}
	return p, p.walk(ctx, db, all, b.table(), roots, seen)
}

func (p *plan) walk(ctx context.Context, db bun.IDB, all []edge, table string, roots map[int64]int64, seen map[string]map[int64]bool) error {
	for _, e := range all {
		if e.Parent != table || len(roots) == 0 {
			continue
		}
		children, err := p.children(ctx, db, e, roots)
		if err != nil {
			return err
		}
		if len(children) == mostAlong {
			if err := p.count(ctx, db, all, e, roots); err != nil {
				return err
			}
		}
		if seen[e.Child] == nil {
			seen[e.Child] = map[int64]bool{}
		}
		next := map[int64]int64{}
		for _, c := range children {
			if p.note(e, c, roots[c.Parent], seen[e.Child]) && e.HasID {
				next[c.ID] = roots[c.Parent]
			}
		}
		if err := p.walk(ctx, db, all, e.Child, next, seen); err != nil {
			return err
		}
	}
	return nil
}

// note takes one row into the plan and tells whether it goes along, so that what belongs to it has to be looked at.
func (p *plan) note(e edge, c child, root int64, seen map[int64]bool) bool {
	switch {
	case e.OnDelete == "n", e.OnDelete == "d":
		if p.loose[e.Child] == nil {
			p.loose[e.Child] = rows{}
		}
		p.loose[e.Child].add(c.ID)
		return false
	case e.OnDelete == "c", c.Yields:
		if c.ID != 0 && seen[c.ID] {
			return false
		}
		seen[c.ID] = true
		p.along[e.Child] = append(p.along[e.Child], c.ID)
		if p.takes[root] == nil {
			p.takes[root] = map[string]bool{}
		}
		p.takes[root][e.Child] = true
		return true
	}
	if p.blocks[root] == nil {
		p.blocks[root] = map[string]rows{}
	}
	if p.blocks[root][e.Child] == nil {
		p.blocks[root][e.Child] = rows{}
	}
	p.blocks[root][e.Child].add(c.ID)
	return false
}

type child struct {
	ID, Parent int64
	Yields     bool
}

func (p *plan) children(ctx context.Context, db bun.IDB, e edge, roots map[int64]int64) (found []child, err error) {
	id := bun.Safe("0")
	if e.HasID {
		id = "id"
	}
	yields := "false"
	if y := p.yields[e.Child]; slices.Contains(y.columns, e.Col) {
		yields = y.condition
	}
	err = db.NewRaw(`SELECT ? AS id, ? AS parent, ? AS yields FROM ? WHERE ? IN (?) LIMIT ?`, id, bun.Ident(e.Col),
		bun.Safe(yields), bun.Safe(e.Child), bun.Ident(e.Col), bun.List(slices.Sorted(maps.Keys(roots))), mostAlong).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("look what goes along in %s: %w", e.Child, err)
	}
	return found, nil
}

// count finds how many rows there are of which only the first ones were looked at: exactly, where they go along and nothing
// refers to them.
func (p *plan) count(ctx context.Context, db bun.IDB, all []edge, e edge, roots map[int64]int64) error {
	p.cut = true
	leads := slices.ContainsFunc(all, func(other edge) bool { return other.Parent == e.Child })
	if e.OnDelete != "c" || leads {
		p.least = true
		return nil
	}
	var total int
	err := db.NewRaw(`SELECT count(*) FROM ? WHERE ? IN (?)`, bun.Safe(e.Child), bun.Ident(e.Col), bun.List(slices.Sorted(maps.Keys(roots)))).
		Scan(ctx, &total)
	if err != nil {
		return fmt.Errorf("count what goes along in %s: %w", e.Child, err)
	}
	p.more[e.Child] += max(total-mostAlong, 0)
	return nil
}

// amount is how many rows of a table are concerned.
func (v *visit) amount(p *plan, table string, n int) string {
	if p.least {
		return v.say(lang.M("%s: at least %d", v.tableName(table), n))
	}
	return v.say(lang.M("%s: %d", v.tableName(table), n))
}

// tableName is what people call a table.
func (v *visit) tableName(table string) string {
	if name := v.a.called(table); !name.Empty() {
		return v.say(name)
	}
	return table
}

// group is records of one kind on a confirmation.
type group struct {
	Title string
	Names []string
	More  string
}

// named is how many records of a kind a confirmation names.
const named = 5

// going are the groups that go along, and the permissions for them that the person lacks.
func (v *visit) going(ctx context.Context, p *plan) (groups []group, lacking []string, err error) {
	for _, table := range slices.Sorted(maps.Keys(p.along)) {
		ids := p.along[table]
		total := len(ids) + p.more[table]
		g := group{Title: v.amount(p, table, total)}
		for _, e := range v.a.all() {
			if e.table() != table {
				continue
			}
			if v.lacks(e.face()) {
				lacking = append(lacking, v.say(lang.M("You do not have the permission to delete %s.", e.face().many)))
			}
			if !v.may(e.face(), view) { // how many there are has to be known, not which
				continue
			}
			records, err := e.offer().named(ctx, ids[:min(len(ids), named)])
			if err != nil {
				return nil, nil, err
			}
			for _, r := range records {
				g.Names = append(g.Names, r.Name)
			}
			if more := total - len(records); more > 0 && len(records) > 0 {
				g.More = v.say(lang.N("and %d more", "and %d more", more, more))
			}
		}
		groups = append(groups, g)
	}
	return groups, lacking, nil
}

// lacks tells whether the person may not delete what goes along. What nobody deletes by itself needs no permission: it
// goes with what it belongs to. So does what the entity says that it takes.
func (v *visit) lacks(f face) bool {
	return f.deletes && !v.may(f, remove) && !slices.Contains(v.e.face().takes, f.key())
}

// unlinked are the groups that stay without what is deleted.
func (v *visit) unlinked(p *plan) (groups []group) {
	for _, table := range slices.Sorted(maps.Keys(p.loose)) {
		stays := p.loose[table]
		maps.DeleteFunc(stays, func(id int64, _ bool) bool { return slices.Contains(p.along[table], id) })
		if len(stays) == 0 { // all of them go along by another way
			continue
		}
		groups = append(groups, group{Title: v.amount(p, table, len(stays))})
	}
	return groups
}

// why says what refuses that a record is deleted.
func (v *visit) why(p *plan, id int64) string {
	text := ""
	for _, table := range slices.Sorted(maps.Keys(p.blocks[id])) {
		if text != "" {
			text += ", "
		}
		text += v.amount(p, table, len(p.blocks[id][table]))
	}
	return text
}

// refusing leads to rows that refuse a record's delete, a handful of each table.
func (p *plan) refusing(id int64) (links []views.Link) {
	for _, table := range slices.Sorted(maps.Keys(p.blocks[id])) {
		most := len(links) + named
		for _, row := range slices.Sorted(maps.Keys(p.blocks[id][table])) {
			if link, known := p.links[table][row]; known && len(links) < most {
				links = append(links, link)
			}
		}
	}
	return links
}

// know loads links to what refuses, as far as the person may see it: of a handful of records each, and of each table once.
func (v *visit) know(ctx context.Context, p *plan) error {
	refusing := map[string][]int64{}
	for _, id := range slices.Sorted(maps.Keys(p.blocks)) {
		for table, found := range p.blocks[id] {
			ids := slices.Sorted(maps.Keys(found))
			refusing[table] = append(refusing[table], ids[:min(len(ids), named)]...)
		}
	}
	p.links = map[string]map[int64]views.Link{}
	for _, e := range v.a.entities {
		ids := refusing[e.table()]
		if len(ids) == 0 || !e.face().on || !v.may(e.face(), view) {
			continue
		}
		records, err := e.offer().named(ctx, ids[:min(len(ids), mostNamed)])
		if err != nil {
			return err
		}
		p.links[e.table()] = map[int64]views.Link{}
		for _, r := range records {
			p.links[e.table()][r.ID] = views.Link{Text: r.Name, Href: e.face().record(v.a, r.ID, change)}
		}
	}
	return nil
}

// mostNamed bounds how many of a table know loads.
const mostNamed = 100
