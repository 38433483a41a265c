package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/fault"
	"ams/app/lang"
	"ams/app/password"
)

// NewPassword is a password as somebody chose it, typed twice.
type NewPassword struct{ Password, Repeat string }

// checkNew lists what is wrong with a new password for that person.
func (s *Service) checkNew(p *fault.Fields, n NewPassword, whose password.About) {
	switch {
	case n.Password == "":
		p.Add("password1", lang.M("Choose a password."))
	default:
		for _, text := range s.rules.Check(n.Password, whose) {
			p.Add("password1", text)
		}
	}
	switch {
	case n.Repeat == "":
		p.Add("password2", lang.M("Enter the password a second time."))
	case n.Repeat != n.Password:
		p.Add("password2", lang.M("The two passwords are different. Enter the same one twice."))
	}
}

func aboutPassword(p Person) password.About {
	return password.About{Username: p.Username, FirstName: p.FirstName, LastName: p.LastName, Email: p.Email}
}

// HasPassword tells whether somebody can sign in with a password.
func (s *Service) HasPassword(ctx context.Context, who Person) (bool, error) {
	u, err := userByID(ctx, s.db, who.ID)
	return password.Usable(u.Password), err
}

// ChangePassword replaces a password that the person knows, ends all sessions of the account and tells its owner. The
// caller begins a session anew for the one that asked, with the hash.
func (s *Service) ChangePassword(ctx context.Context, who Person, old string, n NewPassword, from Origin) (hash string, err error) {
	for range 2 { // the second time when a sign-in renewed the hash meanwhile
		hash, err = s.changePassword(ctx, who, old, n, from)
		if !errors.Is(err, errPasswordChanged) {
			return hash, err
		}
	}
	var p fault.Fields
	p.Add("oldpassword", wrongPassword())
	return "", fault.Invalid(p)
}

func (s *Service) changePassword(ctx context.Context, who Person, old string, n NewPassword, from Origin) (string, error) {
	u, err := userByID(ctx, s.db, who.ID)
	if err != nil {
		return "", err
	}
	var p fault.Fields
	if old == "" {
		p.Add("oldpassword", lang.M("Enter your present password."))
	} else {
		plain, _, err := s.verify(ctx, u.Password, old)
		if err != nil {
			return "", err
		}
		if plain == "" {
			p.Add("oldpassword", wrongPassword())
		}
	}
	s.checkNew(&p, n, aboutPassword(u.Person))
	if p.Any() {
		return "", fault.Invalid(p)
	}
	return s.replace(ctx, u, n, from)
}

func wrongPassword() lang.Message {
	return lang.M("This is not your present password. Try again, or ask for a link to choose a new one.")
}

// SetPassword gives a password to somebody who has none, as ChangePassword does. Somebody who has one is fault.Clash.
func (s *Service) SetPassword(ctx context.Context, who Person, n NewPassword, from Origin) (hash string, err error) {
	u, err := userByID(ctx, s.db, who.ID)
	if err != nil {
		return "", err
	}
	if password.Usable(u.Password) {
		return "", hasPassword()
	}
	var p fault.Fields
	s.checkNew(&p, n, aboutPassword(u.Person))
	if p.Any() {
		return "", fault.Invalid(p)
	}
	hash, err = s.replace(ctx, u, n, from)
	if errors.Is(err, errPasswordChanged) {
		return "", hasPassword()
	}
	return hash, err
}

func hasPassword() error {
	return fault.Conflict(lang.M("Your account has a password already. You can change it here."))
}

// replace stores a new password, unless the one that u had has been changed meanwhile.
func (s *Service) replace(ctx context.Context, u userRow, n NewPassword, from Origin) (string, error) {
	hash, err := s.hasher.Hash(ctx, n.Password)
	if err != nil {
		return "", err
	}
	return hash, s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		current, err := hold(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		if current.Password != u.Password {
			return errPasswordChanged
		}
		return s.store(ctx, tx, current.Person, hash, from)
	})
}

// store keeps a new password, ends all sessions of the person and tells them.
func (s *Service) store(ctx context.Context, tx bun.Tx, p Person, hash string, from Origin) error {
	if _, err := tx.NewRaw("UPDATE users SET password = ? WHERE id = ?", hash, p.ID).Exec(ctx); err != nil {
		return fmt.Errorf("store the password of user %d: %w", p.ID, err)
	}
	if err := s.cfg.EndSessions(ctx, tx, p.ID); err != nil {
		return err
	}
	return s.passwordNotice(ctx, tx, p, from)
}
