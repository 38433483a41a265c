package organisation

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
)

// Act is what those who look after an organisation do to somebody of it, named as in addresses.
type Act string

// The acts.
const (
	MakeAdmin   Act = "make-admin"
	RevokeAdmin Act = "revoke-admin"
	Remove      Act = "remove"
)

// Weigh says what Do would say, and changes nothing.
func (s *Service) Weigh(ctx context.Context, by account.Person, o Organisation, m Member, act Act) (changes bool, err error) {
	if err := must(ctx, s.db, by, o.ID); err != nil {
		return false, err
	}
	return weigh(ctx, s.db, by, o, m, act)
}

// Do changes or ends the role of somebody; changes is false where it is so already. The organisation is held, so that two
// administrators cannot end each other's role at once.
func (s *Service) Do(ctx context.Context, by account.Person, o Organisation, m Member, act Act) (changes bool, err error) {
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if o, err = Lock(ctx, tx, o.ID); err != nil {
			return err
		}
		if err := must(ctx, tx, by, o.ID); err != nil {
			return err
		}
		if m, err = lockMember(ctx, tx, o.ID, m.ID); err != nil {
			return err
		}
		if changes, err = weigh(ctx, tx, by, o, m, act); err != nil || !changes {
			return err
		}
		switch act {
		case MakeAdmin:
			return setRole(ctx, tx, m, RoleAdmin)
		case RevokeAdmin:
			return setRole(ctx, tx, m, RoleMember)
		}
		return deleteMember(ctx, tx, m)
	})
	if err == nil && changes {
		m.log(ctx, act.done(m), by, "act", string(act))
	}
	return changes, err
}

// done is what the log calls the act.
func (a Act) done(m Member) string {
	switch {
	case a != Remove:
		return "role changed"
	case m.Pending():
		return "invitation removed"
	}
	return "member removed"
}

// weigh holds the rules about roles, in the order in which they are told (spec §5.7).
func weigh(ctx context.Context, db bun.IDB, by account.Person, o Organisation, m Member, act Act) (changes bool, err error) {
	if !m.Current() {
		return false, unknownMember()
	}
	if act == MakeAdmin {
		if !m.Active() {
			return false, fault.BadRequest(lang.M("Only somebody who has accepted the invitation and whose account is active can become an administrator."))
		}
		return m.Role != RoleAdmin, nil
	}
	if m.UserID == by.ID {
		return false, fault.BadRequest(lang.M("You cannot end your own role here. Leave the organisation instead."))
	}
	if act == RevokeAdmin && m.Role == RoleMember {
		return false, nil
	}
	return true, notTheLast(ctx, db, o, m)
}

// notTheLast refuses to end the role of an administrator when nobody else would look after the organisation.
func notTheLast(ctx context.Context, db bun.IDB, o Organisation, m Member) error {
	if m.Role != RoleAdmin {
		return nil
	}
	others, err := anotherAdmin(ctx, db, o.ID, m.ID)
	if err == nil && !others {
		err = lastAdmin(o)
	}
	return err
}

func lastAdmin(o Organisation) error {
	return fault.Conflict(lang.M("Nobody else is an administrator of %s. Make somebody else an administrator first.", o.Name))
}

// MayLeave says what Leave would say, and changes nothing.
func (s *Service) MayLeave(ctx context.Context, by account.Person, o Organisation) error {
	_, err := leaving(ctx, s.db, by, o)
	return err
}

// Leave ends somebody's own membership of an organisation, or the invitation to it.
func (s *Service) Leave(ctx context.Context, by account.Person, o Organisation) error {
	var m Member
	err := s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) (err error) {
		if o, err = Lock(ctx, tx, o.ID); err != nil {
			return err
		}
		if m, err = leaving(ctx, tx, by, o); err != nil {
			return err
		}
		return deleteMember(ctx, tx, m)
	})
	if err == nil {
		m.log(ctx, "member left", by)
	}
	return err
}

// leaving is the row of somebody who wants to leave and may.
func leaving(ctx context.Context, db bun.IDB, by account.Person, o Organisation) (Member, error) {
	m, err := memberBy(ctx, db, db.NewSelect().Where("om.organisation_id = ? AND om.user_id = ?", o.ID, by.ID).Where(isCurrent))
	if fault.KindOf(err) == fault.Missing {
		return m, fault.BadRequest(lang.M("You do not belong to this organisation."))
	}
	if err != nil {
		return m, err
	}
	return m, notTheLast(ctx, db, o, m)
}

func setRole(ctx context.Context, tx bun.Tx, m Member, role Role) error {
	m.Role = role
	if _, err := tx.NewUpdate().Model(&m).Column("role").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("set the role of member %d: %w", m.ID, err)
	}
	return nil
}

func deleteMember(ctx context.Context, tx bun.Tx, m Member) error {
	if _, err := tx.NewDelete().Model(&m).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("delete member %d: %w", m.ID, err)
	}
	return nil
}
