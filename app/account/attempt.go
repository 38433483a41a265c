package account

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"ams/app/fault"
	"ams/app/limit"
)

// try is one attempt to sign in. It counts as failed before the password is compared, and is given back when that turns
// out to be right: so many tries at the same moment guess no more often than tries in a row.
type try struct {
	email, password, next string
	at                    time.Time
	counts                []limit.Count
}

// count begins a try, or refuses it without a look at the password. An address without an account is refused after as
// many tries as any other, so that nobody learns whose there is.
func (s *Service) count(ctx context.Context, email string, c Credentials) (try, error) {
	t := try{email: email, password: c.Password, next: c.Next, at: s.clock.Now(), counts: []limit.Count{
		{Key: "sign-in failed/client/" + c.Client, Rule: limit.PerMinute(10)},
		{Key: failedSignIn(email), Rule: limit.Rule{Max: 5, Window: 5 * time.Minute}},
	}}
	ok, after, err := limit.TakeAll(ctx, s.db, t.at, t.counts...)
	if err != nil {
		return t, err
	}
	if !ok {
		var p fault.Fields
		p.Add("", limit.Refusal(after))
		return t, fault.InvalidFor(after, p)
	}
	return t, nil
}

// failedSignIn is the key that failures of one address are counted under.
func failedSignIn(email string) string { return "sign-in failed/email/" + email }

// errOneWrong says that the password was wrong as it was typed, and could not be compared without the spaces around it.
var errOneWrong = errors.New("as typed the password does not fit")

// unlooked gives a try back that ended because the hasher was too busy, before any password had turned out to be wrong.
func (s *Service) unlooked(ctx context.Context, t try, err error) error {
	if fault.KindOf(err) != fault.Away || errors.Is(err, errOneWrong) {
		return err
	}
	return errors.Join(err, s.db.RunInTx(ctx, nil, t.giveBack))
}

func (t try) giveBack(ctx context.Context, tx bun.Tx) error {
	return limit.GiveBack(ctx, tx, t.at, t.counts...)
}
