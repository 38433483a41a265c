package admin

import (
	"context"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/fault"
	"ams/app/field"
	"ams/app/lang"
	"ams/views"
)

// Inline is a table of records that belong to the record of a form.
type Inline[M any] interface {
	// open loads the rows; nil when the person may not see them.
	open(v *visit, owner int64, writable bool) (openTable, error)
	told(v *visit, d difference) (changeLine, bool)
}

// openTable is an Inline in one request.
type openTable interface {
	read(v *visit, typed url.Values, p *fault.Fields) error
	show(v *visit, typed url.Values, p fault.Fields) (inlineTable, []views.Field, error)
	save(ctx context.Context, tx bun.Tx, v *visit) ([]difference, error)
	grave(by access.Holder) bool // what is written has to be proved
	overtaken() bool             // a row that the form changes was changed by somebody else since the form was opened
}

// Table declares an Inline with one line for each row. C is its Bun model, with the column id.
type Table[M, C any] struct {
	Key    string
	Entity string // whose permissions count: "account.emailaddress"
	Label  lang.Message
	Column string // foreign key to the record
	Order  string
	Title  func(*C) string
	Fields []field.Field[C]
	New    func(owner int64) *C
	Keep   func(*C) bool // rows that cannot be ticked for deletion; nil: none
	Write  Writer[C]
	Blank  int // empty rows for new records
	// Load gives the rows instead of Column and Order, for what is no plain table; may be nil.
	Load func(ctx context.Context, db bun.IDB, owner int64) ([]*C, error)
	// Part means that the rows are parts of the record: who may change it may add and delete them, too.
	Part bool
	// To is the page of a row's record, where its first value leads unless it is asked for; nil: nowhere.
	To func(*C) string
	// First tells which rows stand for what is not stored yet: a value in them needs the permission to add. nil: none.
	First func(*C) bool
	// Stack puts the fields of the rows beneath each other, as a section of the form; they say by themselves what they ask.
	Stack bool
}

// mostRows bounds a table; more belong into a list of their own.
const mostRows = 200

// opened is a Table in one request.
type opened[C any] struct {
	t                           tableOf[C]
	rows                        []*row[C]
	adds, firsts, changes, cuts bool
	stale                       bool
}

// tableOf is a Table without the model of the form it stands in.
type tableOf[C any] struct {
	key, label string
	title      func(*C) string
	fields     []field.Field[C]
	keep       func(*C) bool
	to         func(*C) string
	first      func(*C) bool
	write      Writer[C]
	stack      bool
}

// row is one record: as it was, and as it is to be.
type row[C any] struct {
	token         string
	before, after *C
	gone          bool
}

// face is that of the entity whose permissions count, also where the entity itself is switched off.
func (t Table[M, C]) face(v *visit) face {
	if e, ok := v.a.find(t.Entity); ok {
		return e.face()
	}
	app, model, _ := strings.Cut(t.Entity, ".")
	return face{app: app, model: model}
}

// verb is the permission that an act on a row needs.
func (t Table[M, C]) verb(act string) string {
	if t.Part {
		return change
	}
	return act
}

func (t Table[M, C]) open(v *visit, owner int64, writable bool) (openTable, error) {
	f := t.face(v)
	if !v.may(f, view) {
		return nil, nil
	}
	load := t.Load
	if load == nil {
		load = t.plain
	}
	rows, err := load(v.c.Context(), v.a.db, owner)
	if err != nil {
		return nil, err
	}
	o := &opened[C]{
		t:       tableOf[C]{t.Key, v.say(t.Label), t.Title, t.Fields, t.Keep, t.To, t.First, t.Write, t.Stack},
		changes: writable && t.Write.Update != nil && v.may(f, change),
		firsts:  writable && t.Write.Update != nil && v.may(f, add),
		adds:    writable && t.Write.Create != nil && v.may(f, t.verb(add)),
		cuts:    writable && t.Write.Delete != nil && v.may(f, t.verb(remove)),
	}
	meta := v.a.db.Table(reflect.TypeFor[C]())
	for _, c := range rows {
		after := *c
		id := meta.FieldMap["id"].Value(reflect.ValueOf(c).Elem()).Int()
		o.rows = append(o.rows, &row[C]{token: strconv.FormatInt(id, 10), before: c, after: &after})
	}
	for i := range t.Blank {
		if o.adds {
			o.rows = append(o.rows, &row[C]{token: "new" + strconv.Itoa(i+1), after: t.New(owner)})
		}
	}
	return o, nil
}

// plain reads the rows of a table that belong to the record.
func (t Table[M, C]) plain(ctx context.Context, db bun.IDB, owner int64) (rows []*C, err error) {
	q := db.NewSelect().Model(&rows).Where("? = ?", bun.Ident(t.Column), owner).OrderExpr(t.Order).Limit(mostRows)
	if err = q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("load %s of %d: %w", t.Key, owner, err)
	}
	return rows, nil
}

func (o *opened[C]) takes(r *row[C], f field.Field[C]) bool {
	meta := f.Meta()
	if meta.ReadOnly || !f.Asked(r.after) {
		return false
	}
	if r.before == nil {
		return o.adds
	}
	return o.mayChange(r) && !meta.OnceOnly
}

// mayChange tells whether the person may change a row that is there.
func (o *opened[C]) mayChange(r *row[C]) bool {
	return o.changes || o.firsts && o.t.first != nil && o.t.first(r.before)
}

func (o *opened[C]) overtaken() bool { return o.stale }

// inputWas carries what a row was when the form was opened. Rows have no version of their own that the form could hold.
const inputWas = "was"

