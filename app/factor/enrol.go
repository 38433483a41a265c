package factor

import (
	"context"
	"crypto/subtle"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/database"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/totp"
)

// Offer is a secret on its way into somebody's app.
type Offer struct {
	Secret string // base 32
	QR     string // SVG
}

// Offer draws a secret for somebody's app; "" is a fresh one.
func (s *Service) Offer(ctx context.Context, who account.Person, secret string, in lang.Locale) (Offer, error) {
	if secret == "" {
		secret = totp.NewSecret()
	}
	issuer, err := s.cfg.Issuer(ctx, in)
	if err != nil {
		return Offer{}, err
	}
	picture, err := totp.QR(totp.URI(secret, who.Email, issuer))
	return Offer{Secret: secret, QR: picture}, err
}

// Unable says why somebody cannot switch the second factor on; the zero message: they can.
func (st State) Unable() lang.Message {
	if st.Unverified {
		return lang.M("Confirm all your e-mail addresses first, or remove those that you do not need.")
	}
	return lang.Message{}
}

// SwitchOn stores the secret, once the person has shown that their app knows it. Whoever has no recovery codes gets a
// set; codes tells so.
func (s *Service) SwitchOn(ctx context.Context, who account.Person, secret, code string, from account.Origin) (codes bool, err error) {
	if strings.TrimSpace(code) == "" {
		return false, noCode()
	}
	now := s.clock.Now()
	want, err := totp.Code(secret, now)
	if err != nil || subtle.ConstantTimeCompare([]byte(want), []byte(strings.TrimSpace(code))) != 1 {
		return false, wrongNewCode()
	}
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := account.Lock(ctx, tx, who.ID); err != nil {
			return err
		}
		waits, err := account.Unverified(ctx, tx, who.ID)
		if err != nil {
			return err
		}
		if waits { // it was added in another window
			return fault.Conflict(State{Unverified: true}.Unable())
		}
		sealed := data{Secret: s.box.Seal(secret, place(app, who.ID))}
		if err := insert(ctx, tx, row{UserID: who.ID, Type: app, Data: sealed, CreatedAt: now, LastUsedAt: &now}); err != nil {
			return err
		}
		rows, err := rowsOf(ctx, tx, who.ID)
		if err != nil {
			return err
		}
		if _, has := rows[recovery]; !has {
			codes = true
			if err := s.newCodes(ctx, tx, who.ID, now); err != nil {
				return err
			}
		}
		return s.people.Notice(ctx, tx, who, lang.M("Two-step sign-in was switched on."), from)
	})
	if database.Constraint(err) == "authenticators_once" {
		return false, fault.Conflict(lang.M("Two-step sign-in is on already."))
	}
	return codes, err
}

func wrongNewCode() error {
	var p fault.Fields
	p.Add("code", lang.M("This code is not right. Enter the one that your app shows now."))
	return fault.Invalid(p)
}

// SwitchOff forgets the secret and the recovery codes.
func (s *Service) SwitchOff(ctx context.Context, who account.Person, from account.Origin) error {
	return s.change(ctx, who, lang.M("Two-step sign-in was switched off."), from, func(ctx context.Context, tx bun.Tx, _ time.Time) error {
		return drop(ctx, tx, who.ID, app, recovery)
	})
}

// Renew replaces the recovery codes: the old ones are void.
func (s *Service) Renew(ctx context.Context, who account.Person, from account.Origin) error {
	return s.change(ctx, who, lang.M("New recovery codes were made."), from, func(ctx context.Context, tx bun.Tx, now time.Time) error {
		if err := drop(ctx, tx, who.ID, recovery); err != nil {
			return err
		}
		return s.newCodes(ctx, tx, who.ID, now)
	})
}

// change does something with the factors of somebody who has one, and tells the person.
func (s *Service) change(ctx context.Context, who account.Person, what lang.Message, from account.Origin, do func(context.Context, bun.Tx, time.Time) error) error {
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := account.Lock(ctx, tx, who.ID); err != nil {
			return err
		}
		on, err := On(ctx, tx, who.ID)
		if err != nil {
			return err
		}
		if !on {
			return notOn()
		}
		if err := do(ctx, tx, s.clock.Now()); err != nil {
			return err
		}
		return s.people.Notice(ctx, tx, who, what, from)
	})
}

func (s *Service) newCodes(ctx context.Context, tx bun.Tx, id int64, now time.Time) error {
	sealed := data{Seed: s.box.Seal(totp.NewSeed(), place(recovery, id))}
	return insert(ctx, tx, row{UserID: id, Type: recovery, Data: sealed, CreatedAt: now})
}
