package admin

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"ams/app/database"
	"ams/app/fault"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/session"
	"ams/app/web"
)

// errStale says that somebody saved the record after its form was opened.
var errStale = errors.New("the record has changed meanwhile")

// read takes the answers that this person may give into the draft, and notes what is wrong with them.
func (b *bound[M]) read(v *visit, d *draft[M]) error {
	d.typed = v.c.Posted()
	for _, f := range b.fields(b.sections(d.adding)) {
		read := b.keep
		if b.takes(v, d, f) {
			read = b.take
		}
		if err := read(v, d, f); err != nil {
			return err
		}
	}
	for _, t := range d.tables {
		if err := t.read(v, d.typed, &d.problems); err != nil {
			return err
		}
	}
	return nil
}

func (b *bound[M]) take(v *visit, d *draft[M], f field.Field[M]) error {
	return f.Read(v.c.Context(), d.typed, d.m, &d.problems)
}

// keep refuses another value of what is asked only once. No form of ours sends one; whoever does hears that it is not stored.
func (b *bound[M]) keep(v *visit, d *draft[M], f field.Field[M]) error {
	meta := f.Meta()
	if !meta.OnceOnly || d.adding || !d.writable || !d.typed.Has(meta.Key) {
		return nil
	}
	other, wrong := *d.m, fault.Fields{}
	if err := f.Read(v.c.Context(), d.typed, &other, &wrong); err != nil {
		return err
	}
	if wrong.Any() || f.Raw(&other) != f.Raw(d.m) {
		d.problems.Add(meta.Key, lang.M("“%s” cannot be changed any more.", meta.Label))
	}
	return nil
}

// checkDraft adds what the domain has against the record, but for fields that are refused already.
func (b *bound[M]) checkDraft(v *visit, before *M, d *draft[M]) error {
	if b.r.Check == nil {
		return nil
	}
	wrong, err := b.r.Check(v.c.Context(), b.admin.db, before, d.m)
	known := d.problems
	for _, p := range wrong.List() {
		if !refuses(known, p.Name) {
			d.problems.Add(p.Name, p.Text)
		}
	}
	return err
}

// refuses tells whether a field is refused, in one language or as a whole.
func refuses(p fault.Fields, name string) bool {
	return slices.ContainsFunc(p.List(), func(f fault.Field) bool { return f.Name == name || strings.HasPrefix(f.Name, name+"_") })
}

// create stores a new record.
func (b *bound[M]) create(v *visit) error {
	if err := b.needAdd(v); err != nil {
		return err
	}
	d := &draft[M]{m: b.fresh(), adding: true, writable: true}
	if err := b.read(v, d); err != nil {
		return err
	}
	if v.c.Form(FieldMore) != "" {
		return b.more(v, d, b.addPage)
	}
	if err := b.checkDraft(v, nil, d); err != nil {
		return err
	}
	if !d.problems.Any() && b.r.Write.grave(v.by, nil, d.m) {
		if away, err := v.prove(); away {
			return err
		}
	}
	if !d.problems.Any() {
		err := b.insert(v, d)
		if err == nil {
			return b.stored(v, d, lang.M("“%s” was added.", b.name(v, d.m)))
		}
		if err := b.refused(d, err); err != nil {
			return err
		}
	}
	page, err := b.addPage(v, d)
	if err != nil {
		return err
	}
	return web.Invalid(v.c, v.a.page.form, page, v.a.form, page.Form)
}

// grave tells whether a save has to be proved.
func (b *bound[M]) grave(v *visit, before *M, d *draft[M]) bool {
	return b.r.Write.grave(v.by, before, d.m) || slices.ContainsFunc(d.tables, func(t openTable) bool { return t.grave(v.by) })
}

// prove sends people away who have to prove first who they are. What they typed is not kept meanwhile.
func (v *visit) prove() (away bool, err error) {
	way, err := v.c.Proof()
	if err != nil || way == "" {
		return err != nil, err
	}
	v.c.Flash(session.Info, lang.M("Confirm that it is you, then make the change again."))
	return true, web.Go(v.c, way)
}

func (b *bound[M]) insert(v *visit, d *draft[M]) error {
	ctx := v.c.Context()
	if b.r.Prepare != nil {
		if err := b.r.Prepare(ctx, d.m); err != nil {
			return err
		}
	}
	return b.admin.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := b.r.Write.Create(ctx, tx, v.by, d.m); err != nil {
			return err
		}
		if err := b.after(ctx, tx, v, d.m); err != nil {
			return err
		}
		return b.record(ctx, tx, v, d.m, add, nil)
	})
}

func (b *bound[M]) after(ctx context.Context, tx bun.Tx, v *visit, m *M) error {
	if b.r.After == nil {
		return nil
	}
	return b.r.After(ctx, tx, v.by, m)
}

// stored tells of a save that is done, and leads on.
func (b *bound[M]) stored(v *visit, d *draft[M], done lang.Message) error {
	v.done(done)
	if b.r.Stored != nil {
		b.r.Stored(v.c, d.m)
	}
	return b.next(v, d)
}

// next is where people go after a save, as they chose. What the record's own page would warn of is told elsewhere, too.
func (b *bound[M]) next(v *visit, d *draft[M]) error {
	another := v.c.Form("_addanother") != ""
	if !another && (v.c.Form("_continue") != "" || d.adding && b.r.Stay) {
		return web.Go(v.c, v.onward(b.face().record(v.a, b.id(d.m), change)))
	}
	if err := b.warn(v, b.id(d.m)); err != nil {
		return err
	}
	if another {
		return web.Go(v.c, v.onward(b.face().adding(v.a)))
	}
	return web.Go(v.c, v.back())
}

