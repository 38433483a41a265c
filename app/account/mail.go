package account

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/href"
	"ams/app/lang"
	"ams/app/mail"
)

// confirmationMail and existsMail are what views/mail/account_email_confirmation and account_already_exists tell.
type (
	confirmationMail struct {
		Name, Link string
		Days       int
	}
	existsMail struct{ Name, SignIn, Reset string }
)

type letters struct {
	confirmation mail.Letter[confirmationMail]
	exists       mail.Letter[existsMail]

	notice, passwordChanged mail.Letter[noticeMail]
	reset, setPassword      mail.Letter[resetMail]
	unknown                 mail.Letter[unknownMail]
}

func bindLetters(post *mail.Post) letters {
	return letters{
		confirmation: mail.Bind[confirmationMail](post, "account_email_confirmation"),
		exists:       mail.Bind[existsMail](post, "account_already_exists"),

		notice:          mail.Bind[noticeMail](post, "account_security_notice"),
		passwordChanged: mail.Bind[noticeMail](post, "account_password_changed"),
		reset:           mail.Bind[resetMail](post, "account_password_reset"),
		setPassword:     mail.Bind[resetMail](post, "account_set_password"),
		unknown:         mail.Bind[unknownMail](post, "account_unknown"),
	}
}

// sendConfirmation sends the link that proves an address. With next, a path of this site, it leads on to there.
func (s *Service) sendConfirmation(ctx context.Context, tx bun.Tx, to Person, a addressRow, next string, now time.Time) error {
	in := s.LanguageOf(to)
	facts := confirmationMail{
		Name: to.Name(), Days: int(confirmLife.Hours() / 24),
		Link: href.WithNext(s.cfg.Address(in, ConfirmPath+confirmKey(s.cfg.Secret, a.ID, now)+"/"), next),
	}
	return s.post.Add(ctx, tx, s.letters.confirmation.To(a.Email, in, facts, mail.User(to.ID), mail.Until(now.Add(confirmLife))))
}

func (s *Service) sendAlreadyExists(ctx context.Context, tx bun.Tx, owner Person, email string) error {
	in := s.LanguageOf(owner)
	facts := existsMail{Name: owner.Name(), SignIn: s.cfg.Address(in, SignInPath), Reset: s.cfg.Address(in, ResetPath)}
	return s.post.Add(ctx, tx, s.letters.exists.To(email, in, facts, mail.User(owner.ID)))
}

// LanguageOf is the language of letters to somebody: the preferred one where it is enabled, else English.
func (s *Service) LanguageOf(p Person) lang.Locale { return p.Locale(s.cfg.Languages, lang.Default) }

// LanguageAt is LanguageOf for an address: that of the person whose it is, else English.
func (s *Service) LanguageAt(ctx context.Context, db bun.IDB, email string) (lang.Locale, error) {
	p, _, err := OwnerOf(ctx, db, CanonicalEmail(email))
	return s.LanguageOf(p), err
}

// TellStaff calls write once for each language among the active staff, with the addresses of those who read it, in the
// order of the enabled languages. Without staff nobody is told.
func (s *Service) TellStaff(ctx context.Context, db bun.IDB, write func(in lang.Locale, to []string) error) error {
	staff, err := activeStaff(ctx, db)
	if err != nil {
		return err
	}
	return s.tellEach(staff, write)
}

// TellHolders is TellStaff for those who hold a permission.
func (s *Service) TellHolders(ctx context.Context, db bun.IDB, code string, write func(in lang.Locale, to []string) error) error {
	staff, err := activeStaff(ctx, db)
	if err != nil {
		return err
	}
	ids := make([]int64, len(staff))
	for i, p := range staff {
		ids[i] = p.ID
	}
	rights, err := access.LoadMany(ctx, db, ids)
	if err != nil {
		return err
	}
	staff = slices.DeleteFunc(staff, func(p Person) bool { return !p.Superuser && !rights[p.ID].May(code) })
	return s.tellEach(staff, write)
}

func (s *Service) tellEach(staff []Person, write func(in lang.Locale, to []string) error) error {
	to := map[lang.Locale][]string{}
	for _, p := range staff {
		in := s.LanguageOf(p)
		to[in] = append(to[in], p.Email)
	}
	for _, in := range s.cfg.Languages {
		if len(to[in]) == 0 {
			continue
		}
		if err := write(in, to[in]); err != nil {
			return err
		}
	}
	return nil
}
