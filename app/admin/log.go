package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/lang"
	"ams/app/listing"
	"ams/app/web"
	"ams/views"
)

// entry is a row of what staff did.
type entry struct {
	bun.BaseModel `bun:"table:admin_log_entries,alias:le"`

	ID       int64 `bun:",pk,autoincrement"`
	At       time.Time
	UserID   int64 `bun:",nullzero"`
	UserName string
	Entity   string
	ObjectID int64
	Title    string
	Action   string
	Changes  json.RawMessage `bun:"type:jsonb"`
	// AboutUserID is whom the entry is about, whatever becomes of the record.
	AboutUserID int64 `bun:",nullzero"`

	Total int `bun:",scanonly"` // entries of the record's history
}

// difference is one value before and after.
type difference struct {
	Field  string `json:"field"`
	Row    string `json:"row,omitempty"` // of a table that belongs to the record
	Before string `json:"before"`
	After  string `json:"after"`
}

// record writes what was done to a record, in the transaction that does it.
func (b *bound[M]) record(ctx context.Context, tx bun.Tx, v *visit, m *M, action string, changes []difference) error {
	if changes == nil {
		changes = []difference{}
	}
	data, err := json.Marshal(changes)
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	e := entry{Entity: b.face().key(), ObjectID: b.id(m), Title: b.r.Title(m), Action: action, Changes: data}
	if b.r.Subject != nil {
		e.AboutUserID = b.r.Subject(m)
	}
	return b.admin.write(ctx, tx, v.by, e)
}

// Note writes into the history of a record what somebody did to it elsewhere, in the transaction that does it.
func (a *Admin) Note(ctx context.Context, tx bun.Tx, by access.Holder, entity string, id int64, title, action string) error {
	return a.write(ctx, tx, by, entry{Entity: entity, ObjectID: id, Title: title, Action: action, Changes: json.RawMessage("[]")})
}

func (a *Admin) write(ctx context.Context, db bun.IDB, by access.Holder, e entry) error {
	e.At, e.UserID, e.UserName = a.clock.Now(), by.ID, by.Name
	if _, err := db.NewInsert().Model(&e).Exec(ctx); err != nil {
		return fmt.Errorf("write history of %s %d: %w", e.Entity, e.ObjectID, err)
	}
	return nil
}

// historyOf is what was done to a record, the newest first: limit entries from the one at after, each with the number
// of all. Where the record is a person, parts are the entities of whose entries those about the person come along.
func historyOf(ctx context.Context, db bun.IDB, key string, id int64, after, limit int, parts ...string) (all []entry, err error) {
	q := db.NewSelect().Model(&all).ColumnExpr("le.*, count(*) OVER () AS total").Where("le.entity = ? AND le.object_id = ?", key, id).
		Order("le.id DESC").Offset(int64(after)).Limit(int64(limit))
	if len(parts) > 0 {
		q.WhereOr("le.about_user_id = ? AND le.entity IN (?)", id, bun.List(parts))
	}
	if err = q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("load history of %s %d: %w", key, id, err)
	}
	return all, nil
}

func recentOf(ctx context.Context, db bun.IDB, person int64) (all []entry, err error) {
	const shown = 10
	if err = db.NewSelect().Model(&all).Where("le.user_id = ?", person).Order("le.id DESC").Limit(shown).Scan(ctx); err != nil {
		return nil, fmt.Errorf("load what user %d did: %w", person, err)
	}
	return all, nil
}

// entryLine is one act as people read it.
type entryLine struct {
	When, Exact string
	Who         string
	What        string
	Record      views.Link
	Part        views.Link // the record, where it is only a part of the one that is shown
	Changes     []changeLine
}

// changeLine is one changed value as people read it.
type changeLine struct{ Label, Before, After string }

// lines are entries of any entity, without their values.
func (v *visit) lines(entries []entry) []entryLine {
	now := v.a.clock.Now()
	var out []entryLine
	for _, e := range entries {
		l := entryLine{
			When: v.tr.Relative(e.At, now), Exact: v.tr.Moment(e.At), Who: e.UserName,
			What: v.actName(e.Entity, e.Action), Record: views.Link{Text: e.Title},
		}
		if other, ok := v.a.find(e.Entity); ok && e.ObjectID != 0 && v.may(other.face(), view) {
			page := change
			if e.Action == remove {
				page = history
			}
			l.Record.Href = other.face().record(v.a, e.ObjectID, page)
		}
		out = append(out, l)
	}
	return out
}

func (a *Admin) find(key string) (entity, bool) {
	if a == nil {
		return nil, false
	}
	for _, e := range a.entities {
		if e.face().key() == key {
			return e, true
		}
	}
	return nil, false
}

// actName is what was done; acts of an entity's own are told by their label.
func (v *visit) actName(key, action string) string {
	switch action {
	case add:
		return v.say(lang.M("Added"))
	case change:
		return v.say(lang.M("Changed"))
	case remove:
		return v.say(lang.M("Deleted"))
	}
	for _, a := range []*Admin{v.a, v.a.beside} {
		if e, ok := a.find(key); ok && !e.actLabel(action).Empty() {
			return v.say(e.actLabel(action))
		}
	}
	return action
}

