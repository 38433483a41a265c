package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/password"
)

// AddRecord stores a person whom staff add. The address counts as unverified, so that the first sign-in asks for proof.
func (s *Service) AddRecord(ctx context.Context, tx bun.Tx, by access.Holder, r *Record) error {
	if err := by.Must("users.add_user"); err != nil {
		return err
	}
	if (r.Staff || r.Superuser) && !by.Superuser {
		return onlySuperusers()
	}
	if err := checkTaken(ctx, tx, nil, r); err != nil {
		return err
	}
	r.UUID, r.DateJoined, r.Active = uuid.NewString(), s.clock.Now(), true
	if r.Password == "" {
		r.Password = password.Unusable()
	}
	row := &userRow{Person: r.Person, Password: r.Password}
	if err := insertUser(ctx, tx, row, &addressRow{Email: r.Email, Primary: true}); err != nil {
		return err
	}
	r.ID = row.ID
	if len(r.Groups)+len(r.Codes) > 0 {
		if err := access.SetGrants(ctx, tx, by, r.ID, access.Grants{}, r.Grants); err != nil {
			return err
		}
	}
	if r.Invite {
		return s.invite(ctx, tx, r)
	}
	return nil
}

// InviteRecord sends somebody a letter with a link to choose a password, as to somebody without one.
func (s *Service) InviteRecord(ctx context.Context, tx bun.Tx, by access.Holder, r *Record) error {
	if err := by.Must("users.change_user"); err != nil {
		return err
	}
	if why := MayLookAfter(by, r); !why.Empty() {
		return fault.Forbidden(why)
	}
	return s.invite(ctx, tx, r)
}

func onlySuperusers() error {
	return fault.Forbidden(lang.M("Only an administrator with every right can say who belongs to the staff."))
}

// ChangeRecord stores what staff changed. A new address becomes the primary one, unverified unless it was verified
// before or staff vouch for it; the old one stays as a further address and is told. A new password and a closed account
// end the person's sessions.
func (s *Service) ChangeRecord(ctx context.Context, tx bun.Tx, by access.Holder, before, after *Record) error {
	if err := by.Must("users.change_user"); err != nil {
		return err
	}
	was := *before // what they may do can have grown since the form was opened
	if err := LoadGrants(ctx, tx, &was); err != nil {
		return err
	}
	if err := guard(ctx, tx, by, &was, after); err != nil {
		return err
	}
	if err := checkTaken(ctx, tx, before, after); err != nil {
		return err
	}
	columns := []string{
		"email", "username", "first_name", "last_name", "language", "admin_notes", "is_active", "is_staff", "is_superuser",
	}
	if after.NoSecret {
		after.Password = password.Unusable()
	}
	if after.NoSecret || after.NewSecret != "" { // the one that was read may be older than one that the person has chosen since
		columns = append(columns, "password")
	}
	if _, err := tx.NewUpdate().Model(after).Column(columns...).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("update user %d: %w", after.ID, err)
	}
	if err := s.changedEmail(ctx, tx, before, after); err != nil {
		return err
	}
	if err := s.changedEntry(ctx, tx, before, after); err != nil {
		return err
	}
	return access.SetGrants(ctx, tx, by, after.ID, before.Grants, after.Grants)
}

// changedEmail keeps the addresses in step with the account's. The letter goes to the one that was primary.
func (s *Service) changedEmail(ctx context.Context, tx bun.Tx, before, after *Record) error {
	if before.Email != after.Email {
		if err := makePrimary(ctx, tx, after.ID, after.Email); err != nil {
			return err
		}
		if err := s.Notice(ctx, tx, before.Person, primaryChanged(before.Email, after.Email), Origin{}); err != nil {
			return err
		}
	}
	if !after.Vouched {
		return nil
	}
	if _, _, err := own(ctx, tx, after.ID); err != nil { // an imported account may lack the row
		return err
	}
	const vouch = `UPDATE email_addresses SET verified = true WHERE user_id = ? AND "primary" AND NOT verified`
	if _, err := tx.NewRaw(vouch, after.ID).Exec(ctx); err != nil {
		return broken(err, fmt.Sprintf("verify the primary address of user %d", after.ID))
	}
	return nil
}

