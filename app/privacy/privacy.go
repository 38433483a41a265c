// Package privacy is what people may ask about their own data: a file of everything that is stored about them, and to be
// erased. It stands above the domains that store something about people.
package privacy

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/billing"
	"ams/app/clock"
	"ams/app/lang"
	"ams/app/mail"
	"ams/app/membership"
	"ams/jobs"
	"ams/storage"
)

// Config is what privacy takes from the settings.
type Config struct {
	Buckets storage.Buckets // without a private one nobody can have a file
	Address func(lang.Locale, string) string
	Desk    func(person int64) string // absolute address of somebody's record in the administration
	Texts   func(lang.Locale) *lang.Translator
}

// Service holds the rules about people's own data.
type Service struct {
	db      *bun.DB
	clock   clock.Clock
	queue   *jobs.Queue
	post    *mail.Post
	people  *account.Service
	bills   *billing.Service
	members *membership.Service
	cfg     Config
	letters letters
}

// Domains are what else knows about people.
type Domains struct {
	People  *account.Service
	Bills   *billing.Service
	Members *membership.Service
}

// New binds the letters.
func New(db *bun.DB, c clock.Clock, q *jobs.Queue, post *mail.Post, d Domains, cfg Config) *Service {
	return &Service{
		db: db, clock: c, queue: q, post: post, people: d.People, bills: d.Bills, members: d.Members, cfg: cfg, letters: bindLetters(post),
	}
}

// HasFiles tells whether there is a bucket for files. Outside production there may be none.
func (s *Service) HasFiles() bool { return s.cfg.Buckets.Private != nil }

// State is how somebody's wishes about their data stand. Zero times: not the case.
type State struct {
	Preparing time.Time // since when a file is being made
	Ready     time.Time // since when there is one
	Until     time.Time // when that one is deleted
	Erasure   time.Time // since when the person wants to be erased
}

// State looks up what a person has asked for.
func (s *Service) State(ctx context.Context, person int64) (st State, err error) {
	var asked *time.Time
	if err := s.db.NewRaw("SELECT erasure_requested_at FROM users WHERE id = ?", person).Scan(ctx, &asked); err != nil {
		return st, fmt.Errorf("look up the wishes of person %d: %w", person, err)
	}
	if asked != nil {
		st.Erasure = *asked
	}
	all, err := fileRows(ctx, s.db, "f.user_id = ?", person)
	if err != nil {
		return st, err
	}
	now := s.clock.Now()
	for _, f := range all {
		switch {
		case f.ReadyAt == nil && !f.stuck(now):
			st.Preparing = f.RequestedAt
		case f.ReadyAt != nil && f.ReadyAt.After(st.Ready) && now.Before(f.ReadyAt.Add(FileLife)):
			st.Ready, st.Until = *f.ReadyAt, f.ReadyAt.Add(FileLife)
		}
	}
	return st, nil
}

// AskErasure notes that a person wants to be erased and tells those of the staff who can do it. Asking again changes
// nothing.
func (s *Service) AskErasure(ctx context.Context, person account.Person) error {
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := account.Lock(ctx, tx, person.ID); err != nil {
			return err
		}
		now := s.clock.Now()
		asked, err := s.people.AskErasure(ctx, tx, person.ID, now)
		if err != nil || !asked {
			return err
		}
		return s.tellStaff(ctx, tx, person, now)
	})
}

// KeepAccount takes the wish to be erased back. Whoever has none keeps their account as well.
func (s *Service) KeepAccount(ctx context.Context, person account.Person) error {
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		return s.people.KeepAccount(ctx, tx, person.ID)
	})
}
