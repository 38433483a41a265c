// Package factor is the second proof of who somebody is: codes of an authenticator app, and recovery codes on paper.
package factor

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/clock"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/seal"
)

// Config is what second factors take from the settings.
type Config struct {
	Key    []byte                                                    // 32 bytes that seal the secrets
	Issuer func(ctx context.Context, in lang.Locale) (string, error) // whose codes they are, shown in apps
}

// Service holds the rules about second factors.
type Service struct {
	db     *bun.DB
	clock  clock.Clock
	people *account.Service
	box    *seal.Box
	cfg    Config
}

// New also has sign-in ask for the second factor.
func New(db *bun.DB, c clock.Clock, people *account.Service, cfg Config) (*Service, error) {
	box, err := seal.New(cfg.Key)
	if err != nil {
		return nil, err
	}
	s := &Service{db: db, clock: c, people: people, box: box, cfg: cfg}
	people.Guard(On, has)
	return s, nil
}

// On tells whether somebody has to show a second factor.
func On(ctx context.Context, db bun.IDB, id int64) (bool, error) {
	on, err := db.NewSelect().Model((*row)(nil)).Where("f.user_id = ? AND f.type = ?", id, app).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("look for a second factor: %w", err)
	}
	return on, nil
}

// has tells whether somebody has a second factor of any kind: imported ones may be of kinds that are not offered.
func has(ctx context.Context, db bun.IDB, id int64) (bool, error) {
	found, err := db.NewSelect().Model((*row)(nil)).Where("f.user_id = ?", id).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("look for second factors: %w", err)
	}
	return found, nil
}

// State is what somebody has.
type State struct {
	On         bool
	Since      time.Time
	Codes      []string // recovery codes that are not used yet
	HasCodes   bool     // a set, even if all are used
	Unverified bool     // an address of theirs, which keeps them from switching it on
}

// StateOf reads what somebody has.
func (s *Service) StateOf(ctx context.Context, id int64) (st State, err error) {
	rows, err := rowsOf(ctx, s.db, id)
	if err != nil {
		return st, err
	}
	if r, on := rows[app]; on {
		st.On, st.Since = true, r.CreatedAt
	}
	if r, has := rows[recovery]; has {
		set, err := s.setOf(r)
		if err != nil {
			return st, err
		}
		st.HasCodes, st.Codes = true, set.unused()
	}
	st.Unverified, err = account.Unverified(ctx, s.db, id)
	return st, err
}

// Show is StateOf for whoever is shown the recovery codes, and notes when that was first.
func (s *Service) Show(ctx context.Context, id int64) (State, error) {
	st, err := s.StateOf(ctx, id)
	if err != nil || len(st.Codes) == 0 {
		return st, err
	}
	return st, view(ctx, s.db, id, s.clock.Now())
}

// notOn is told to whoever wants codes without a second factor.
func notOn() error { return fault.NotFound(lang.M("Two-step sign-in is off for your account.")) }
