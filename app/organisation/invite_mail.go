package organisation

import (
	"context"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/href"
	"ams/app/lang"
	"ams/app/mail"
)

// inviteMail is what views/mail/organisation_invite tells. Somebody with an account gets the links to accept and decline,
// anybody else those to sign up and to add the address to another account.
type inviteMail struct {
	Organisation, Contact, Email, Telephone string
	Location                                string // empty where the city is not known
	Role                                    string
	Accept, Decline                         string
	SignUp, Addresses                       string
}

// sendInvitation writes the letter of a row, whose Person is loaded, in the language of who it is for.
func (s *Service) sendInvitation(ctx context.Context, tx bun.Tx, o Organisation, m Member) error {
	in, opts := lang.Default, []mail.Option(nil)
	if m.UserID != 0 {
		in, opts = s.people.LanguageOf(m.Person), append(opts, mail.User(m.UserID))
	}
	facts := inviteMail{
		Organisation: o.Name, Contact: o.ContactName, Email: o.Email, Telephone: o.Telephone, Location: o.City,
		Role: s.cfg.Texts(in).Say(m.Role.Text()),
	}
	if m.UserID != 0 {
		facts.Accept, facts.Decline = s.throughSignIn(in, m.AcceptPath()), s.throughSignIn(in, m.DeclinePath())
	} else {
		facts.SignUp, facts.Addresses = s.cfg.Address(in, account.SignUpPath), s.cfg.Address(in, account.AddressesPath)
	}
	return s.post.Add(ctx, tx, s.invite.To(m.Address(), in, facts, opts...))
}

// throughSignIn is the absolute address of a path that is reached by signing in, or at once by who is signed in.
func (s *Service) throughSignIn(in lang.Locale, path string) string {
	return href.WithNext(s.cfg.Address(in, account.SignInPath), "/"+string(in)+path)
}

// AcceptPath is where the invitation is shown and accepted, below the language. It holds the secret.
func (m Member) AcceptPath() string { return "/organisations/invite/" + m.InviteToken + "/accept/" }

// DeclinePath is where the invitation is shown and declined, below the language. It holds the secret.
func (m Member) DeclinePath() string { return "/organisations/invite/" + m.InviteToken + "/decline/" }
