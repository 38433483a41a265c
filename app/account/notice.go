package account

import (
	"context"
	"strings"
	"unicode"

	"github.com/uptrace/bun"

	"ams/app/lang"
	"ams/app/mail"
)

// longestAgent is how much of what a browser calls itself a notice repeats, in characters.
const longestAgent = 200

// Origin is where a change to an account came from, as far as a request tells. The zero Origin is the staff: people are
// not told where those sit.
type Origin struct{ Client, Agent string }

// noticeMail is what views/mail/account_security_notice tells. account_password_changed tells the same without the
// change.
type noticeMail struct {
	Name, Change, When string
	Client, Agent      string // both empty when staff did it
	Reset              string
}

// Notice tells a person that somebody, perhaps they, changed how their account is guarded. It goes to the address that
// p has: for a change of the address, callers give the person as they were before.
func (s *Service) Notice(ctx context.Context, tx bun.Tx, p Person, change lang.Message, from Origin) error {
	return s.tell(ctx, tx, s.letters.notice, p, change, from)
}

// passwordNotice is Notice for a new password.
func (s *Service) passwordNotice(ctx context.Context, tx bun.Tx, p Person, from Origin) error {
	return s.tell(ctx, tx, s.letters.passwordChanged, p, lang.Message{}, from)
}

func (s *Service) tell(ctx context.Context, tx bun.Tx, l mail.Letter[noticeMail], p Person, change lang.Message, from Origin) error {
	in := s.LanguageOf(p)
	say := s.cfg.Texts(in)
	facts := noticeMail{
		Name: p.Name(), Change: say.Say(change), When: say.Moment(s.clock.Now()),
		Client: from.Client, Agent: from.agent(), Reset: s.cfg.Address(in, ResetPath),
	}
	return s.post.Add(ctx, tx, l.To(p.Email, in, facts, mail.User(p.ID)))
}

// agent is what the browser calls itself, shortened and on one line. It may be any bytes.
func (o Origin) agent() string {
	printable := func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}
	text := []rune(strings.Join(strings.Fields(strings.Map(printable, strings.ToValidUTF8(o.Agent, "?"))), " "))
	return string(text[:min(len(text), longestAgent)])
}