// changedEntry ends sessions and tells the person, where staff changed how they come in.
func (s *Service) changedEntry(ctx context.Context, tx bun.Tx, before, after *Record) error {
	secret := after.NoSecret || after.NewSecret != ""
	if secret || before.Active && !after.Active {
		if err := s.cfg.EndSessions(ctx, tx, after.ID); err != nil {
			return err
		}
	}
	switch {
	case after.NoSecret:
		return s.Notice(ctx, tx, after.Person, lang.M("The password of your account was taken away. Choose a new one before you sign in again."), Origin{})
	case secret:
		return s.passwordNotice(ctx, tx, after.Person, Origin{})
	}
	return nil
}

// guard holds the rules that keep anybody from raising rights, and the last administrator in place.
func guard(ctx context.Context, tx bun.Tx, by access.Holder, before, after *Record) error {
	if why := MayLookAfter(by, before); !why.Empty() {
		return fault.Forbidden(why)
	}
	flags := before.Staff != after.Staff || before.Superuser != after.Superuser
	if flags && !by.Superuser {
		return onlySuperusers()
	}
	if by.ID == after.ID && (flags || before.Active != after.Active) {
		return fault.Forbidden(lang.M("You cannot take your own rights away. Ask another administrator."))
	}
	if before.Superuser && before.Active && !(after.Superuser && after.Active) {
		return notTheLast(ctx, tx, after.ID)
	}
	return nil
}

// superusers is the advisory lock for demoting one: two at once would each count the other.
const superusers = 0x5065_726b

func notTheLast(ctx context.Context, tx bun.Tx, id int64) error {
	if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(?)", superusers).Exec(ctx); err != nil {
		return fmt.Errorf("wait for other changes of administrators: %w", err)
	}
	others, err := tx.NewSelect().Model((*userRow)(nil)).Where("u.is_superuser AND u.is_active AND u.id <> ?", id).Exists(ctx)
	if err != nil {
		return fmt.Errorf("look for other administrators: %w", err)
	}
	if !others {
		return fault.Conflict(lang.M("This is the last administrator with every right. Appoint another one first."))
	}
	return nil
}

// MayRemove refuses whoever may not delete or erase a person, and whom nobody may.
func MayRemove(ctx context.Context, tx bun.Tx, by access.Holder, r *Record) error {
	if err := by.Must("users.delete_user"); err != nil {
		return err
	}
	if why := MayLookAfter(by, r); !why.Empty() {
		return fault.Forbidden(why)
	}
	if by.ID == r.ID {
		return fault.Conflict(lang.M("You cannot delete or erase your own account. Ask another administrator."))
	}
	if r.Superuser && r.Active {
		return notTheLast(ctx, tx, r.ID)
	}
	return nil
}

// DropRecord deletes a person; what refers to them says whether that is possible.
func (s *Service) DropRecord(ctx context.Context, tx bun.Tx, by access.Holder, r *Record) error {
	if err := MayRemove(ctx, tx, by, r); err != nil {
		return err
	}
	if err := s.letGo(ctx, tx, r.Person); err != nil {
		return err
	}
	if _, err := tx.NewDelete().Model(r).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("delete user %d: %w", r.ID, err)
	}
	return nil
}

// makePrimary gives a person another primary address; one that they have keeps its state.
func makePrimary(ctx context.Context, tx bun.Tx, id int64, email string) error {
	if _, err := tx.NewRaw(`UPDATE email_addresses SET "primary" = false WHERE user_id = ? AND "primary"`, id).Exec(ctx); err != nil {
		return fmt.Errorf("take the primary address of user %d: %w", id, err)
	}
	const set = `
		INSERT INTO email_addresses (user_id, email, "primary") VALUES (?, ?, true)
		ON CONFLICT ON CONSTRAINT email_addresses_once DO UPDATE SET "primary" = true`
	if _, err := tx.NewRaw(set, id, email).Exec(ctx); err != nil {
		return fmt.Errorf("set the primary address of user %d: %w", id, err)
	}
	return nil
}
