package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"ams/app/database"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

// questionPage is views/admin/question: what happens, what goes along, what stays, and the button.
type questionPage struct {
	views.Head
	Heading  views.Heading
	Lines    []string
	Names    []string
	Along    group
	Groups   []group
	Loose    []group
	LooseTop string
	Refused  []refusal
	Confirm  confirmed // absent where nothing has to be typed
	Action   string
	Hidden   []views.Hidden
	Submit   views.Submit // absent when nothing can be done
	Cancel   views.Link
}

// refusal is why something stays as it is, with links to what it is because of.
type refusal struct {
	Text  string
	Links []views.Link
}

func refusals(texts []string) (all []refusal) {
	for _, text := range texts {
		all = append(all, refusal{Text: text})
	}
	return all
}

func (b *bound[M]) needDelete(v *visit) error {
	if b.r.Write.Delete == nil {
		return fault.Forbidden(lang.M("Entries of this kind are never deleted by hand."))
	}
	return v.need(remove)
}

// doomed goes on with the record of the address, where the person may delete it and has proved who they are if they have to.
func (b *bound[M]) doomed(v *visit, goOn func(*M) error) error {
	if err := b.needDelete(v); err != nil {
		return err
	}
	return b.recordOf(v, func(m *M) error {
		if why := b.veto(v, m); !why.Empty() {
			return fault.Forbidden(why)
		}
		if b.r.Write.grave(v.by, m, nil) {
			if away, err := v.c.Prompt(); away || err != nil {
				return err
			}
		}
		return goOn(m)
	})
}

// askDelete asks before a record is deleted.
func (b *bound[M]) askDelete(v *visit) error {
	return b.doomed(v, func(m *M) error {
		page, err := b.deletePage(v, []*M{m})
		if err != nil {
			return err
		}
		record := v.onward(b.face().record(v.a, b.id(m), change))
		page.Head = v.head(v.say(lang.M("Delete")), v.listCrumb(), views.Crumb{Text: b.name(v, m), Href: record})
		page.Action, page.Cancel.Href = v.onward(b.face().record(v.a, b.id(m), remove)), record
		return web.Show(v.c, v.a.page.question, page)
	})
}

// deletePage tells what deleting these records means.
func (b *bound[M]) deletePage(v *visit, rows []*M) (questionPage, error) {
	var page questionPage
	var ids []int64
	for _, m := range rows {
		ids = append(ids, b.id(m))
	}
	p, err := b.plan(v.c.Context(), b.admin.db, ids)
	if err != nil {
		return page, err
	}
	if err := v.know(v.c.Context(), p); err != nil {
		return page, err
	}
	page.Heading.Title = v.say(lang.N("Delete %d entry?", "Delete %d entries?", len(rows), len(rows)))
	if len(rows) == 1 {
		page.Heading.Title = v.say(lang.M("Delete this %s?", b.r.One))
	}
	page.Names = b.names(v, rows)
	page.Lines = []string{v.say(lang.M("What is deleted cannot be brought back."))}
	var lacking []string
	if page.Groups, lacking, err = v.going(v.c.Context(), p); err != nil {
		return page, err
	}
	page.Along = group{Title: v.say(lang.M("This goes along"))}
	page.Loose, page.LooseTop = v.unlinked(p), v.say(lang.M("This stays, without the link"))
	for _, m := range rows {
		if len(p.blocks[b.id(m)]) > 0 {
			text := v.say(lang.M("%s cannot be deleted, because these belong to it: %s.", b.name(v, m), v.why(p, b.id(m))))
			page.Refused = append(page.Refused, refusal{strings.TrimSpace(text + " " + v.say(b.r.Instead)), p.refusing(b.id(m))})
		}
	}
	blocked := len(lacking) > 0 || len(page.Refused) == len(rows)
	page.Refused = append(page.Refused, refusals(lacking)...)
	page.Hidden = []views.Hidden{{Name: fieldSure, Value: "yes"}}
	page.Cancel = views.Link{Text: v.say(lang.M("Keep"))}
	if blocked {
		page.Lines, page.Groups, page.Loose = nil, nil, nil // nothing of it happens
		page.Cancel.Text = v.say(lang.M("Back"))
	} else {
		page.Submit = views.Submit{Text: v.say(lang.M("Delete")), Style: views.DangerNow, Icon: "trash"}
	}
	return page, nil
}

// names are the titles of records, a handful of them.
func (b *bound[M]) names(v *visit, rows []*M) (names []string) {
	for _, m := range rows[:min(len(rows), 2*named)] {
		names = append(names, b.name(v, m))
	}
	if more := len(rows) - len(names); more > 0 {
		names = append(names, v.say(lang.N("and %d more", "and %d more", more, more)))
	}
	return names
}

// delete deletes one record, or says why it stays.
func (b *bound[M]) delete(v *visit) error {
	return b.doomed(v, func(m *M) error { return b.remove(v, m) })
}

