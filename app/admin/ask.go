package admin

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

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
func (a Action[M]) said(v *visit) (said Answer, wrong lang.Message) {
	said.Also = !a.Also.Empty() && v.c.Ticked(fieldAlso)
	if a.Reason.Empty() {
		return said, wrong
	}
	said.Reason = norm.NFC.String(strings.TrimSpace(v.c.Form(fieldReason)))
	switch n := utf8.RuneCountInString(said.Reason); {
	case n == 0:
		wrong = lang.M("Give a reason.")
	case n > LongestReason:
		wrong = lang.M("Use at most %d characters.", LongestReason)
	}
	return said, wrong
}

// notes are what the history keeps of an answer.
func (a Answer) notes() (notes []difference) {
	if a.Reason != "" {
		notes = append(notes, difference{Field: fieldReason, After: a.Reason})
	}
	if a.Also {
		notes = append(notes, difference{Field: fieldAlso, After: yes})
	}
	return notes
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
	}
	return line, false
}

// ask shows what an action is about to do.
func (b *bound[M]) ask(v *visit, action Action[M], ids []int64) error {
	page, err := b.question(v, action, ids, Answer{}, lang.Message{})
	if err != nil {
		return err
	}
	return web.Show(v.c, v.a.page.question, page)
}

// askAgain asks once more, with what was answered and what is wrong with it.
func (b *bound[M]) askAgain(v *visit, action Action[M], ids []int64, said Answer, wrong lang.Message) error {
	page, err := b.question(v, action, ids, said, wrong)
	if err != nil {
		return err
	}
	return web.Invalid(v.c, v.a.page.question, page, v.a.confirm, page.Confirm)
}

func (b *bound[M]) question(v *visit, action Action[M], ids []int64, said Answer, wrong lang.Message) (page questionPage, err error) {
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

func (b *bound[M]) actionPage(v *visit, action Action[M], rows []*M, said Answer, wrong lang.Message) (page questionPage, err error) {
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
	if !action.Reason.Empty() {
		reason := views.TextField(fieldReason, v.say(action.Reason), said.Reason)
		reason.Input.MaxLength, reason.Input.Autocomplete = strconv.Itoa(LongestReason), "off"
		if !wrong.Empty() {
			reason.Errors = []string{v.say(wrong)}
			page.Confirm.Problems = views.ProblemsOf(nil, reason)
		}
		page.Confirm.Fields = append(page.Confirm.Fields, reason)
	}
	if about.Also {
		page.Confirm.Fields = append(page.Confirm.Fields, views.CheckField(fieldAlso, v.say(action.Also), said.Also))
	}
	return page, nil
}

// mostListed is how many things a question lists.
const mostListed = 25
