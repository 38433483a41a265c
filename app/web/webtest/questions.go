package webtest

import (
	"context"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/profile"
)

// Group makes a group of profile questions and gives its id.
func (s *Site) Group(name string, order int) int64 {
	s.T.Helper()
	g := profile.Group{Name: profile.Texts{"en": name}, Order: order, Active: true}
	s.asStaff("CreateGroup", func(ctx context.Context, tx bun.Tx, by access.Holder) error {
		return profile.CreateGroup(ctx, tx, by, &g)
	})
	return g.ID
}

// Ask makes an active profile question and gives its id. Without a group it gets one of its own; without a label its key
// is the label.
func (s *Site) Ask(q profile.Question) int64 {
	s.T.Helper()
	if q.GroupID == 0 {
		q.GroupID = s.Group("Group of "+q.Key, 0)
	}
	if q.LabelTexts == nil {
		q.LabelTexts = profile.Texts{"en": q.Key}
	}
	q.Active = true
	s.asStaff("Create", func(ctx context.Context, tx bun.Tx, by access.Holder) error { return profile.Create(ctx, tx, by, &q) })
	return q.ID
}

// Answer stores an answer behind the program's back.
func (s *Site) Answer(username string, question int64, value string) {
	s.T.Helper()
	s.Exec(`INSERT INTO profile_field_responses (user_id, profile_field_id, value, updated_datetime)
		SELECT id, ?, ?, '2027-01-01' FROM users WHERE username = ?`, question, value, username)
}

// Answered is what somebody has answered to the question of a key, "(none)" where there is no row.
func (s *Site) Answered(username, key string) string {
	s.T.Helper()
	var value string
	s.Row(&value, `SELECT coalesce(max(r.value), '(none)') FROM profile_field_responses r JOIN users u ON u.id = r.user_id
		JOIN profile_fields f ON f.id = r.profile_field_id WHERE u.username = ? AND f.field_key = ?`, username, key)
	return value
}

func (s *Site) asStaff(call string, do func(context.Context, bun.Tx, access.Holder) error) {
	s.T.Helper()
	err := s.DB.RunInTx(s.T.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		return do(ctx, tx, access.Holder{Superuser: true})
	})
	if err != nil {
		s.T.Fatalf("%s() = %v", call, err)
	}
}