// warn tells what is to be known of a record that was just saved.
func (b *bound[M]) warn(v *visit, id int64) error {
	if b.r.Notes == nil {
		return nil
	}
	m, found, err := b.one(v.c.Context(), b.admin.db, id)
	if err != nil || !found {
		return err
	}
	for _, n := range b.r.Notes(m) {
		if n.Warns {
			v.c.Flash(session.Warning, n.Text)
		}
	}
	return nil
}

// update stores a changed record.
func (b *bound[M]) update(v *visit) error {
	if b.r.Write.Update == nil {
		return fault.Forbidden(lang.M("Entries of this kind are not changed by hand."))
	}
	if err := v.need(change); err != nil {
		return err
	}
	return b.recordOf(v, func(before *M) error {
		if why := b.veto(v, before); !why.Empty() {
			return fault.Forbidden(why)
		}
		return b.change(v, before)
	})
}

func (b *bound[M]) change(v *visit, before *M) error {
	after := *before
	d, err := b.open(v, &after)
	if err != nil {
		return err
	}
	if err := b.read(v, d); err != nil {
		return err
	}
	if v.c.Form(b.counter()) != strconv.FormatInt(d.version, 10) || slices.ContainsFunc(d.tables, openTable.overtaken) {
		err = errStale
	}
	if err == nil && v.c.Form(FieldMore) != "" {
		return b.more(v, d, b.changePage)
	}
	if err == nil {
		if err := b.checkDraft(v, before, d); err != nil {
			return err
		}
	}
	if err == nil && !d.problems.Any() && b.grave(v, before, d) {
		if away, err := v.prove(); away {
			return err
		}
	}
	if err == nil && !d.problems.Any() {
		if err = b.store(v, before, d); err == nil {
			return b.stored(v, d, lang.M("“%s” was saved.", b.name(v, d.m)))
		}
	}
	if errors.Is(err, errStale) {
		err = b.tellStale(v, d)
	} else if err != nil {
		err = b.refused(d, err)
	}
	if err != nil {
		return err
	}
	page, err := b.changePage(v, d)
	if err != nil {
		return err
	}
	return web.Invalid(v.c, v.a.page.form, page, v.a.form, page.Form)
}

// store writes the record, its tables and its history in one transaction, unless somebody was faster.
func (b *bound[M]) store(v *visit, before *M, d *draft[M]) error {
	ctx := v.c.Context()
	if b.r.Prepare != nil {
		if err := b.r.Prepare(ctx, d.m); err != nil {
			return err
		}
	}
	changes, err := b.differences(ctx, v, before, d)
	if err != nil {
		return err
	}
	return b.admin.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		current, err := b.lock(ctx, tx, b.id(before), d.m)
		if err != nil {
			return err
		}
		if current != b.version(before) {
			return errStale
		}
		if err := b.r.Write.Update(ctx, tx, v.by, before, d.m); err != nil {
			return err
		}
		for _, t := range d.tables {
			more, err := t.save(ctx, tx, v)
			if err != nil {
				return err
			}
			changes = append(changes, more...)
		}
		if err := b.after(ctx, tx, v, d.m); err != nil {
			return err
		}
		if err := b.touch(ctx, tx, b.id(before)); err != nil {
			return err
		}
		return b.record(ctx, tx, v, d.m, change, changes)
	})
}

func (b *bound[M]) differences(ctx context.Context, v *visit, before *M, d *draft[M]) (all []difference, err error) {
	for _, f := range b.fields(b.sections(d.adding)) {
		if !b.takes(v, d, f) || f.Raw(before) == f.Raw(d.m) {
			continue
		}
		one := difference{Field: f.Meta().Key}
		if one.Before, err = f.Record(ctx, before); err != nil {
			return nil, err
		}
		if one.After, err = f.Record(ctx, d.m); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// tellStale says who was faster. The draft takes the new version, so that sending it again goes through.
func (b *bound[M]) tellStale(v *visit, d *draft[M]) error {
	ctx := v.c.Context()
	rows, err := b.rows(ctx, b.admin.db, []int64{b.id(d.m)})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return fault.Conflict(lang.M("This record has been deleted meanwhile."))
	}
	d.version = b.version(rows[0])
	last, err := historyOf(ctx, b.admin.db, b.face().key(), b.id(d.m), 0, 1)
	if err != nil {
		return err
	}
	if len(last) == 0 || last[0].UserID == v.by.ID { // most of what members do leaves no trace in the history, and nobody is faster than themselves
		d.problems.Add("", lang.M("Somebody saved this record while you had it open, perhaps you in another window. What you entered is still here: save again to keep yours."))
		return nil
	}
	d.problems.Add("", lang.M("%s saved this record on %s, while you had it open. What you entered is still here: save again to keep yours.",
		last[0].UserName, last[0].At))
	return nil
}

// refused notes in the draft what a service or the schema said against it; any other error comes back.
func (b *bound[M]) refused(d *draft[M], err error) error {
	if p, ok := fault.Problems(err); ok {
		for _, f := range p.List() {
			d.problems.Add(f.Name, f.Text)
		}
		return nil
	}
	if told, ok := errors.AsType[*fault.Error](err); ok && told.Kind == fault.Clash {
		d.problems.Add("", told.Text)
		return nil
	}
	constraint := database.Constraint(err)
	switch {
	case constraint != "" && b.r.Broken != nil:
		if key, text := b.r.Broken(constraint); !text.Empty() {
			d.problems.Add(key, text)
			return nil
		}
		fallthrough
	case constraint != "":
		d.problems.Add("", lang.M("This does not fit what is stored already. Check the values and try again."))
		return nil
	case database.Unfit(err):
		d.problems.Add("", lang.M("A value is longer or larger than can be stored. Shorten it and try again."))
		return nil
	}
	return err
}
