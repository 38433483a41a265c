package account

import (
	"context"

	"github.com/uptrace/bun"

	"ams/app/database"
	"ams/app/fault"
	"ams/app/lang"
)

// Confirmation is what the page behind a verification link shows.
type Confirmation struct {
	Owner Person
	Email string
	Taken bool // another account has verified this address meanwhile
}

// Confirmation reads a verification link without changing anything. Forged, expired and used keys are fault.Missing.
func (s *Service) Confirmation(ctx context.Context, key string) (Confirmation, error) {
	_, seen, err := s.addressOf(ctx, s.db, key)
	return seen, err
}

func (s *Service) addressOf(ctx context.Context, db bun.IDB, key string) (addressRow, Confirmation, error) {
	id, ok := readConfirmKey(s.cfg.Secret, key, s.clock.Now())
	if !ok {
		return addressRow{}, Confirmation{}, deadLink()
	}
	address, owner, found, err := addressByID(ctx, db, id)
	if err != nil {
		return addressRow{}, Confirmation{}, err
	}
	if !found || address.Verified || owner.ErasedAt != nil {
		return addressRow{}, Confirmation{}, deadLink()
	}
	taken, err := verifiedElsewhere(ctx, db, address.Email, owner.ID)
	return address, Confirmation{Owner: owner, Email: address.Email, Taken: taken}, err
}

// Confirm verifies the address behind the key, and makes it the primary one of a person who has none. It signs nobody
// in. An address that another account verified meanwhile is fault.Clash.
func (s *Service) Confirm(ctx context.Context, key string, from Origin) (Confirmation, error) {
	var done Confirmation
	err := s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		_, seen, err := s.addressOf(ctx, tx, key)
		if err != nil {
			return err
		}
		err = Lock(ctx, tx, seen.Owner.ID)
		if kind := fault.KindOf(err); kind == fault.Missing || kind == fault.Clash { // deleted or erased meanwhile
			return deadLink()
		}
		if err != nil {
			return err
		}
		address, now, err := s.addressOf(ctx, tx, key) // as it stands now that nobody else can change it
		if err != nil {
			return err
		}
		done = now
		if done.Taken {
			return takenAddress()
		}
		return s.prove(ctx, tx, address, from)
	})
	switch database.Constraint(err) {
	case "email_addresses_one_verified", "users_email_unique":
		return done, takenAddress()
	}
	return done, err
}

func deadLink() error {
	return fault.NotFound(lang.M("This link is not valid, has expired or was used already."))
}

func takenAddress() error {
	return fault.Conflict(lang.M("Another account has confirmed this e-mail address already."))
}
