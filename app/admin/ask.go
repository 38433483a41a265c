package admin

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ams/app/fault"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/web"
	"ams/views"
)

// What the question of an action may ask for.
const (
	fieldReason = "reason"
	fieldAlso   = "also"
)

// said is what was answered, and what is wrong with it.
func (a Action[M]) said(v *visit) (said Answer, wrong fault.Fields, err error) {
	said.Also = !a.Also.Empty() && v.c.Ticked(fieldAlso)
	if a.Which != nil {
		if err := a.Which.Read(v.c.Context(), v.c.Posted(), &said, &wrong); err != nil {
			return said, wrong, err
		}
	}
	if a.Reason.Empty() {
		return said, wrong, nil
	}
	said.Reason = norm.NFC.String(strings.TrimSpace(v.c.Form(fieldReason)))
	switch n := utf8.RuneCountInString(said.Reason); {
	case n == 0:
		wrong.Add(fieldReason, lang.M("Give a reason."))
	case n > longestReason:
		wrong.Add(fieldReason, lang.M("Use at most %d characters.", longestReason))
	}
	return said, wrong, nil
}

// notes are what the history keeps of an answer.
func (a Action[M]) notes(ctx context.Context, said Answer) (notes []difference, err error) {
	if said.Reason != "" {
		notes = append(notes, difference{Field: fieldReason, After: said.Reason})
	}
	if said.Also {
		notes = append(notes, difference{Field: fieldAlso, After: yes})
	}
	if a.Which != nil {
		name, err := a.Which.Record(ctx, &said)
		if err != nil {
			return nil, err
		}
		notes = append(notes, difference{Field: a.Which.Meta().Key, After: name})
	}
	return notes, nil
}

// yes is what the history keeps of a ticked box.
const yes = "yes"

// answered is a line of the history about the answer to an action's question.
func (b *bound[M]) answered(v *visit, action string, d difference) (line changeLine, known bool) {
	at := slices.IndexFunc(b.r.Actions, func(a Action[M]) bool { return a.Name == action })
	switch {
	case at < 0:
		return line, false
	case d.Field == fieldReason:
		return changeLine{Label: v.say(b.r.Actions[at].Reason), After: d.After}, true
	case d.Field == fieldAlso:
		return changeLine{Label: v.say(b.r.Actions[at].Also), After: field.YesNo(v.tr, true)}, true
	case b.r.Actions[at].Which != nil && d.Field == b.r.Actions[at].Which.Meta().Key:
		return changeLine{Label: v.say(b.r.Actions[at].Which.Meta().Label), After: d.After}, true
	}
	return line, false
}

// ask shows what an action is about to do.
func (b *bound[M]) ask(v *visit, action Action[M], ids []int64) error {
	page, err := b.question(v, action, ids, Answer{}, fault.Fields{})
	if err != nil {
		return err
	}
	return web.Show(v.c, v.a.page.question, page)
}

// askAgain asks once more, with what was answered and what is wrong with it.
func (b *bound[M]) askAgain(v *visit, action Action[M], ids []int64, said Answer, wrong fault.Fields) error {
	page, err := b.question(v, action, ids, said, wrong)
	if err != nil {
		return err
	}
	return web.Invalid(v.c, v.a.page.question, page, v.a.confirm, page.Confirm)
}

func (b *bound[M]) question(v *visit, action Action[M], ids []int64, said Answer, wrong fault.Fields) (page questionPage, err error) {
	rows, err := b.rows(v.c.Context(), b.admin.db, ids)
	if err != nil {
		return page, err
	}
	if action.Name == deleteSelected {
		page, err = b.deletePage(v, rows)
	} else {
		page, err = b.actionPage(v, action, rows, said, wrong)
	}
	if err != nil {
		return page, err
	}
	address := b.face().path(v.a) + b.view(v).Query()
	page.Head = v.head(v.say(action.Label), views.Crumb{Text: v.say(b.r.Many), Href: address})
	page.Action, page.Cancel.Href = address, b.returning(v, ids)
	if v.c.Form(fieldRecord) != "" {
		page.Hidden = append(page.Hidden, b.fromRecord(v)...)
	}
	page.Hidden = append(page.Hidden, views.Hidden{Name: fieldAction, Value: action.Name})
	for _, id := range ids { // also of all that match: what came since the question is not part of the answer
		page.Hidden = append(page.Hidden, views.Hidden{Name: fieldPicked, Value: strconv.FormatInt(id, 10)})
	}
	return page, nil
}

func (b *bound[M]) actionPage(v *visit, action Action[M], rows []*M, said Answer, wrong fault.Fields) (page questionPage, err error) {
	page = questionPage{
		Heading: views.Heading{Title: v.say(action.Label)}, Lines: []string{v.say(action.Ask)}, Names: b.names(v, rows),
		Submit: views.Submit{Text: v.say(action.Label)}, Cancel: views.Link{Text: v.say(lang.M("Back"))},
		Hidden: []views.Hidden{{Name: fieldSure, Value: "yes"}},
	}
	if action.Danger {
		page.Submit.Style = views.DangerNow
	}
	var about Question
	if action.About != nil {
		if about, err = action.About(v.c.Context(), b.admin.db, rows); err != nil {
			return page, err
		}
	}
	page.Lines = append(page.Lines, v.c.Texts(about.Lines)...)
	page.Along.Title = v.say(about.Listed.Title)
	for _, item := range about.Listed.Items[:min(len(about.Listed.Items), mostListed)] {
		page.Groups = append(page.Groups, group{Title: v.say(item)})
	}
	if more := len(about.Listed.Items) - len(page.Groups); more > 0 {
		page.Groups = append(page.Groups, group{Title: v.say(lang.N("and %d more", "and %d more", more, more))})
	}
	page.Confirm, err = action.asked(v, said, wrong, about.Also)
	return page, err
}

// asked are the controls of the question, with what was answered and what is wrong with it.
func (a Action[M]) asked(v *visit, said Answer, wrong fault.Fields, also bool) (form confirmed, err error) {
	if a.Which != nil {
		if form.Fields, err = a.Which.Inputs(v.c.Context(), v.tr, &said, nil); err != nil {
			return form, err
		}
	}
	if !a.Reason.Empty() {
		reason := views.TextField(fieldReason, v.say(a.Reason), said.Reason)
		reason.Input.MaxLength, reason.Input.Autocomplete = strconv.Itoa(longestReason), "off"
		form.Fields = append(form.Fields, reason)
	}
	for i, f := range form.Fields {
		form.Fields[i].Errors = v.c.Texts(wrong.Of(f.Name))
	}
	if wrong.Any() {
		form.Problems = views.ProblemsOf(nil, form.Fields...)
	}
	if also {
		form.Fields = append(form.Fields, views.CheckField(fieldAlso, v.say(a.Also), said.Also))
	}
	return form, nil
}

// mostListed is how many things a question lists.
const mostListed = 25
