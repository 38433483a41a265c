package privacy

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/limit"
	"ams/app/membership"
	"ams/app/organisation"
)

// Erase takes everything about a person away that is not a record of money, and closes the account for ever. The caller
// holds the person's row. It cannot be undone.
func (s *Service) Erase(ctx context.Context, tx bun.Tx, by access.Holder, r *account.Record) error {
	if err := account.MayRemove(ctx, tx, by, r); err != nil {
		return err
	}
	waits, err := s.bills.OnItsWay(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	if waits {
		return fault.Conflict(OnItsWay())
	}
	d := doomed{by: by, id: r.ID, trace: account.Trace(r.ID), email: r.Email}
	if d.addresses, err = addressesOf(ctx, tx, r.ID); err != nil {
		return err
	}
	if err := forgetHistory(ctx, tx, d); err != nil {
		return err
	}
	for _, h := range s.holdings() {
		if h.erase == nil {
			continue
		}
		if err := h.erase(ctx, tx, d); err != nil {
			return err
		}
	}
	if err := limit.Forget(ctx, tx, append(d.addresses, fmt.Sprintf("user/%d", r.ID), fmt.Sprintf("person/%d", r.ID))...); err != nil {
		return err
	}
	if err := s.people.Anonymise(ctx, tx, r); err != nil {
		return err
	}
	return s.sendErased(ctx, tx, r.Person)
}

// addressesOf are the addresses by which stored things are known to be a person's: that of the account, its further
// ones, and those that the history says it once had. One that somebody else has proved, or signs in with, is left out.
func addressesOf(ctx context.Context, db bun.IDB, id int64) (all []string, err error) {
	const list = `
		WITH claimed (email) AS (
			SELECT email FROM users WHERE id = ?0
			UNION SELECT email FROM email_addresses WHERE user_id = ?0
			UNION SELECT lower(v.email) FROM admin_log_entries e, jsonb_array_elements(e.changes) c,
			             LATERAL (VALUES (c ->> 'before'), (c ->> 'after')) v (email)
			      WHERE e.entity = 'users.user' AND e.object_id = ?0 AND c ->> 'field' IN ('email', 'addresses', 'addresses.email'))
		SELECT email FROM claimed c WHERE email <> ''
		   AND NOT EXISTS (SELECT 1 FROM users u WHERE u.email = c.email AND u.id <> ?0)
		   AND NOT EXISTS (SELECT 1 FROM email_addresses a WHERE a.email = c.email AND a.user_id <> ?0 AND a.verified)
		ORDER BY email`
	if err = db.NewRaw(list, id).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("list the addresses of person %d: %w", id, err)
	}
	return all, nil
}

// OnItsWay says why nobody can be erased at the moment.
func OnItsWay() lang.Message {
	return lang.M("An invoice of this person is on its way. Wait until it is there, then erase the person.")
}

// Delete deletes a person as a whole, with the files that were made for them and what they bought without being billed.
func (s *Service) Delete(ctx context.Context, tx bun.Tx, by access.Holder, r *account.Record) error {
	if err := account.MayRemove(ctx, tx, by, r); err != nil {
		return err
	}
	if err := s.drop(ctx, tx, "user_id = ?", r.ID); err != nil {
		return err
	}
	if err := s.members.Discard(ctx, tx, membership.OfPerson(r.ID)); err != nil {
		return err
	}
	return s.people.DropRecord(ctx, tx, by, r)
}

// Count is how many rows of a table are about a person.
type Count struct {
	Table string
	Rows  int
}

// Consequences are what an erasure takes away and what it leaves.
type Consequences struct {
	Goes, Stays []Count
	Running     int      // memberships that would be cancelled
	OnItsWay    bool     // an invoice is: nobody can be erased before it is there
	Unattended  []string // organisations that nobody else looks after
}

// Consequences looks at what an erasure of somebody would mean.
func (s *Service) Consequences(ctx context.Context, person int64) (c Consequences, err error) {
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) (err error) {
		for _, h := range s.belongings() {
			if h.erase == nil || h.ownsRows {
				err = h.count(ctx, tx, person, &c.Stays)
			} else {
				err = h.count(ctx, tx, person, &c.Goes)
			}
			if err != nil {
				return err
			}
		}
		for _, h := range mentions() {
			if err := h.count(ctx, tx, person, &c.Stays); err != nil {
				return err
			}
		}
		if c.Running, err = s.members.Running(ctx, tx, membership.OfPerson(person)); err != nil {
			return err
		}
		if c.Unattended, err = organisation.Unattended(ctx, tx, person); err != nil {
			return err
		}
		c.OnItsWay, err = s.bills.OnItsWay(ctx, tx, person)
		return err
	})
	return c, err
}

// count notes how many rows a holding has about a person, where it has any.
func (h holding) count(ctx context.Context, tx bun.Tx, person int64, among *[]Count) error {
	if h.give == "" {
		return nil
	}
	n := Count{Table: h.table()}
	if err := tx.NewRaw("SELECT count(*) FROM ("+h.give+") t", person).Scan(ctx, &n.Rows); err != nil {
		return fmt.Errorf("count %s of person %d: %w", n.Table, person, err)
	}
	if n.Rows > 0 {
		*among = append(*among, n)
	}
	return nil
}
