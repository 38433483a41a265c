package factor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/limit"
)

// PendingLife is how long somebody whose password was right has to show the second factor.
const PendingLife = 15 * time.Minute

// Pending is a sign-in that waits for the second factor. It travels in the session as text.
type Pending struct {
	Person   int64
	Began    time.Time
	Password string // a digest of the stored hash: a new password ends the sign-in
	Remember bool
	Next     string
}

// Begin makes a pending sign-in of one with right credentials.
func (s *Service) Begin(a account.Arrival, remember bool, next string) Pending {
	return Pending{Person: a.Person.ID, Began: s.clock.Now(), Password: digest(a.PasswordHash), Remember: remember, Next: next}
}

// String is the text that Resume reads.
func (p Pending) String() string {
	text, _ := json.Marshal(p) // of plain fields
	return string(text)
}

// Resume reads a pending sign-in; false when there is none, or none any longer, of which is left where it led.
func (s *Service) Resume(text string) (p Pending, waits bool) {
	if json.Unmarshal([]byte(text), &p) != nil || p.Person == 0 {
		return Pending{}, false
	}
	if s.clock.Now().Sub(p.Began) > PendingLife {
		return Pending{Next: p.Next}, false
	}
	return p, true
}

func digest(hash string) string {
	sum := sha256.Sum256([]byte(hash))
	return hex.EncodeToString(sum[:])
}

// Enter ends a pending sign-in with a code of the app or a recovery code. The code is spent in the transaction that
// records the sign-in.
func (s *Service) Enter(ctx context.Context, p Pending, code, client string) (a account.Arrival, err error) {
	err = s.checked(ctx, p.Person, code, client, func(ctx context.Context, tx bun.Tx) error {
		a, err = s.people.Admit(ctx, tx, p.Person, func(hash string) bool { return digest(hash) == p.Password })
		return err
	})
	return a, err
}

// Confirm lets somebody who is signed in prove who they are by a code.
func (s *Service) Confirm(ctx context.Context, who account.Person, code, client string) error {
	return s.checked(ctx, who.ID, code, client, func(context.Context, bun.Tx) error { return nil })
}

// checked does something in the transaction that spends a code, or refuses the code. Wrong ones are counted before
// they are looked at, so that many at once can guess no more often than one after another.
func (s *Service) checked(ctx context.Context, id int64, typed, client string, then func(context.Context, bun.Tx) error) error {
	if strings.TrimSpace(typed) == "" { // no guess, so it does not count as one
		return noCode()
	}
	now := s.clock.Now()
	own := limit.Count{Key: fmt.Sprintf("second factor/person/%d", id), Rule: limit.Rule{Max: 5, Window: 5 * time.Minute}}
	shared := limit.Count{Key: "second factor/client/" + client, Rule: limit.PerMinute(10)}
	ok, after, err := limit.TakeAll(ctx, s.db, now, shared, own)
	if err != nil {
		return err
	}
	if !ok {
		var p fault.Fields
		p.Add("code", limit.Refusal(after))
		return fault.InvalidFor(after, p)
	}
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := account.Lock(ctx, tx, id); err != nil { // the same code in two requests: one after the other
			return err
		}
		right, err := s.spend(ctx, tx, id, strings.TrimSpace(typed), now)
		if err != nil {
			return err
		}
		if !right {
			return wrongCode()
		}
		if err := limit.GiveBack(ctx, tx, now, shared); err != nil {
			return err
		}
		if err := limit.Clear(ctx, tx, own.Key); err != nil {
			return err
		}
		return then(ctx, tx)
	})
}

// spend takes a code of six digits for one of the app, one of eight for a recovery code. Imported recovery codes may look
// otherwise, so whatever the app does not show is compared with them.
func (s *Service) spend(ctx context.Context, tx bun.Tx, id int64, code string, now time.Time) (right bool, err error) {
	rows, err := rowsOf(ctx, tx, id)
	if err != nil {
		return false, err
	}
	if _, on := rows[app]; !on {
		return false, nil
	}
	var r row
	if digits(code, 6) {
		r = rows[app]
		right, err = s.accept(&r, code, now)
	}
	if codes, has := rows[recovery]; err == nil && !right && has && (digits(code, 8) || codes.migrated()) {
		r = codes
		right, err = s.use(&r, code, now)
	}
	if err != nil || !right {
		return false, err
	}
	return true, save(ctx, tx, r)
}

func digits(code string, n int) bool {
	return len(code) == n && strings.Trim(code, "0123456789") == ""
}

func noCode() error {
	var p fault.Fields
	p.Add("code", lang.M("Enter a code."))
	return fault.Invalid(p)
}

func wrongCode() error {
	var p fault.Fields
	p.Add("code", lang.M("This code is not right. Enter the one that your app shows now, or a recovery code that you have not used yet."))
	return fault.Invalid(p)
}
