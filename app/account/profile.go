package account

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"ams/app/fault"
	"ams/app/lang"
)

// Profile is a person's form about themselves, as typed.
type Profile struct {
	FirstName, LastName, Username, Language string
	Picture                                 Upload
	NoPicture                               bool // take the present one away
}

// Along is what another domain stores with a profile: what is wrong with it, and how it is stored in the transaction that
// holds the person's row. The zero Along is nothing.
type Along struct {
	Problems fault.Fields
	Store    func(ctx context.Context, tx bun.Tx) error
}

// ProfileOf is the form as it stands for somebody.
func ProfileOf(p Person) Profile {
	return Profile{FirstName: p.FirstName, LastName: p.LastName, Username: p.Username, Language: p.Language}
}

// canonical trims what people type, but leaves an imported username that nobody changes as it is. The preferred
// language stays when none is chosen and it is switched off at the moment, or there is no choice.
func (s *Service) canonical(p Profile, who Person) Profile {
	p.FirstName, p.LastName = canonicalName(p.FirstName), canonicalName(p.LastName)
	if p.Username != who.Username {
		p.Username = canonicalUsername(p.Username)
	}
	if p.Language == "" && (len(s.cfg.Languages) == 1 || !slices.Contains(s.cfg.Languages, lang.Locale(who.Language))) {
		p.Language = who.Language
	}
	return p
}

// UpdateProfile stores what people say about themselves and gives them as they are then. A new picture is stored before
// the row that names it, an old one is deleted after the row has let it go.
func (s *Service) UpdateProfile(ctx context.Context, who Person, typed Profile, along Along) (Person, error) {
	p := s.canonical(typed, who)
	problems, err := s.checkProfile(ctx, p, who)
	if err != nil {
		return who, err
	}
	shown, err := s.develop(ctx, p, &problems)
	if err != nil {
		return who, err
	}
	for _, f := range along.Problems.List() {
		problems.Add(f.Name, f.Text)
	}
	if problems.Any() {
		return who, fault.Invalid(problems)
	}
	kept, err := s.keep(ctx, who, shown, &problems)
	if err != nil {
		return who, err
	}
	if problems.Any() {
		return who, fault.Invalid(problems)
	}
	after := who
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if after, err = s.storeProfile(ctx, tx, who.ID, p, kept); err != nil || along.Store == nil {
			return err
		}
		return along.Store(ctx, tx)
	})
	if err != nil {
		s.forget(ctx, kept)
		return who, broken(err, "update a profile")
	}
	return after, nil
}

// Amend stores what another domain keeps with a profile, and leaves the profile itself as it is.
func (s *Service) Amend(ctx context.Context, who Person, along Along) error {
	if along.Problems.Any() {
		return fault.Invalid(along.Problems)
	}
	err := s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := hold(ctx, tx, who.ID); err != nil {
			return err
		}
		return along.Store(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("amend a profile: %w", err)
	}
	return nil
}

func (s *Service) checkProfile(ctx context.Context, p Profile, who Person) (fault.Fields, error) {
	var problems fault.Fields
	checkName(&problems, "first_name", p.FirstName, lang.M("Enter your first name."))
	checkName(&problems, "last_name", p.LastName, lang.M("Enter your last name."))
	if p.Username != who.Username {
		checkUsername(&problems, "username", p.Username)
	}
	if p.Language != who.Language {
		checkLanguage(&problems, "language", p.Language, s.cfg.Languages)
	}
	if len(problems.Of("username")) > 0 || strings.EqualFold(p.Username, who.Username) {
		return problems, nil
	}
	taken, err := usernameExists(ctx, s.db, p.Username)
	if taken {
		problems.Add("username", usernameTaken())
	}
	return problems, err
}

// storeProfile lets the old picture go when there is a new one or none is wanted.
func (s *Service) storeProfile(ctx context.Context, tx bun.Tx, id int64, p Profile, kept images) (Person, error) {
	u, err := hold(ctx, tx, id)
	if err != nil {
		return Person{}, err
	}
	u.FirstName, u.LastName, u.Username, u.Language = p.FirstName, p.LastName, p.Username, p.Language
	if kept.any() || p.NoPicture {
		if err := s.letGo(ctx, tx, u.Person); err != nil {
			return Person{}, err
		}
		u.Picture, u.Thumbnail = kept.picture, kept.thumbnail
	}
	columns := []string{"first_name", "last_name", "username", "language", "profile_picture", "profile_thumbnail"}
	if _, err := tx.NewUpdate().Model(&u).Column(columns...).WherePK().Exec(ctx); err != nil {
		return Person{}, fmt.Errorf("update user %d: %w", id, err)
	}
	return u.Person, nil
}