func (b *bound[M]) remove(v *visit, m *M) error {
	var out outcome
	err := b.admin.db.RunInTx(v.c.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		drop, err := b.dropper(ctx, tx, v, []int64{b.id(m)})
		if err != nil {
			return err
		}
		return b.each(ctx, tx, v, []int64{b.id(m)}, step[M]{name: remove, run: drop}, &out)
	})
	if err != nil {
		return err
	}
	if len(out.kept) > 0 {
		v.c.Flash(session.Failure, out.refusal(v))
		return web.Go(v.c, v.onward(b.face().record(v.a, b.id(m), change)))
	}
	v.done(lang.M("“%s” was deleted.", b.name(v, m)))
	return web.Go(v.c, v.back())
}

// dropper looks once at all that goes along with these records, and gives the function that deletes one of them where
// the foreign keys and the person's permissions allow it.
func (b *bound[M]) dropper(ctx context.Context, tx bun.Tx, v *visit, ids []int64) (func(context.Context, bun.Tx, *M) error, error) {
	p, err := b.plan(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	entities := v.a.all()
	return func(ctx context.Context, tx bun.Tx, m *M) error {
		id := b.id(m)
		if len(p.blocks[id]) > 0 {
			if b.r.Instead.Empty() {
				return fault.Conflict(lang.M("these belong to it: %s", v.why(p, id)))
			}
			return fault.Conflict(lang.M("these belong to it: %s. %s", v.why(p, id), b.r.Instead))
		}
		for _, e := range entities {
			takes := p.takes[id][e.table()] || p.cut && len(p.along[e.table()]) > 0 // rows beyond those that were looked at may belong to this record
			if takes && v.lacks(e.face()) {
				return fault.Conflict(lang.M("you do not have the permission to delete %s", e.face().many))
			}
		}
		return b.r.Write.Delete(ctx, tx, v.by, m)
	}, nil
}

// outcome is what came of an act on several records.
type outcome struct {
	done int
	kept []string // name and reason
}

// keep notes a record that stays as it is. The reason becomes a part of a sentence.
func (o *outcome) keep(v *visit, title string, reason lang.Message) {
	o.kept = append(o.kept, strings.TrimSuffix(v.say(lang.M("%s: %s", title, reason)), "."))
}

// refusal names what was not done, and why.
func (o outcome) refusal(v *visit) lang.Message {
	text := ""
	for i, k := range o.kept {
		if i == 2*named {
			more := len(o.kept) - i
			text += "; " + v.say(lang.N("and %d more", "and %d more", more, more))
			break
		}
		if i > 0 {
			text += "; "
		}
		text += k
	}
	return lang.M("Not done for %s.", text)
}

// step is an act on one record, and what the history keeps of it.
type step[M any] struct {
	name  string
	notes []difference
	run   func(context.Context, bun.Tx, *M) error
}

// each does something to every record, each in a savepoint: what one refuses does not stop the others.
func (b *bound[M]) each(ctx context.Context, tx bun.Tx, v *visit, ids []int64, do step[M], out *outcome) error {
	if err := b.holdWhole(ctx, tx, ids); err != nil {
		return err
	}
	strength := bun.Safe("NO KEY UPDATE") // rows that refer to these can still be added meanwhile
	if do.name == remove {
		strength = "UPDATE"
	}
	const hold = `SELECT id FROM ? WHERE id IN (?) ORDER BY id FOR ?`
	if _, err := tx.NewRaw(hold, b.meta().SQLName, bun.List(ids), strength).Exec(ctx); err != nil {
		return fmt.Errorf("lock %d rows of %s: %w", len(ids), b.table(), err)
	}
	rows, err := b.rows(ctx, tx, ids)
	if err != nil {
		return err
	}
	if err := b.grasp(ctx, tx, rows...); err != nil {
		return err
	}
	for _, m := range rows {
		reason := b.veto(v, m)
		if reason.Empty() {
			err := tx.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
				if err := b.record(ctx, tx, v, m, do.name, do.notes); err != nil {
					return err
				}
				if err := do.run(ctx, tx, m); err != nil || do.name == remove {
					return err
				}
				return b.touch(ctx, tx, b.id(m)) // whoever has the record's form open hears of it
			})
			if reason, err = told(err); err != nil {
				return err
			}
		}
		if reason.Empty() {
			out.done++
			continue
		}
		out.keep(v, b.name(v, m), reason)
	}
	return nil
}

// told makes a reason of an error that people may know; any other comes back.
func told(err error) (reason lang.Message, rest error) {
	if err == nil {
		return reason, nil
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		if p := f.Fields.List(); len(p) > 0 {
			return p[0].Text, nil
		}
		return f.Text, nil
	}
	if database.Constraint(err) != "" {
		return lang.M("other entries refer to it"), nil
	}
	return reason, err
}
