package admin

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"ams/app/fault"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/listing"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

// Names that the form of a list's own inputs sends: the button, and one value for each row, its id and version.
const (
	fieldSaveList = "_savelist"
	fieldRow      = "_row"
	editForm      = "edits"
)

// edits is what was typed into a list, and what is wrong with it.
type edits struct {
	typed    url.Values // nil until something was sent
	problems fault.Fields
}

// listEdits is the form that the inputs of a list belong to; they stand outside it.
type listEdits struct {
	ID, Action string
	Hidden     []views.Hidden
	Save       views.Submit // absent when nothing can be changed
}

// edited is a row as it was, and as it is to be.
type edited[M any] struct {
	before, after *M
	version       int64 // that the list showed
}

func rowPrefix(id int64) string { return "row-" + strconv.FormatInt(id, 10) + "." }

// edits tells whether the person can change anything in the list itself.
func (b *bound[M]) edits(v *visit) bool {
	return b.r.Write.Update != nil && v.may(b.face(), change) &&
		slices.ContainsFunc(b.r.Columns, func(c Column[M]) bool { return c.edit != nil })
}

// takesInList tells whether the list takes a value of a column for this row.
func (b *bound[M]) takesInList(v *visit, m *M, f field.Field[M]) bool {
	return f != nil && b.veto(v, m).Empty() && b.takes(v, &draft[M]{m: m, writable: true}, f)
}

// editCells puts inputs into the cells of one row of the table.
func (b *bound[M]) editCells(v *visit, m *M, e edits, table *views.Table, row int) ([]views.Field, error) {
	var controls []views.Field
	prefix := rowPrefix(b.id(m))
	for i, c := range b.r.Columns {
		if !b.takesInList(v, m, c.edit) {
			continue
		}
		var typed url.Values
		if slices.ContainsFunc(e.typed[fieldRow], func(row string) bool { id, _ := rowOf(row); return id == b.id(m) }) {
			typed = below(e.typed, prefix)
		}
		inputs, err := c.edit.Inputs(v.c.Context(), v.tr, m, typed)
		if err != nil {
			return nil, err
		}
		f := inputs[0]
		f.Name = prefix + f.Name
		f.ID = views.FieldID(f.Name)
		f.Label = v.say(lang.M("%s: %s", b.name(v, m), c.Label))
		f.Errors = v.c.Texts(e.problems.Of(f.Name))
		table.Edit(row, i, views.CellEdit{Form: editForm, Field: f})
		controls = append(controls, f)
	}
	return controls, nil
}

// editing completes the region of a list that can be changed in itself.
func (b *bound[M]) editing(v *visit, view listing.View, rows []*M, e edits, region *listRegion) error {
	if !b.edits(v) || len(rows) == 0 {
		return nil
	}
	if err := b.grasp(v.c.Context(), b.admin.db, rows...); err != nil {
		return err
	}
	var controls []views.Field
	for i, m := range rows {
		more, err := b.editCells(v, m, e, &region.Table, i)
		if err != nil {
			return err
		}
		region.Edits.Hidden = append(region.Edits.Hidden, views.Hidden{
			Name: fieldRow, Value: strconv.FormatInt(b.id(m), 10) + ":" + strconv.FormatInt(b.version(m), 10),
		})
		controls = append(controls, more...)
	}
	region.Problems = summary(v, e.problems, controls)
	region.Edits.ID, region.Edits.Action = editForm, b.face().path(v.a)+view.Query()
	region.Edits.Save = views.Submit{Text: v.say(lang.M("Save changes in the list")), Name: fieldSaveList, Value: "1", Style: views.Secondary}
	return nil
}

func rowOf(value string) (id, version int64) {
	first, second, _ := strings.Cut(value, ":")
	id, _ = strconv.ParseInt(first, 10, 64) // 0 is no row
	version, _ = strconv.ParseInt(second, 10, 64)
	return id, version
}

