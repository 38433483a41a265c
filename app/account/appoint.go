package account

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ams/app/database"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/password"
)

// Appointment is an account that an operator makes. Its address counts as verified.
type Appointment struct {
	Email, Username, FirstName, LastName string
	Password                             string // empty: nobody can sign in until one is set
	Superuser                            bool
}

// CreateSuperuser makes an account with every right. The username may be the e-mail address.
func (s *Service) CreateSuperuser(ctx context.Context, a Appointment) error {
	a = a.canonical()
	a.Superuser = true
	var p fault.Fields
	checkEmail(&p, "email", a.Email)
	if a.Username != a.Email {
		checkUsername(&p, "username", a.Username)
	} else if tooLong(a.Username) { // addresses can be longer
		p.Add("username", usernameTooLong())
	}
	for _, name := range [][2]string{{"first_name", a.FirstName}, {"last_name", a.LastName}} {
		if wrong := NameWrong(name[1]); !wrong.Empty() {
			p.Add(name[0], wrong)
		}
	}
	if a.Password != "" {
		about := password.About{Username: a.Username, FirstName: a.FirstName, LastName: a.LastName, Email: a.Email}
		for _, text := range s.rules.Check(a.Password, about) {
			p.Add("password", text)
		}
	}
	if p.Any() {
		return fault.Invalid(p)
	}
	_, err := s.appoint(ctx, a, func(context.Context, bun.Tx, int64) error {
		return fault.Conflict(lang.M("There is an account with this e-mail address already."))
	})
	if database.Constraint(err) == "users_username_unique" {
		p.Add("username", usernameTaken())
		return fault.Invalid(p)
	}
	return err
}

// Appoint makes the account, or sees to it that the one with this address is verified and has the rights asked for. An
// existing password stays.
func (s *Service) Appoint(ctx context.Context, a Appointment) (created bool, err error) {
	a = a.canonical()
	return s.appoint(ctx, a, func(ctx context.Context, tx bun.Tx, id int64) error { return s.promote(ctx, tx, id, a) })
}

// appoint calls existing for an account that has the address already.
func (s *Service) appoint(ctx context.Context, a Appointment, existing func(context.Context, bun.Tx, int64) error) (created bool, err error) {
	hash := password.Unusable()
	if a.Password != "" {
		if hash, err = s.hasher.Hash(ctx, a.Password); err != nil {
			return false, err
		}
	}
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		owner, found, err := OwnerOf(ctx, tx, a.Email)
		if err != nil {
			return err
		}
		if found {
			return existing(ctx, tx, owner.ID)
		}
		created = true
		row := &userRow{Password: hash, Person: Person{
			UUID: uuid.NewString(), Email: a.Email, Username: a.Username, FirstName: a.FirstName, LastName: a.LastName,
			Active: true, Staff: a.Superuser, Superuser: a.Superuser, DateJoined: s.clock.Now(),
		}}
		return insertUser(ctx, tx, row, &addressRow{Email: a.Email, Primary: true, Verified: true})
	})
	return created, err
}

func (a Appointment) canonical() Appointment {
	a.Email, a.Username = CanonicalEmail(a.Email), canonicalUsername(a.Username)
	a.FirstName, a.LastName = canonicalName(a.FirstName), canonicalName(a.LastName)
	if a.Username == "" {
		a.Username = a.Email
	}
	return a
}

func (s *Service) promote(ctx context.Context, tx bun.Tx, id int64, a Appointment) error {
	if err := Lock(ctx, tx, id); err != nil {
		return err
	}
	if a.Superuser {
		if err := grantAll(ctx, tx, id); err != nil {
			return err
		}
	}
	address, err := addressFor(ctx, tx, id, a.Email)
	if err != nil || address.Verified {
		return err
	}
	return s.prove(ctx, tx, address, Origin{})
}
