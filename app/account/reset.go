package account

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/database"
	"ams/app/fault"
	"ams/app/href"
	"ams/app/lang"
	"ams/app/limit"
	"ams/app/mail"
)

// resetMail is what views/mail/account_password_reset and account_set_password tell.
type resetMail struct {
	Name, Link string
	Days       int
}

// unknownMail is what views/mail/account_unknown tells; nobody can sign up where the address is empty.
type unknownMail struct{ SignUp string }

// RequestReset sends a link to choose a new password to an address that belongs to somebody, and another letter to any
// other address: who asks learns nothing. With next, a path of this site, the link leads on to there.
func (s *Service) RequestReset(ctx context.Context, email, client, next string) error {
	email = CanonicalEmail(email)
	var p fault.Fields
	checkEmail(&p, "email", email)
	counts := []limit.Count{{Key: "reset/client/" + client, Rule: limit.PerMinute(20)}}
	if !p.Any() {
		counts = append(counts, limit.Count{Key: "reset/email/" + email, Rule: limit.PerMinute(5)})
	}
	ok, after, err := limit.TakeAll(ctx, s.db, s.clock.Now(), counts...)
	switch {
	case err != nil:
		return err
	case !ok:
		return fault.TooMany(after, limit.Refusal(after))
	case p.Any():
		return fault.Invalid(p)
	}
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		u, found, err := resetOwner(ctx, tx, email)
		if err != nil {
			return err
		}
		if !found {
			return s.sendUnknown(ctx, tx, email)
		}
		return s.sendReset(ctx, tx, s.letters.reset, u.ID, email, next)
	})
}

// resetOwner finds who may choose a password by mail to an address: who has it verified, else whose primary address it
// is. An unverified secondary address never opens an account.
func resetOwner(ctx context.Context, db bun.IDB, email string) (userRow, bool, error) {
	const holders = `JOIN (
		SELECT user_id AS id, 1 AS rank FROM email_addresses WHERE email = ?0 AND verified
		UNION ALL SELECT id, 2 FROM users WHERE lower(email) = ?0) AS holder ON holder.id = u.id`
	q := db.NewSelect().Join(holders, email).Where("u.is_active AND u.erased_at IS NULL")
	return first(ctx, q.OrderExpr("holder.rank, u.id"))
}

// sendReset writes a letter with a link for the account as it is in this transaction.
func (s *Service) sendReset(ctx context.Context, tx bun.Tx, l mail.Letter[resetMail], user int64, email, next string) error {
	if err := Lock(ctx, tx, user); err != nil {
		return err
	}
	address, err := addressFor(ctx, tx, user, email)
	if err != nil {
		return err
	}
	state, err := resetStateOf(ctx, tx, user)
	if err != nil {
		return err
	}
	now, owner := s.clock.Now(), state.user.Person
	in := s.LanguageOf(owner)
	facts := resetMail{
		Name: owner.Name(), Days: int(resetLife.Hours() / 24),
		Link: href.WithNext(s.cfg.Address(in, ResetPath+"key/"+resetKey(s.cfg.ResetSecret, state, address.ID, now)+"/"), next),
	}
	return s.post.Add(ctx, tx, l.To(email, in, facts, mail.User(owner.ID), mail.Until(now.Add(resetLife))))
}

func (s *Service) sendUnknown(ctx context.Context, tx bun.Tx, email string) error {
	var facts unknownMail
	if s.cfg.Open {
		facts.SignUp = s.cfg.Address(lang.Default, SignUpPath)
	}
	return s.post.Add(ctx, tx, s.letters.unknown.To(email, lang.Default, facts))
}

func resetStateOf(ctx context.Context, db bun.IDB, user int64) (state resetState, err error) {
	if state.user, err = userByID(ctx, db, user); err != nil {
		return state, err
	}
	state.addresses, err = addressesOf(ctx, db, user)
	return state, err
}

// Resetting gives the owner of a link to choose a password. Forged, expired and used keys are fault.Missing.
func (s *Service) Resetting(ctx context.Context, key string) (Person, error) {
	state, _, err := s.readReset(ctx, s.db, key)
	return state.user.Person, err
}

func (s *Service) readReset(ctx context.Context, db bun.IDB, key string) (state resetState, address addressRow, err error) {
	link, ok := parseResetKey(key)
	if !ok {
		return state, address, deadLink()
	}
	if state, err = resetStateOf(ctx, db, link.user); fault.KindOf(err) == fault.Missing {
		return state, address, deadLink()
	}
	if err != nil {
		return state, address, err
	}
	address, found := state.address(link.address)
	if !found || !state.user.Active || state.user.ErasedAt != nil || !link.fits(s.cfg.ResetSecret, state, s.clock.Now()) {
		return state, address, deadLink()
	}
	return state, address, nil
}

// Reset stores the password that the owner of a link chose. Whoever could open the link has the mailbox, so its address
// counts as verified unless another account has it. All sessions end, and failed sign-ins are forgotten.
func (s *Service) Reset(ctx context.Context, key string, n NewPassword, from Origin) error {
	state, _, err := s.readReset(ctx, s.db, key)
	if err != nil {
		return err
	}
	var p fault.Fields
	s.checkNew(&p, n, aboutPassword(state.user.Person))
	if p.Any() {
		return fault.Invalid(p)
	}
	hash, err := s.hasher.Hash(ctx, n.Password)
	if err != nil {
		return err
	}
	err = s.reset(ctx, key, hash, from)
	if database.Constraint(err) == "email_addresses_one_verified" { // another account verified the address meanwhile
		err = s.reset(ctx, key, hash, from)
	}
	return err
}

func (s *Service) reset(ctx context.Context, key, hash string, from Origin) error {
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		link, _ := parseResetKey(key)
		if err := Lock(ctx, tx, link.user); err != nil {
			return err
		}
		state, address, err := s.readReset(ctx, tx, key) // as it stands now that nobody else can change it
		if err != nil {
			return err
		}
		if err := s.store(ctx, tx, state.user.Person, hash, from); err != nil {
			return err
		}
		failed := []string{failedSignIn(state.user.Email)}
		for _, a := range state.addresses {
			if a.Verified { // whatever else is listed may be somebody else's, and keeps its limit
				failed = append(failed, failedSignIn(a.Email))
			}
		}
		if err := limit.Clear(ctx, tx, failed...); err != nil {
			return err
		}
		taken, err := verifiedElsewhere(ctx, tx, address.Email, state.user.ID)
		if err != nil || taken || address.Verified {
			return err
		}
		return s.prove(ctx, tx, address, from)
	})
}

// invite sends a letter with a link to choose a password to somebody whom staff look after.
func (s *Service) invite(ctx context.Context, tx bun.Tx, r *Record) error {
	if !r.Active || r.ErasedAt != nil {
		return fault.Conflict(lang.M("This account is switched off, so nobody can choose a password for it."))
	}
	if err := s.sendReset(ctx, tx, s.letters.setPassword, r.ID, r.Email, ""); err != nil {
		return fmt.Errorf("invite user %d to choose a password: %w", r.ID, err)
	}
	return nil
}
