package account

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/database"
	"ams/app/fault"
	"ams/app/lang"
)

// Address is an e-mail address as staff look after it.
type Address struct {
	bun.BaseModel `bun:"table:email_addresses,alias:ea"`

	ID       int64 `bun:",pk,autoincrement"`
	UserID   int64
	Email    string
	Verified bool
	Primary  bool
	Version  int64 `bun:",nullzero,default:1"`

	Owner Record `bun:"-"`
}

// LoadOwners adds whose addresses these are.
func LoadOwners(ctx context.Context, db bun.IDB, all []*Address) error {
	var ids []int64
	for _, a := range all {
		ids = append(ids, a.UserID)
	}
	owners, err := Owners(ctx, db, ids)
	if err != nil {
		return err
	}
	for _, a := range all {
		a.Owner = owners[a.UserID]
	}
	return nil
}

// Owners finds people by their ids.
func Owners(ctx context.Context, db bun.IDB, ids []int64) (map[int64]Record, error) {
	owners := map[int64]Record{}
	if len(ids) == 0 {
		return owners, nil
	}
	var found []Record
	if err := db.NewSelect().Model(&found).Where("u.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("load the owners of records: %w", err)
	}
	for _, o := range found {
		owners[o.ID] = o
	}
	return owners, nil
}

// LoadOwnersRights adds whose addresses these are, and what those people may do.
func LoadOwnersRights(ctx context.Context, db bun.IDB, all []*Address) error {
	if slices.ContainsFunc(all, func(a *Address) bool { return a.Owner.ID != a.UserID }) {
		if err := LoadOwners(ctx, db, all); err != nil {
			return err
		}
	}
	owners := make([]*Record, len(all))
	for i, a := range all {
		owners[i] = &a.Owner
	}
	return LoadRights(ctx, db, owners)
}

// Person names the owner.
func (a *Address) Person() string { return a.Owner.Title() }

// lockOwner holds the account of an address and refuses people who may not look after it.
func lockOwner(ctx context.Context, tx bun.Tx, by access.Holder, user int64) error {
	if err := Lock(ctx, tx, user); err != nil {
		return err
	}
	owners := []*Address{{UserID: user}}
	if err := LoadOwnersRights(ctx, tx, owners); err != nil {
		return err
	}
	if why := MayLookAfter(by, &owners[0].Owner); !why.Empty() {
		return fault.Forbidden(why)
	}
	return nil
}

// AddAddress gives a person a further address.
func (s *Service) AddAddress(ctx context.Context, tx bun.Tx, by access.Holder, a *Address) error {
	if err := by.Must("account.add_emailaddress"); err != nil {
		return err
	}
	if err := lockOwner(ctx, tx, by, a.UserID); err != nil {
		return err
	}
	a.Primary = false
	if _, err := tx.NewInsert().Model(a).Returning("id").Exec(ctx); err != nil {
		return broken(err, fmt.Sprintf("insert address of user %d", a.UserID))
	}
	return nil
}

// ChangeAddress says whether an address is proved to be its owner's; what it is and whose never changes.
func (s *Service) ChangeAddress(ctx context.Context, tx bun.Tx, by access.Holder, before, after *Address) error {
	if err := by.Must("account.change_emailaddress"); err != nil {
		return err
	}
	if err := lockOwner(ctx, tx, by, before.UserID); err != nil {
		return err
	}
	if _, err := tx.NewUpdate().Model(after).Column("verified").WherePK().Exec(ctx); err != nil {
		return broken(err, fmt.Sprintf("update address %d", after.ID))
	}
	return nil
}

// DropAddress takes a further address from a person. The primary one stays: it is the person's way in.
func (s *Service) DropAddress(ctx context.Context, tx bun.Tx, by access.Holder, a *Address) error {
	if err := by.Must("account.delete_emailaddress"); err != nil {
		return err
	}
	if err := lockOwner(ctx, tx, by, a.UserID); err != nil {
		return err
	}
	var gone []Address
	if _, err := tx.NewDelete().Model(&gone).Where(`id = ? AND NOT "primary"`, a.ID).Returning("id").Exec(ctx); err != nil {
		return fmt.Errorf("delete address %d: %w", a.ID, err)
	}
	if len(gone) == 0 {
		return fault.Conflict(lang.M("This is the primary address of the account. Make another one primary first."))
	}
	owner, err := ByID(ctx, tx, a.UserID)
	if err != nil {
		return err
	}
	return s.Notice(ctx, tx, owner, addressRemoved(a.Email), Origin{})
}

// VerifyAddress marks an address as its owner's.
func (s *Service) VerifyAddress(ctx context.Context, tx bun.Tx, by access.Holder, a *Address) error {
	after := *a
	after.Verified = true
	return s.ChangeAddress(ctx, tx, by, a, &after)
}

// PreferAddress makes an address that is proved to be its owner's the primary one, which they sign in with.
func (s *Service) PreferAddress(ctx context.Context, tx bun.Tx, by access.Holder, a *Address) error {
	if err := by.Must("account.change_emailaddress"); err != nil {
		return err
	}
	if err := lockOwner(ctx, tx, by, a.UserID); err != nil {
		return err
	}
	owner, rows, err := own(ctx, tx, a.UserID)
	if err != nil {
		return err
	}
	row, _ := among(rows, a.Email) // one that is gone is not verified
	switch {
	case row.Primary:
		return nil
	case !row.Verified:
		return fault.Conflict(lang.M("It is not verified. Mark it as verified first."))
	}
	err = s.prefer(ctx, tx, owner, row, Origin{})
	if database.Constraint(err) == "users_email_unique" {
		return fault.Conflict(lang.M("Another account signs in with this address."))
	}
	return err
}
