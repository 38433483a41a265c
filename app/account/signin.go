package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"ams/app/fault"
	"ams/app/lang"
	"ams/app/password"
)

// Credentials are a sign-in form as typed, the address that it was sent from, and the path of this site to go on to once
// the e-mail address is proved.
type Credentials struct{ Email, Password, Client, Next string }

// Entry says how far a sign-in with right credentials got.
type Entry int

// The ends of a sign-in. Wrong credentials are a fault.Invalid instead.
const (
	Entered     Entry = iota // the person is in; the caller starts the session
	Inactive                 // the account is switched off
	Unconfirmed              // the address typed has to be confirmed first
	Guarded                  // a second proof is needed; the sign-in is not recorded yet
)

// Arrival is the result of a sign-in with right credentials.
type Arrival struct {
	Entry        Entry
	Person       Person
	PasswordHash string // as stored now: sessions derive their fingerprint from it
	Mailed       string // address that a verification mail was queued for, empty when none was
}

// SignIn checks the credentials in the order of the specification: limits, password, active, address verified. On
// success it records the sign-in and renews an outdated hash.
func (s *Service) SignIn(ctx context.Context, c Credentials) (Arrival, error) {
	email := CanonicalEmail(c.Email)
	var p fault.Fields
	if email == "" {
		p.Add("login", lang.M("Enter your e-mail address."))
	}
	if c.Password == "" {
		p.Add("password", lang.M("Enter your password."))
	}
	if p.Any() {
		return Arrival{}, fault.Invalid(p)
	}
	t, err := s.count(ctx, email, c)
	if err != nil {
		return Arrival{}, err
	}
	for range 2 { // the second time when somebody changed the password while it was compared
		a, err := s.attempt(ctx, t)
		if !errors.Is(err, errPasswordChanged) {
			return a, s.unlooked(ctx, t, err)
		}
	}
	return Arrival{}, wrongCredentials()
}

// errPasswordChanged says that the stored password is no longer the one that was compared.
var errPasswordChanged = errors.New("the password was changed meanwhile")

// attempt compares the password and lets the person in. For somebody unknown it takes as long as for anybody else.
func (s *Service) attempt(ctx context.Context, t try) (Arrival, error) {
	user, found, err := userByAnyEmail(ctx, s.db, t.email)
	if err != nil {
		return Arrival{}, err
	}
	if !found {
		user.Password = password.Unusable()
	}
	plain, outdated, err := s.verify(ctx, user.Password, t.password)
	if err != nil {
		return Arrival{}, err
	}
	if plain == "" {
		return Arrival{}, wrongCredentials()
	}
	fresh := ""
	if outdated {
		if fresh, err = s.hasher.Hash(ctx, plain); err != nil {
			return Arrival{}, err
		}
	}
	return s.enter(ctx, user, t, fresh)
}

// verify tries the password as typed, then without surrounding spaces, and gives the one that fits, else "". A stored
// hash that nobody can read fits nothing.
func (s *Service) verify(ctx context.Context, hash, typed string) (plain string, outdated bool, err error) {
	candidates := []string{typed}
	if bare := strings.TrimSpace(typed); bare != typed && bare != "" {
		candidates = append(candidates, bare)
	}
	for i, candidate := range candidates {
		ok, outdated, err := s.hasher.Verify(ctx, hash, candidate)
		switch {
		case errors.Is(err, password.ErrUnreadable), errors.Is(err, password.ErrTooCostly):
			return "", false, s.hasher.Waste(ctx, candidate)
		case err != nil && i > 0:
			return "", false, fmt.Errorf("%w: %w", errOneWrong, err)
		case err != nil:
			return "", false, err
		case ok:
			return candidate, outdated, nil
		}
	}
	return "", false, nil
}

// enter ends a sign-in with right credentials, in one transaction: it gives the try back and signs in whoever has the
// address verified. Anybody else gets its verification mail.
func (s *Service) enter(ctx context.Context, user userRow, t try, freshHash string) (Arrival, error) {
	now := s.clock.Now()
	a := Arrival{Person: user.Person, PasswordHash: user.Password}
	err := s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		current, err := lockUser(ctx, tx, user.ID)
		if err != nil {
			return err
		}
		if current.Password != user.Password {
			return errPasswordChanged
		}
		if err := t.giveBack(ctx, tx); err != nil {
			return err
		}
		if !current.Active || current.ErasedAt != nil {
			a.Entry = Inactive
			return nil
		}
		address, err := addressFor(ctx, tx, user.ID, t.email)
		if err != nil {
			return err
		}
		if !address.Verified {
			a.Entry = Unconfirmed
			may, err := s.mayMail(ctx, tx, t.email, now)
			if err != nil || !may {
				return err
			}
			a.Mailed = t.email
			return s.sendConfirmation(ctx, tx, a.Person, address, t.next, now)
		}
		if freshHash != "" {
			a.PasswordHash = freshHash
		}
		return s.admit(ctx, tx, &a, now)
	})
	return a, err
}

// admit records the sign-in of somebody whose password was right, unless a second proof is needed: then whoever checks
// that records it.
func (s *Service) admit(ctx context.Context, tx bun.Tx, a *Arrival, now time.Time) error {
	needs, err := s.needsSecond(ctx, tx, a.Person.ID)
	if err != nil {
		return err
	}
	if needs {
		a.Entry = Guarded
		return storePassword(ctx, tx, a.Person.ID, a.PasswordHash)
	}
	return recordSignIn(ctx, tx, a.Person.ID, a.PasswordHash, now)
}

func wrongCredentials() error {
	var p fault.Fields
	p.Add("", lang.M("The e-mail address or the password is not right. Check both and try again."))
	return fault.Invalid(p)
}
