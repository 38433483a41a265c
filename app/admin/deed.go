package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

// Deed is an act on one record that cannot be undone. A page of its own says what it means, asks for the record's name to
// be typed, and lets only those do it who have just shown who they are.
type Deed[M any] struct {
	Name  string // last segment of its address
	Label lang.Message
	Icon  string
	Right string                            // permission
	Offer func(by access.Holder, m *M) bool // whether the record's page leads to it; nil: always
	Ask   func(context.Context, *M) (Question, error)
	Typed func(*M) string // what has to be typed
	Type  lang.Message    // label of that input
	// Do runs in the engine's transaction with the record held.
	Do   func(ctx context.Context, tx bun.Tx, by access.Holder, m *M) error
	Done lang.Message
}

// Question is what a deed means for one record, or an action for several.
type Question struct {
	Lines       []lang.Message
	Goes, Stays []Amount
	Refused     []lang.Message // why it cannot be done now
	// Listed is what else it concerns, one by one below a heading; only of an action.
	Listed struct {
		Title lang.Message
		Items []lang.Message
	}
	Also bool // whether the action's Also can be had
}

// Amount is how many rows of a table are concerned.
type Amount struct {
	Table string
	Rows  int
}

// confirmed is what a question asks for.
type confirmed struct {
	Problems views.Problems
	Fields   []views.Field
}

const fieldTyped = "typed"

// deed goes on with the deed and the record of the address, where the person may do it and has just proved who they are.
func (b *bound[M]) deed(v *visit, goOn func(*Deed[M], *M) error) error {
	at := slices.IndexFunc(b.r.Deeds, func(d Deed[M]) bool { return d.Name == v.c.Param("deed") })
	if at < 0 {
		return fault.NotFound(lang.Message{})
	}
	d := &b.r.Deeds[at]
	if !v.by.May(d.Right) {
		return refusedRight()
	}
	if away, err := v.c.Prompt(); away || err != nil {
		return err
	}
	return b.recordOf(v, func(m *M) error {
		if why := b.veto(v, m); !why.Empty() {
			return fault.Forbidden(why)
		}
		return goOn(d, m)
	})
}

func (b *bound[M]) askDeed(v *visit) error {
	if input, moved := b.r.Moved[v.c.Param("deed")]; moved {
		if err := v.need(view); err != nil {
			return err
		}
		return b.recordOf(v, func(m *M) error {
			return web.Go(v.c, b.face().record(v.a, b.id(m), change)+"#"+views.FieldID(input))
		})
	}
	return b.deed(v, func(d *Deed[M], m *M) error {
		page, err := b.deedPage(v, d, m)
		if err != nil {
			return err
		}
		return web.Show(v.c, v.a.page.question, page)
	})
}

func (b *bound[M]) doDeed(v *visit) error {
	return b.deed(v, func(d *Deed[M], m *M) error { return b.doTo(v, d, m) })
}

// doTo does it to a record, or says why not.
func (b *bound[M]) doTo(v *visit, d *Deed[M], m *M) error {
	if strings.TrimSpace(v.c.Form(fieldTyped)) != d.Typed(m) {
		return b.mistyped(v, d, m)
	}
	reason, err := told(b.perform(v, d, b.id(m)))
	if err != nil {
		return err
	}
	if !reason.Empty() {
		v.c.Flash(session.Failure, reason)
	} else {
		v.done(d.Done)
	}
	return web.Go(v.c, v.onward(b.face().record(v.a, b.id(m), change)))
}

// mistyped asks once more.
func (b *bound[M]) mistyped(v *visit, d *Deed[M], m *M) error {
	page, err := b.deedPage(v, d, m)
	if err != nil {
		return err
	}
	for i := range page.Confirm.Fields {
		field := &page.Confirm.Fields[i]
		field.Input.Value = v.c.Form(fieldTyped)
		field.Errors = []string{v.say(lang.M("Type %s exactly as it stands here.", d.Typed(m)))}
		page.Confirm.Problems = views.ProblemsOf(nil, *field)
	}
	return web.Invalid(v.c, v.a.page.question, page, v.a.confirm, page.Confirm)
}

// perform does it to the record as it stands now that nobody else can change it. Rows that refer to the record can be
// added meanwhile: a lock that kept them out could end in a deadlock.
func (b *bound[M]) perform(v *visit, d *Deed[M], id int64) error {
	return b.admin.db.RunInTx(v.c.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw("SELECT id FROM ? WHERE id = ? FOR NO KEY UPDATE", b.meta().SQLName, id).Exec(ctx); err != nil {
			return fmt.Errorf("lock %s %d: %w", b.table(), id, err)
		}
		m, found, err := b.one(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Conflict(lang.M("This record is not there. Perhaps it has been deleted."))
		}
		if why := b.veto(v, m); !why.Empty() {
			return fault.Conflict(why)
		}
		if err := b.record(ctx, tx, v, m, d.Name, nil); err != nil {
			return err
		}
		return d.Do(ctx, tx, v.by, m)
	})
}

func (b *bound[M]) deedPage(v *visit, d *Deed[M], m *M) (questionPage, error) {
	q, err := d.Ask(v.c.Context(), m)
	if err != nil {
		return questionPage{}, err
	}
	record := v.onward(b.face().record(v.a, b.id(m), change))
	page := questionPage{
		Head:    v.head(v.say(d.Label), v.listCrumb(), views.Crumb{Text: b.name(v, m), Href: record}),
		Heading: views.Heading{Title: v.say(d.Label)}, Names: []string{b.name(v, m)}, Lines: v.c.Texts(q.Lines),
		Along: group{Title: v.say(lang.M("This goes"))}, Groups: v.amounts(q.Goes), LooseTop: v.say(lang.M("This stays")), Loose: v.amounts(q.Stays),
		Refused: refusals(v.c.Texts(q.Refused)), Action: v.onward(b.face().record(v.a, b.id(m), d.Name)),
		Cancel: views.Link{Text: v.say(lang.M("Cancel")), Href: record},
	}
	if len(q.Refused) > 0 {
		page.Cancel.Text = v.say(lang.M("Back"))
		return page, nil
	}
	page.Submit = views.Submit{Text: v.say(d.Label), Style: views.DangerNow, Icon: d.Icon}
	typed := views.TextField(fieldTyped, v.say(d.Type), "")
	typed.Help = v.say(lang.M("Type %s to confirm.", d.Typed(m)))
	typed.Input.Plain, typed.Input.Autocomplete = true, "off"
	page.Confirm.Fields = []views.Field{typed}
	return page, nil
}

func (v *visit) amounts(all []Amount) (groups []group) {
	for _, a := range all {
		groups = append(groups, group{Title: v.say(lang.M("%s: %d", v.tableName(a.Table), a.Rows))})
	}
	return groups
}

// deeds lead from a record's own page to its deeds.
func (b *bound[M]) deeds(v *visit, m *M) (buttons []views.PostButton) {
	for _, d := range b.r.Deeds {
		if !v.by.May(d.Right) || d.Offer != nil && !d.Offer(v.by, m) || !b.veto(v, m).Empty() {
			continue
		}
		button := views.PostButton{
			Action: b.face().record(v.a, b.id(m), d.Name),
			Submit: views.Submit{Text: v.say(d.Label), Icon: d.Icon, Style: views.Danger, Get: true},
		}
		if q := v.carried(); q != "" {
			button.Fields = []views.Hidden{{Name: paramList, Value: q}}
		}
		buttons = append(buttons, button)
	}
	return buttons
}
