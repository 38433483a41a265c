package factor

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
)

// Record is an authenticator as staff see it: never what is in it.
type Record struct {
	bun.BaseModel `bun:"table:authenticators,alias:f"`

	ID         int64 `bun:",pk,autoincrement"`
	UserID     int64
	Type       string
	CreatedAt  time.Time
	LastUsedAt *time.Time
	Version    int64

	Owner account.Record `bun:"-"`
}

// The types, as lists narrow by them.
const (
	TypeApp      = app
	TypeRecovery = recovery
	TypeKey      = "webauthn" // not offered; an installation that moves here may bring some
)

// Kind says what it is.
func (r *Record) Kind() lang.Message { return KindOf(r.Type) }

// KindOf names a type.
func KindOf(kind string) lang.Message {
	switch kind {
	case recovery:
		return lang.M("Recovery codes")
	case TypeKey:
		return lang.M("Security key")
	}
	return lang.M("Authenticator app")
}

// LoadOwners adds whose these are.
func LoadOwners(ctx context.Context, db bun.IDB, all []*Record) error {
	var ids []int64
	for _, r := range all {
		ids = append(ids, r.UserID)
	}
	owners, err := account.Owners(ctx, db, ids)
	for _, r := range all {
		r.Owner = owners[r.UserID]
	}
	return err
}

// LoadRights adds whose these are, and what those people may do.
func LoadRights(ctx context.Context, db bun.IDB, all []*Record) error {
	if err := LoadOwners(ctx, db, all); err != nil {
		return err
	}
	owners := make([]*account.Record, len(all))
	for i, r := range all {
		owners[i] = &r.Owner
	}
	return account.LoadRights(ctx, db, owners)
}

// Remove takes an authenticator from a person who has lost it. Recovery codes alone let nobody in, so they go with the
// app. The person is told.
func (s *Service) Remove(ctx context.Context, tx bun.Tx, by access.Holder, r *Record) error {
	if err := by.Must("mfa.delete_authenticator"); err != nil {
		return err
	}
	if err := account.Lock(ctx, tx, r.UserID); err != nil {
		return err
	}
	if err := LoadRights(ctx, tx, []*Record{r}); err != nil {
		return err
	}
	if why := account.MayLookAfter(by, &r.Owner); !why.Empty() {
		return fault.Forbidden(why)
	}
	types, told := []string{r.Type}, lang.M("A security key was removed from your account by the staff.")
	switch r.Type {
	case app:
		types, told = []string{app, recovery}, lang.M("Two-step sign-in was switched off by the staff.")
	case recovery:
		told = lang.M("Your recovery codes were deleted by the staff.")
	}
	gone := tx.NewDelete().Model((*row)(nil)).Where("user_id = ? AND type IN (?)", r.UserID, bun.List(types))
	if r.Type == TypeKey { // of which there may be others
		gone.Where("id = ?", r.ID)
	}
	done, err := gone.Exec(ctx)
	if err != nil {
		return fmt.Errorf("remove the second factor of user %d: %w", r.UserID, err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 { // it went with the other one a moment ago
		return err
	}
	return s.people.Notice(ctx, tx, r.Owner.Person, told, account.Origin{})
}
