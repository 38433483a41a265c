package profile

import (
	"context"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/fault"
	"ams/app/lang"
)

// Reply is what one person has answered to one question, as staff look after it. Its id is that of the question.
type Reply struct {
	bun.BaseModel `bun:"table:profile_fields"`

	ID     int64  `bun:",pk"`
	Person int64  `bun:"-"`
	Asked  Asked  `bun:"-"`
	Value  string `bun:"-"` // as stored, "" for no answer
}

// Replies are all questions that a person can answer or has answered, also those that are not asked at present.
func Replies(ctx context.Context, db bun.IDB, person int64) ([]*Reply, error) {
	sheet, err := ask(ctx, db, person, "("+isLive+") OR r.id IS NOT NULL")
	if err != nil {
		return nil, err
	}
	var all []*Reply
	for _, a := range sheet.All() {
		all = append(all, &Reply{ID: a.ID, Person: person, Asked: a, Value: a.Stored})
	}
	return all, nil
}

// Reply stores what staff answer for somebody. A first answer, another one and none any longer each need a permission of
// their own.
func (s *Service) Reply(ctx context.Context, tx bun.Tx, by access.Holder, before, after *Reply) error {
	verb := "change"
	switch {
	case before.Value == "":
		verb = "add"
	case after.Value == "":
		verb = "delete"
	}
	if !by.May("users." + verb + "_profilefieldresponse") {
		var p fault.Fields
		p.Add("value", lang.M("You do not have the permission to change this answer in this way."))
		return fault.Invalid(p)
	}
	answers := Answers{given: map[int64]string{}}
	if after.Value == "" {
		answers.gone = []int64{after.ID}
	} else {
		answers.given[after.ID] = after.Value
	}
	return s.Store(ctx, tx, after.Person, answers)
}
