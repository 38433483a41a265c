package webtest

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/lang"
	"ams/app/terms"
)

// Term makes a legal text of that key, named after it, and gives its id. One that is there already stays.
func (s *Site) Term(key string) int64 {
	s.T.Helper()
	t := &terms.Term{Key: key, Name: lang.Text{EN: "Text " + key}}
	if n := s.Count("SELECT coalesce(max(id), 0) FROM terms WHERE key = ?", key); n > 0 {
		return int64(n)
	}
	s.within(func(ctx context.Context, tx bun.Tx) error {
		return s.App.Terms.CreateTerm(ctx, tx, access.Holder{Superuser: true}, t)
	})
	return t.ID
}

// TermVersion makes an active version of a legal text that counts from so long after now, and gives its id. Its content
// names it.
func (s *Site) TermVersion(key, label string, after time.Duration) int64 {
	s.T.Helper()
	from := s.Clock.Now().Add(after)
	v := &terms.Version{
		TermID: s.Term(key), Label: label, Active: true, From: &from,
		Content: lang.Text{EN: "<p>What " + key + " " + label + " says.</p>"},
	}
	s.within(func(ctx context.Context, tx bun.Tx) error {
		return s.App.Terms.CreateVersion(ctx, tx, access.Holder{Superuser: true}, v)
	})
	return v.ID
}

func (s *Site) within(do func(context.Context, bun.Tx) error) {
	s.T.Helper()
	if err := s.DB.RunInTx(s.T.Context(), nil, do); err != nil {
		s.T.Fatal(err)
	}
}
