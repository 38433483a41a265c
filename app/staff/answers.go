package staff

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"ams/app/admin"
	"ams/app/fault"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/profile"
	"ams/app/web/questionnaire"
	"ams/views"
)

type reply = profile.Reply

// answers stand in the form of a person, with the inputs of the profile form.
func answers(questions *profile.Service) admin.Inline[person] {
	return admin.Table[person, reply]{
		Key: "answers", Entity: "users.profilefieldresponse", Label: lang.M("Profile answers"), Stack: true, Load: profile.Replies,
		Title:  func(r *reply) string { return r.Asked.Label().EN },
		Fields: []field.Field[reply]{replyField{}},
		First:  func(r *reply) bool { return r.Value == "" },
		Write:  admin.Writer[reply]{Update: questions.Reply},
	}
}

// replyField is an answer, asked as the person is asked.
type replyField struct{}

const replyKey = "value"

// Meta is what the answer says of itself; the label is that of each question.
func (replyField) Meta() field.Meta {
	return field.Meta{Key: replyKey, Label: lang.M("Answer"), Optional: true}
}

// Asked is always the case: staff see what was answered to questions that are switched off as well.
func (replyField) Asked(*reply) bool { return true }

// Read leaves an answer alone that was not touched: what is stored may be more than its input can show.
func (replyField) Read(_ context.Context, answer url.Values, r *reply, p *fault.Fields) error {
	typed := answer[replyKey]
	stored, wrong := r.Asked.Parse(typed)
	switch {
	case untouched(r, typed):
	case !wrong.Empty():
		p.Add(replyKey, wrong)
	default:
		r.Value = stored
	}
	return nil
}

// untouched tells whether a form sent what it showed, in any order: the stored values, or, as browsers do, only those that
// the input can show.
func untouched(r *reply, typed []string) bool {
	var sent []string
	for _, v := range typed {
		if v != "" {
			sent = append(sent, strings.ReplaceAll(v, "\r\n", "\n"))
		}
	}
	stored := slices.Clone(r.Asked.Question.Values(r.Value))
	slices.Sort(sent)
	slices.Sort(stored)
	return slices.Equal(sent, stored) || r.Asked.Hides(typed)
}

// Inputs is that of the profile form.
func (replyField) Inputs(_ context.Context, tr *lang.Translator, r *reply, typed url.Values) ([]views.Field, error) {
	values := r.Asked.Question.Values(r.Value)
	if typed != nil {
		values = typed[replyKey]
	}
	f := questionnaire.Input(tr, r.Asked, replyKey, values)
	help := []string{f.Help}
	if r.Asked.AnsweredAt != nil {
		help = append(help, tr.Say(lang.M("Answered on %s.", *r.Asked.AnsweredAt)))
	}
	if r.Asked.Off {
		help = append(help, tr.Say(lang.M("Not asked at present.")))
	}
	f.Help = strings.TrimSpace(strings.Join(help, " "))
	return []views.Field{f}, nil
}

// Raw is the answer as it is stored.
func (replyField) Raw(r *reply) string { return r.Value }

// Record is the answer as it is stored.
func (replyField) Record(_ context.Context, r *reply) (string, error) { return r.Value, nil }

// Word lists ticked choices by their values; history has no question to ask for their texts.
func (replyField) Word(_ *lang.Translator, recorded string) string {
	var ticked []string
	if json.Unmarshal([]byte(recorded), &ticked) != nil {
		return recorded
	}
	return strings.Join(ticked, ", ")
}