func (b *bound[M]) actLabel(name string) lang.Message {
	for _, a := range b.r.Actions {
		if a.Name == name {
			return a.Label
		}
	}
	for _, d := range b.r.Deeds {
		if d.Name == name {
			return d.Label
		}
	}
	return lang.Message{}
}

// values adds what changed to the lines of this entity and of its parts.
func (b *bound[M]) values(v *visit, entries []entry) []entryLine {
	lines := v.lines(entries)
	for i, e := range entries {
		of := entity(b)
		if part, ok := v.a.find(e.Entity); ok && e.Entity != b.face().key() {
			of, lines[i].Part = part, views.Link{Text: e.Title, Href: part.face().record(v.a, e.ObjectID, history)}
			lines[i].What = v.say(lang.M("%s: %s", part.face().many, lines[i].What))
		}
		lines[i].Changes = of.changes(v, e)
	}
	return lines
}

func (b *bound[M]) changes(v *visit, e entry) (lines []changeLine) {
	var changes []difference
	if json.Unmarshal(e.Changes, &changes) != nil {
		return nil
	}
	for _, d := range changes {
		lines = append(lines, b.told(v, e.Action, d))
	}
	return lines
}

// parts are those whose history this person may see.
func (b *bound[M]) parts(v *visit) (keys []string) {
	for _, key := range b.r.Parts {
		if part, ok := v.a.find(key); ok && v.may(part.face(), view) {
			keys = append(keys, key)
		}
	}
	return keys
}

// told puts a change into words. Of a value that this administration does not ask for, people read that it changed and no more.
func (b *bound[M]) told(v *visit, action string, d difference) changeLine {
	if line, ok := b.answered(v, action, d); ok {
		return line
	}
	for _, f := range append(b.fields(b.r.Sections), b.fields(b.r.Add)...) {
		if f.Meta().Key == d.Field {
			return changeLine{Label: v.say(f.Meta().Label), Before: f.Word(v.tr, d.Before), After: f.Word(v.tr, d.After)}
		}
	}
	for _, in := range b.r.Inlines {
		if line, ok := in.told(v, d); ok {
			return line
		}
	}
	if b.admin.place.Whole {
		if e, ok := b.admin.beside.find(b.face().key()); ok && b.admin.beside.place.Enter(v.c) == nil {
			return e.told(v, action, d)
		}
	}
	return changeLine{Label: v.say(lang.M("Something that is looked after elsewhere"))}
}

// historyPage is views/admin/history.
type historyPage struct {
	views.Head
	Heading views.Heading
	Lines   []entryLine
	Pager   views.Pager
	Empty   views.Empty
}

// history is the last segment of its address.
const history = "history"

// history shows all that staff did to a record, also to one that is gone.
func (b *bound[M]) history(v *visit) error {
	if err := v.need(view); err != nil {
		return err
	}
	id, ok := v.recordID()
	if !ok {
		return v.gone()
	}
	rows, err := b.rows(v.c.Context(), b.admin.db, []int64{id})
	if err != nil {
		return err
	}
	at := listing.Parse(v.c.Values(), nil, nil)
	entries, err := historyOf(v.c.Context(), b.admin.db, b.face().key(), id, (at.Page-1)*listing.Size, listing.Size, b.parts(v)...)
	if err != nil {
		return err
	}
	if len(entries) == 0 && at.Page > 1 {
		return web.Go(v.c, v.onward(b.face().record(v.a, id, history)))
	}
	if len(rows)+len(entries) == 0 {
		return v.gone()
	}
	crumbs := []views.Crumb{v.listCrumb()}
	name := ""
	if len(rows) > 0 {
		name = b.name(v, rows[0])
		crumbs = append(crumbs, views.Crumb{Text: name, Href: v.onward(b.face().record(v.a, id, change))})
	} else {
		name = entries[0].Title
	}
	title := v.say(lang.M("History"))
	page := historyPage{
		Head:    v.head(title, crumbs...),
		Heading: views.Heading{Title: title, Under: name}, Lines: b.values(v, entries),
	}
	if len(entries) > 0 {
		page.Pager = b.historyPager(v, id, at.Page, entries[0].Total)
	}
	if len(page.Lines) == 0 {
		page.Empty = views.Empty{Icon: "clock-history", Title: v.say(lang.M("Nothing has been changed here yet"))}
	}
	return web.Show(v.c, v.a.page.history, page)
}

func (b *bound[M]) historyPager(v *visit, id int64, page, total int) views.Pager {
	address := func(n int) string {
		return v.onward(b.face().record(v.a, id, history) + listing.View{Page: n}.Query())
	}
	return views.NewPager("history-pager", v.say(lang.M("Pages of the history")), page, (total+listing.Size-1)/listing.Size, address)
}
