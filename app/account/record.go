package account

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/database"
	"ams/app/fault"
	"ams/app/lang"
)

// Record is a person as staff look after them.
type Record struct {
	bun.BaseModel `bun:"table:users,alias:u"`
	Person

	Password           string
	AdminNotes         string
	LastLogin          *time.Time
	ErasureRequestedAt *time.Time
	Version            int64 `bun:",nullzero,default:1"`

	access.Grants `bun:"-"`

	Rights    access.Holder `bun:"-"` // what the person may do: whoever may do less may not look after them
	NewSecret string        `bun:"-"`
	Repeat    string        `bun:"-"`
	Invite    bool          `bun:"-"` // instead of a password, a letter with a link to choose one
	NoSecret  bool          `bun:"-"` // take the password away
	Vouched   bool          `bun:"-"` // the primary address counts as verified
}

// Title is that of the person.
func (r *Record) Title() string { return r.Person.Title() }

// LoadGrants adds what the person was given, and what they may do by it.
func LoadGrants(ctx context.Context, db bun.IDB, r *Record) (err error) {
	r.Grants, r.Rights, err = access.GrantsOf(ctx, db, r.ID, r.Superuser)
	return err
}

// LoadRights adds what these people may do, where that is not loaded yet.
func LoadRights(ctx context.Context, db bun.IDB, all []*Record) error {
	var ids []int64
	for _, r := range all {
		if r.Rights.ID != r.ID {
			ids = append(ids, r.ID)
		}
	}
	rights, err := access.LoadMany(ctx, db, ids)
	if err != nil {
		return err
	}
	for _, r := range all {
		if h, asked := rights[r.ID]; asked {
			r.Rights = h
			r.Rights.Superuser = r.Superuser
		}
	}
	return nil
}

// MayLookAfter says why somebody may not change an account; the zero message: they may. Whoever sets its address or
// password can use its rights, so nobody changes an account that may do more than they; belonging to the staff is such
// a right, too.
func MayLookAfter(by access.Holder, r *Record) lang.Message {
	switch {
	case r.ErasedAt != nil:
		return wasErased()
	case r.Superuser && !by.Superuser:
		return lang.M("Only an administrator with every right can change the account of another one.")
	case r.Staff && !by.Staff && !by.Superuser:
		return lang.M("This person belongs to the staff, so only staff can change this account.")
	case !by.Covers(r.Rights):
		return lang.M("This person has permissions that you do not have, so you cannot change this account.")
	}
	return lang.Message{}
}

// Locked tells whether somebody may not change one value of an account.
func Locked(by access.Holder, r *Record, key string) bool {
	switch key {
	case "is_staff", "is_superuser":
		return !by.Superuser || by.ID == r.ID
	case "is_active":
		return by.ID == r.ID
	}
	return false
}

// Grave tells whether a save needs a recent proof of who makes it: when it changes who belongs to the staff, and when
// people change how they come in themselves. before is nil for a new account, after for one that is deleted.
func Grave(by access.Holder, before, after *Record) bool {
	switch {
	case after == nil:
		return false
	case before == nil:
		return after.Staff || after.Superuser
	case before.Staff != after.Staff || before.Superuser != after.Superuser:
		return true
	}
	return by.ID == after.ID && (before.Email != after.Email || after.NewSecret != "" || after.NoSecret || after.Vouched)
}

// CheckRecord lists what is wrong with an account as a whole: its new password, and what other accounts have already.
func (s *Service) CheckRecord(ctx context.Context, db bun.IDB, before, r *Record) (fault.Fields, error) {
	var p fault.Fields
	s.checkSecret(&p, r)
	err := findTaken(ctx, db, before, r, &p)
	return p, err
}

// checkSecret wants a password or an invitation to choose one for a new account. An account that is there may keep its own.
func (s *Service) checkSecret(p *fault.Fields, r *Record) {
	typed := r.NewSecret != "" || r.Repeat != ""
	switch {
	case typed && r.Invite:
		p.Add("invite", lang.M("Enter a password or send a link to choose one, not both."))
	case typed && r.NoSecret:
		p.Add("no_password", lang.M("Enter a new password or take the present one away, not both."))
	case typed:
		s.checkNew(p, NewPassword{r.NewSecret, r.Repeat}, aboutPassword(r.Person))
	case r.ID == 0 && !r.Invite:
		p.Add("password1", lang.M("Enter a password, or have a link sent to choose one."))
	}
}

// HashNew checks and hashes a new password, before a transaction begins. Without one nothing happens.
func (s *Service) HashNew(ctx context.Context, r *Record) error {
	var p fault.Fields
	if s.checkSecret(&p, r); p.Any() {
		return fault.Invalid(p)
	}
	if r.NewSecret == "" {
		return nil
	}
	hash, err := s.hasher.Hash(ctx, r.NewSecret)
	r.Password = hash
	return err
}

// UsernameWrong says what is wrong with a username.
func UsernameWrong(username string) lang.Message {
	var p fault.Fields
	checkUsername(&p, "", username)
	return firstOf(p)
}

// EmailWrong says what is wrong with an address.
func EmailWrong(email string) lang.Message {
	var p fault.Fields
	checkEmail(&p, "", email)
	return firstOf(p)
}

func firstOf(p fault.Fields) lang.Message {
	if list := p.List(); len(list) > 0 {
		return list[0].Text
	}
	return lang.Message{}
}

// checkTaken refuses what findTaken finds.
func checkTaken(ctx context.Context, db bun.IDB, before, r *Record) error {
	var p fault.Fields
	if err := findTaken(ctx, db, before, r, &p); err != nil {
		return err
	}
	if p.Any() {
		return fault.Invalid(p)
	}
	return nil
}

// findTaken looks for other accounts with the same address or username. An address that stays is not looked for:
// several accounts may claim it before one of them proves that it is theirs.
func findTaken(ctx context.Context, db bun.IDB, before, r *Record, p *fault.Fields) error {
	if before == nil || before.Email != r.Email {
		owner, found, err := OwnerOf(ctx, db, r.Email)
		if err != nil {
			return err
		}
		if found && owner.ID != r.ID {
			p.Add("email", emailTaken())
		}
	}
	taken, err := db.NewSelect().Model((*userRow)(nil)).Where("lower(u.username) = lower(?) AND u.id <> ?", r.Username, r.ID).Exists(ctx)
	if err != nil {
		return fmt.Errorf("look up username: %w", err)
	}
	if taken {
		p.Add("username", usernameTaken())
	}
	return nil
}

func emailTaken() lang.Message {
	return lang.M("Another account has this e-mail address. Use another one.")
}

// Taken translates the rules of the schema about people and addresses.
func Taken(constraint string) (key string, text lang.Message) {
	switch constraint {
	case "users_email_unique":
		return "email", emailTaken()
	case "users_username_unique":
		return "username", usernameTaken()
	case "email_addresses_once":
		return "email", lang.M("This person has this e-mail address already.")
	case "email_addresses_one_verified":
		return "verified", lang.M("Another account has proved that this e-mail address is theirs.")
	}
	return "", lang.Message{}
}

// broken makes a problem of a rule of the schema, and wraps every other error.
func broken(err error, doing string) error {
	if key, text := Taken(database.Constraint(err)); !text.Empty() {
		var p fault.Fields
		p.Add(key, text)
		return fault.Invalid(p)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
