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

// Registration is a sign-up form as typed.
type Registration struct {
	Email, Password, Repeat, FirstName, LastName, Username, Language string
	Next                                                             string // path of this site to go on to, once the address is proved
}

// canonical trims what people type; passwords stay as they are.
func (r Registration) canonical() Registration {
	r.Email = CanonicalEmail(r.Email)
	r.Username = canonicalUsername(r.Username)
	r.FirstName, r.LastName = canonicalName(r.FirstName), canonicalName(r.LastName)
	return r
}

// SignUp creates an account with an unverified address and queues the verification mail. For an address that belongs
// to an account already it changes nothing, tells that address by mail, and returns the same as for a new one.
func (s *Service) SignUp(ctx context.Context, r Registration) error {
	if !s.cfg.Open {
		return fault.Forbidden(lang.M("Registration is closed at the moment."))
	}
	r = r.canonical()
	problems, err := s.checkRegistration(ctx, r)
	if err != nil {
		return err
	}
	if problems.Any() {
		return fault.Invalid(problems)
	}
	hash, err := s.hasher.Hash(ctx, r.Password)
	if err != nil {
		return err
	}
	err = s.register(ctx, r, hash)
	if database.Constraint(err) == "users_email_unique" { // somebody signed up with it meanwhile
		err = s.register(ctx, r, hash)
	}
	if database.Constraint(err) == "users_username_unique" {
		var taken fault.Fields
		taken.Add("username", usernameTaken())
		return fault.Invalid(taken)
	}
	return err
}

func (s *Service) checkRegistration(ctx context.Context, r Registration) (fault.Fields, error) {
	var p fault.Fields
	checkEmail(&p, "email", r.Email)
	about := password.About{Username: r.Username, FirstName: r.FirstName, LastName: r.LastName, Email: r.Email}
	s.checkNew(&p, NewPassword{r.Password, r.Repeat}, about)
	checkName(&p, "first_name", r.FirstName, lang.M("Enter your first name."))
	checkName(&p, "last_name", r.LastName, lang.M("Enter your last name."))
	if err := s.checkNewUsername(ctx, &p, r.Username); err != nil {
		return p, err
	}
	checkLanguage(&p, "language", r.Language, s.cfg.Languages)
	return p, nil
}

// UsernameProblems says what SignUp would say about a username alone, and the username as it would be stored.
func (s *Service) UsernameProblems(ctx context.Context, typed string) (username string, p fault.Fields, err error) {
	if !s.cfg.Open {
		return "", p, fault.Forbidden(lang.M("Registration is closed at the moment."))
	}
	username = canonicalUsername(typed)
	return username, p, s.checkNewUsername(ctx, &p, username)
}

func (s *Service) checkNewUsername(ctx context.Context, p *fault.Fields, username string) error {
	checkUsername(p, "username", username)
	if len(p.Of("username")) > 0 {
		return nil
	}
	taken, err := usernameExists(ctx, s.db, username)
	if taken {
		p.Add("username", usernameTaken())
	}
	return err
}

func usernameTaken() lang.Message {
	return lang.M("Somebody uses this username already. Choose another one.")
}

// register is one transaction: the account with its mail, or the mail that the account is there already.
func (s *Service) register(ctx context.Context, r Registration, hash string) error {
	now := s.clock.Now()
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		owner, found, err := OwnerOf(ctx, tx, r.Email)
		if err != nil {
			return err
		}
		mayMail, err := s.mayMail(ctx, tx, r.Email, now)
		if err != nil {
			return err
		}
		if found {
			if !mayMail {
				return nil
			}
			return s.sendAlreadyExists(ctx, tx, owner, r.Email)
		}
		row := &userRow{Password: hash, Person: Person{
			UUID: uuid.NewString(), Email: r.Email, Username: r.Username, FirstName: r.FirstName, LastName: r.LastName,
			Language: r.Language, Active: true, DateJoined: now,
		}}
		address := &addressRow{Email: r.Email, Primary: true}
		if err := insertUser(ctx, tx, row, address); err != nil {
			return err
		}
		if !mayMail {
			return nil
		}
		return s.sendConfirmation(ctx, tx, row.Person, *address, r.Next, now)
	})
}
