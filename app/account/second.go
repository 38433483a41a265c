package account

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/fault"
	"ams/app/lang"
)

// condition is something about a person that package factor knows, which stands above this one.
type condition = func(ctx context.Context, db bun.IDB, id int64) (bool, error)

// Guard tells sign-in by needs who has to show a second proof. By has it tells who has one of any kind: those get no
// new address.
func (s *Service) Guard(needs, has condition) { s.needs, s.has = needs, has }

// needsSecond tells whether somebody has to show a second proof.
func (s *Service) needsSecond(ctx context.Context, db bun.IDB, id int64) (bool, error) {
	if s.needs == nil {
		return false, nil
	}
	return s.needs(ctx, db, id)
}

// hasSecond tells whether somebody has a second proof of any kind, even one that sign-in does not ask for.
func (s *Service) hasSecond(ctx context.Context, db bun.IDB, id int64) (bool, error) {
	if s.has == nil {
		return false, nil
	}
	return s.has(ctx, db, id)
}

// Admit ends a sign-in that waited for a second proof, in the transaction that accepted it. It refuses when the password
// is no longer the one that was right.
func (s *Service) Admit(ctx context.Context, tx bun.Tx, id int64, same func(hash string) bool) (Arrival, error) {
	u, err := lockUser(ctx, tx, id)
	if err != nil {
		return Arrival{}, err
	}
	if !same(u.Password) {
		return Arrival{}, fault.Conflict(lang.M("Your password was changed meanwhile. Sign in again."))
	}
	a := Arrival{Person: u.Person, PasswordHash: u.Password}
	if !u.Active || u.ErasedAt != nil {
		a.Entry = Inactive
		return a, nil
	}
	return a, recordSignIn(ctx, tx, id, u.Password, s.clock.Now())
}

// Reauthenticate lets somebody who is signed in prove who they are by their password. It counts as a sign-in that failed
// until it turns out to be right.
func (s *Service) Reauthenticate(ctx context.Context, who Person, typed, client string) error {
	if typed == "" {
		return wrongOwnPassword(lang.M("Enter your password."))
	}
	t, err := s.count(ctx, who.Email, Credentials{Password: typed, Client: client})
	if err != nil {
		return err
	}
	u, err := userByID(ctx, s.db, who.ID)
	if err != nil {
		return err
	}
	plain, _, err := s.verify(ctx, u.Password, typed)
	if err != nil {
		return s.unlooked(ctx, t, err)
	}
	if plain == "" {
		return wrongOwnPassword(lang.M("This is not your password. Try again."))
	}
	return s.db.RunInTx(ctx, nil, t.giveBack)
}

func wrongOwnPassword(text lang.Message) error {
	var p fault.Fields
	p.Add("password", text)
	return fault.Invalid(p)
}

// Unverified tells whether somebody has an address that is not proven to be theirs.
func Unverified(ctx context.Context, db bun.IDB, id int64) (bool, error) {
	found, err := db.NewSelect().Model((*addressRow)(nil)).Where("ea.user_id = ? AND NOT ea.verified", id).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("look for unverified addresses of user %d: %w", id, err)
	}
	return found, nil
}