// saveList stores what was typed into a list: all of it or nothing.
func (b *bound[M]) saveList(v *visit) error {
	if !b.edits(v) {
		return refusedRight()
	}
	e := edits{typed: v.c.Posted()}
	changed, err := b.readEdits(v, &e)
	if err != nil {
		return err
	}
	if !e.problems.Any() {
		if slices.ContainsFunc(changed, func(c edited[M]) bool { return b.r.Write.grave(v.by, c.before, c.after) }) {
			if away, err := v.prove(); away {
				return err
			}
		}
		if err := b.storeEdits(v, changed, &e); err != nil {
			return err
		}
	}
	if e.problems.Any() {
		page, err := b.listPage(v, e)
		if err != nil {
			return err
		}
		return web.Invalid(v.c, v.a.page.list, page, v.a.region, page.Region)
	}
	if len(changed) == 0 {
		v.c.Flash(session.Info, lang.M("Nothing was changed."))
	} else {
		v.done(lang.N("%d entry was changed.", "%d entries were changed.", len(changed), len(changed)))
	}
	list := b.face().path(v.a)
	if v.c.HX() {
		return web.Back(v.c, list)
	}
	return web.Go(v.c, list+b.view(v).Query())
}

// readEdits gives the rows that are to change, in the order of their ids, so that two people who save at once wait for
// each other instead of both failing.
func (b *bound[M]) readEdits(v *visit, e *edits) (changed []edited[M], err error) {
	versions := map[int64]int64{}
	var ids []int64
	for _, row := range e.typed[fieldRow] {
		id, version := rowOf(row)
		if _, twice := versions[id]; !twice && len(ids) < listing.ShowAll {
			ids = append(ids, id)
		}
		versions[id] = version
	}
	slices.Sort(ids)
	rows, err := b.rows(v.c.Context(), b.admin.db, ids)
	if err != nil {
		return nil, err
	}
	if err := b.grasp(v.c.Context(), b.admin.db, rows...); err != nil {
		return nil, err
	}
	for _, before := range rows {
		after := *before
		differs := false
		for _, c := range b.r.Columns {
			if !b.takesInList(v, before, c.edit) {
				continue
			}
			var mine fault.Fields
			if err := c.edit.Read(v.c.Context(), below(e.typed, rowPrefix(b.id(before))), &after, &mine); err != nil {
				return nil, err
			}
			e.add(rowPrefix(b.id(before)), mine)
			differs = differs || c.edit.Raw(before) != c.edit.Raw(&after)
		}
		if differs {
			changed = append(changed, edited[M]{before, &after, versions[b.id(before)]})
		}
	}
	return changed, nil
}

func (e *edits) add(prefix string, problems fault.Fields) {
	for _, p := range problems.List() {
		e.problems.Add(prefix+p.Name, p.Text)
	}
}

// storeEdits writes all rows, or notes which of them was refused and why.
func (b *bound[M]) storeEdits(v *visit, changed []edited[M], e *edits) error {
	var at edited[M]
	err := b.admin.db.RunInTx(v.c.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		for _, at = range changed {
			current, err := b.lock(ctx, tx, b.id(at.before), at.after)
			if err != nil {
				return err
			}
			if current != at.version {
				return fault.Conflict(lang.M("Somebody saved “%s” while you had the list open. What you entered is still here: save again to keep yours.",
					b.name(v, at.before)))
			}
			changes, err := b.differences(ctx, v, at.before, &draft[M]{m: at.after, writable: true})
			if err != nil {
				return err
			}
			if err := b.r.Write.Update(ctx, tx, v.by, at.before, at.after); err != nil {
				return err
			}
			if err := b.record(ctx, tx, v, at.after, change, changes); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		return nil
	}
	var d draft[M]
	if err := b.refused(&d, err); err != nil {
		return err
	}
	e.add(rowPrefix(b.id(at.before)), d.problems)
	return nil
}
