package privacy

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/clock"
	"ams/app/lang"
	"ams/app/mail"
)

// What the letters tell: views/mail/account_data_ready, account_erased and staff_erasure_requested.
type (
	readyMail struct {
		Name, Link string
		Days       int
	}
	erasedMail  struct{ Name string }
	requestMail struct{ Name, Email, On, Link string }
)

type letters struct {
	ready   mail.Letter[readyMail]
	erased  mail.Letter[erasedMail]
	request mail.Letter[requestMail]
}

func bindLetters(post *mail.Post) letters {
	return letters{
		ready:   mail.Bind[readyMail](post, "account_data_ready"),
		erased:  mail.Bind[erasedMail](post, "account_erased"),
		request: mail.Bind[requestMail](post, "staff_erasure_requested"),
	}
}

// Page is where people look after their own data, below the language.
const Page = "/users/~data/"

// sendReady leads to the page and never to the file: a letter lies around for years.
func (s *Service) sendReady(ctx context.Context, tx bun.Tx, to account.Person) error {
	in := s.people.LanguageOf(to)
	facts := readyMail{Name: to.Name(), Link: s.cfg.Address(in, Page), Days: int(FileLife.Hours() / 24)}
	return s.post.Add(ctx, tx, s.letters.ready.To(to.Email, in, facts, mail.User(to.ID)))
}

// sendErased is the last letter to somebody.
func (s *Service) sendErased(ctx context.Context, tx bun.Tx, to account.Person) error {
	facts := erasedMail{Name: to.Name()}
	return s.post.Add(ctx, tx, s.letters.erased.To(to.Email, s.people.LanguageOf(to), facts, mail.User(to.ID), mail.Forget()))
}

// tellStaff writes once for each time that somebody asks, since staff may have heard meanwhile that they changed their mind.
func (s *Service) tellStaff(ctx context.Context, tx bun.Tx, who account.Person, asked time.Time) error {
	return s.people.TellHolders(ctx, tx, "users.delete_user", func(in lang.Locale, to []string) error {
		facts := requestMail{
			Name: cmp.Or(who.Name(), who.Username), Email: who.Email, On: s.cfg.Texts(in).Date(clock.DateOf(asked)), Link: s.cfg.Desk(who.ID),
		}
		once := mail.Once(fmt.Sprintf("erasure_requested/%d/%d/%s", who.ID, asked.UnixMicro(), in))
		return s.post.Add(ctx, tx, s.letters.request.ToAll(to, in, facts, once, mail.User(who.ID)))
	})
}