// compare looks at what a row was when the form was opened. A row that the person left alone stays as somebody else has
// made it since.
func (o *opened[C]) compare(r *row[C], answer url.Values) {
	if r.before == nil || !answer.Has(inputWas) {
		return
	}
	was := strings.ReplaceAll(answer.Get(inputWas), "\r\n", "\n") // as browsers send what had "\n"
	switch {
	case was == o.print(r.before):
	case !r.gone && o.print(r.after) == was:
		*r.after = *r.before
	default:
		o.stale = true
	}
}

func (o *opened[C]) prefix(r *row[C]) string { return o.t.key + "." + r.token + "." }

// read takes the answers of each row; an empty new row is none.
func (o *opened[C]) read(v *visit, typed url.Values, p *fault.Fields) error {
	for _, r := range o.rows {
		answer := below(typed, o.prefix(r))
		r.gone = r.before != nil && o.mayCut(r) && answer.Get("DELETE") != ""
		blank := !slices.ContainsFunc(flat(answer), func(s string) bool { return strings.TrimSpace(s) != "" })
		if r.gone {
			o.compare(r, answer)
		}
		if r.gone || r.before == nil && blank {
			continue
		}
		var mine fault.Fields
		for _, f := range o.t.fields {
			if !o.takes(r, f) {
				continue
			}
			if err := f.Read(v.c.Context(), answer, r.after, &mine); err != nil {
				return err
			}
		}
		o.compare(r, answer)
		for _, problem := range mine.List() {
			p.Add(o.prefix(r)+problem.Name, problem.Text)
		}
	}
	return nil
}

func (o *opened[C]) mayCut(r *row[C]) bool { return o.cuts && (o.t.keep == nil || !o.t.keep(r.before)) }

func below(all url.Values, prefix string) url.Values {
	out := url.Values{}
	for name, values := range all {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			out[rest] = values
		}
	}
	return out
}

func flat(v url.Values) (all []string) {
	for _, values := range v {
		all = append(all, values...)
	}
	return all
}

// save writes what changed: deletions first, because what they free may be taken again.
func (o *opened[C]) save(ctx context.Context, tx bun.Tx, v *visit) (changes []difference, err error) {
	for _, r := range o.rows {
		if !r.gone {
			continue
		}
		if err := o.located(r, o.t.write.Delete(ctx, tx, v.by, r.before)); err != nil {
			return nil, err
		}
		changes = append(changes, difference{Field: o.t.key, Before: o.t.title(r.before)})
	}
	for _, r := range o.rows {
		if r.gone || o.same(r) {
			continue
		}
		if r.before == nil {
			err = o.t.write.Create(ctx, tx, v.by, r.after)
		} else {
			err = o.t.write.Update(ctx, tx, v.by, r.before, r.after)
		}
		if err := o.located(r, err); err != nil {
			return nil, err
		}
		changes = append(changes, o.differences(r)...)
	}
	return changes, nil
}

// same tells whether a row is to be as it was, or is a new one that nobody filled in.
func (o *opened[C]) same(r *row[C]) bool {
	before := r.before
	if before == nil {
		before = new(C)
	}
	after := o.print(r.after)
	return after == "" && r.before == nil || after == o.print(before)
}

func (o *opened[C]) grave(by access.Holder) bool {
	return slices.ContainsFunc(o.rows, func(r *row[C]) bool {
		if r.gone {
			return o.t.write.grave(by, r.before, nil)
		}
		return !o.same(r) && o.t.write.grave(by, r.before, r.after)
	})
}

// located puts the row into the names of the inputs that a writer complains about.
func (o *opened[C]) located(r *row[C], err error) error {
	p, ok := fault.Problems(err)
	if !ok {
		return err
	}
	var mine fault.Fields
	for _, f := range p.List() {
		mine.Add(o.prefix(r)+f.Name, f.Text)
	}
	return fault.Invalid(mine)
}

// differences are the values of a row that changed; those of a new row were empty before.
func (o *opened[C]) differences(r *row[C]) (all []difference) {
	before := r.before
	if before == nil {
		before = new(C)
	}
	for _, f := range o.t.fields {
		if was, is := f.Raw(before), f.Raw(r.after); was != is {
			if r.before == nil {
				was = ""
			}
			all = append(all, difference{Field: o.t.key + "." + f.Meta().Key, Row: o.t.title(r.after), Before: was, After: is})
		}
	}
	return all
}

// told puts a change of a row into words; ok is false for changes of something else. Who may not see the rows reads
// that something changed, and no more.
func (t Table[M, C]) told(v *visit, d difference) (line changeLine, ok bool) {
	if (d.Field == t.Key || strings.HasPrefix(d.Field, t.Key+".")) && !v.may(t.face(v), view) {
		return changeLine{Label: v.say(t.Label)}, true
	}
	if d.Field == t.Key {
		return changeLine{Label: v.say(t.Label), Before: d.Before, After: d.After}, true
	}
	for _, f := range t.Fields {
		if d.Field == t.Key+"."+f.Meta().Key {
			label := v.say(lang.M("%s: %s", d.Row, f.Meta().Label))
			return changeLine{Label: label, Before: f.Word(v.tr, d.Before), After: f.Word(v.tr, d.After)}, true
		}
	}
	return line, false
}

// print is the values of a row as one text, to tell whether it has changed.
func (o *opened[C]) print(c *C) string {
	var parts []string
	for _, f := range o.t.fields {
		if raw := f.Raw(c); raw != "" {
			parts = append(parts, raw)
		}
	}
	return strings.Join(parts, ", ")
}
