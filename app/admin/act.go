package admin

import (
	"context"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"ams/app/lang"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

// deleteSelected is the action that every entity has which can be deleted.
const deleteSelected = "delete_selected"

// mostPicked bounds one bulk action: it holds the rows until it is done.
const mostPicked = 1_000

// actions are those that the person may do.
func (b *bound[M]) actions(v *visit) (all []Action[M]) {
	for _, a := range b.r.Actions {
		if v.by.May(b.rightOf(a)) {
			all = append(all, a)
		}
	}
	if b.r.Write.Delete != nil && v.may(b.face(), remove) {
		all = append(all, Action[M]{Name: deleteSelected, Label: lang.M("Delete"), Danger: true})
	}
	return all
}

func (b *bound[M]) rightOf(a Action[M]) string {
	if a.Right != "" {
		return a.Right
	}
	return b.face().code(change)
}

// act does something to the ticked rows, after asking where it has to be asked.
func (b *bound[M]) act(v *visit) error {
	if err := v.need(view); err != nil {
		return err
	}
	if v.c.Form(fieldSaveList) != "" {
		return b.saveList(v)
	}
	name := v.c.Form(fieldAction)
	at := slices.IndexFunc(b.actions(v), func(a Action[M]) bool { return a.Name == name })
	if at < 0 {
		if name == "" || name != deleteSelected && b.actLabel(name).Empty() {
			return b.again(v, lang.M("Choose what is to be done with the ticked entries."))
		}
		return refusedRight()
	}
	action := b.actions(v)[at]
	if action.Sheet != nil {
		return b.export(v, action)
	}
	ids, err := b.picked(v, mostPicked+1)
	if err != nil {
		return err
	}
	switch {
	case len(ids) == 0:
		return b.unticked(v)
	case len(ids) > mostPicked:
		return b.again(v, lang.M("At most %d entries can be handled at once. Narrow the list first.", mostPicked))
	}
	if away, err := b.proveAll(v, action, ids); away || err != nil {
		return err
	}
	if v.c.Form(fieldSure) == "" && (action.Name == deleteSelected || !action.Ask.Empty()) {
		return b.ask(v, action, ids)
	}
	said, wrong, err := action.said(v)
	if err != nil {
		return err
	}
	if wrong.Any() {
		return b.askAgain(v, action, ids, said, wrong)
	}
	return b.do(v, action, ids, said)
}

// proveAll sends people away who have to prove first who they are, because of one of the records.
func (b *bound[M]) proveAll(v *visit, action Action[M], ids []int64) (away bool, err error) {
	if b.r.Write.Proof == nil {
		return false, nil
	}
	rows, err := b.rows(v.c.Context(), b.admin.db, ids)
	if err != nil {
		return false, err
	}
	for _, m := range rows {
		after := m
		if action.Name == deleteSelected {
			after = nil
		}
		if b.r.Write.grave(v.by, m, after) {
			return v.prove()
		}
	}
	return false, nil
}

// again leads back to the list with a warning.
func (b *bound[M]) again(v *visit, text lang.Message) error {
	v.c.Flash(session.Warning, text)
	return web.Go(v.c, b.face().path(v.a)+b.view(v).Query())
}

func (b *bound[M]) unticked(v *visit) error {
	return b.again(v, lang.M("Nothing was ticked, so nothing was done."))
}

// picked are the ids of the ticked rows, or of all that match, at most so many.
func (b *bound[M]) picked(v *visit, most int) ([]int64, error) {
	if v.c.Ticked(fieldAcross) {
		return b.ids(v.c.Context(), b.admin.db, b.view(v), most, "")
	}
	var ids []int64
	for _, text := range v.c.Posted()[fieldPicked] {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// do runs an action and tells what came of it.
func (b *bound[M]) do(v *visit, action Action[M], ids []int64, said Answer) (err error) {
	var out outcome
	if action.Alone != nil {
		err = b.alone(v, action, ids, &out)
	} else {
		err = b.together(v, action, ids, said, &out)
	}
	if err != nil {
		return err
	}
	if out.done > 0 {
		text := lang.N("Done for %d entry.", "Done for %d entries.", out.done, out.done)
		switch {
		case action.Name == deleteSelected:
			text = lang.N("%d entry was deleted.", "%d entries were deleted.", out.done, out.done)
		case action.Done != nil:
			text = action.Done(out.done)
		}
		v.done(text)
	}
	if len(out.kept) > 0 {
		v.c.Flash(session.Failure, out.refusal(v))
	}
	return web.Go(v.c, b.returning(v, ids))
}

// returning is the record's own page where the action was asked for there, else the list.
func (b *bound[M]) returning(v *visit, ids []int64) string {
	if v.c.Form(fieldRecord) != "" && len(ids) == 1 {
		return v.onward(b.face().record(v.a, ids[0], change))
	}
	return b.face().path(v.a) + b.view(v).Query()
}

// together runs an action for all records in one transaction.
func (b *bound[M]) together(v *visit, action Action[M], ids []int64, said Answer, out *outcome) error {
	notes, err := action.notes(v.c.Context(), said)
	if err != nil {
		return err
	}
	return b.admin.db.RunInTx(v.c.Context(), nil, func(ctx context.Context, tx bun.Tx) (err error) {
		do := step[M]{name: action.Name, notes: notes, run: func(ctx context.Context, tx bun.Tx, m *M) error {
			if action.Told != nil {
				return action.Told(ctx, tx, v.by, m, said)
			}
			return action.Each(ctx, tx, v.by, m)
		}}
		if action.Name == deleteSelected {
			do.name = remove
			if do.run, err = b.dropper(ctx, tx, v, ids); err != nil {
				return err
			}
		}
		return b.each(ctx, tx, v, ids, do, out)
	})
}

// alone runs an action for one record after the other, each in transactions of its own.
func (b *bound[M]) alone(v *visit, action Action[M], ids []int64, out *outcome) error {
	ctx := v.c.Context()
	rows, err := b.rows(ctx, b.admin.db, ids)
	if err != nil {
		return err
	}
	if err := b.grasp(ctx, b.admin.db, rows...); err != nil {
		return err
	}
	for _, m := range rows {
		reason := b.veto(v, m)
		if reason.Empty() {
			if reason, err = told(action.Alone(ctx, v.by, m)); err != nil {
				return err
			}
		}
		if !reason.Empty() {
			out.keep(v, b.name(v, m), reason)
			continue
		}
		err := b.admin.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
			return b.record(ctx, tx, v, m, action.Name, nil)
		})
		if err != nil {
			return err
		}
		out.done++
	}
	return nil
}

// fieldRecord is sent by a record's own page, to which an action then returns.
const fieldRecord = "_record"

// offered are the actions on a record's own page.
func (b *bound[M]) offered(v *visit, m *M) (buttons []views.PostButton) {
	for _, a := range b.actions(v) {
		if a.Name == deleteSelected || a.Sheet != nil || a.Offer != nil && !a.Offer(m) || !b.veto(v, m).Empty() {
			continue
		}
		style := views.Secondary
		if a.Danger {
			style = views.Danger
		}
		buttons = append(buttons, views.PostButton{
			Action: b.face().path(v.a),
			Fields: append(b.fromRecord(v), views.Hidden{Name: fieldAction, Value: a.Name},
				views.Hidden{Name: fieldPicked, Value: strconv.FormatInt(b.id(m), 10)}),
			Submit: views.Submit{Text: v.say(a.Label), Icon: a.Icon, Style: style},
		})
	}
	return buttons
}

// fromRecord says that an action was asked for on a record's own page.
func (b *bound[M]) fromRecord(v *visit) []views.Hidden {
	fields := []views.Hidden{{Name: fieldRecord, Value: "1"}}
	if q := v.carried(); q != "" {
		fields = append(fields, views.Hidden{Name: paramList, Value: q})
	}
	return fields
}
