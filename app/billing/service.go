package billing

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/clock"
	"ams/app/lang"
	"ams/app/mail"
	"ams/jobs"
)

// Config is what billing takes from the settings.
type Config struct {
	Mailable func(address string) bool // whether invoices are mailed there
	Texts    func(lang.Locale) *lang.Translator
	Address  func(lang.Locale, string) string // absolute address of a path in a language
	Desk     func(Ref) string                 // absolute address of a membership in the administration
	Failed   func() string                    // absolute address of the list of failed purchases there
	Observe  func(Outcome)                    // hears what became of invoices, once it is certain; nil for nobody
}

// Outcome is what a job has done about an invoice.
type Outcome struct {
	What    string        // raised, adopted, voided
	Purpose Kind          // "" for an invoice that is not kept here
	After   time.Duration // since the purchase; 0 for what was voided
}

// The outcomes. An invoice is adopted where an earlier run has left it at the provider.
const (
	Raised  = "raised"
	Adopted = "adopted"
	Voided  = "voided"
)

// Memberships is what billing asks of the memberships that purchases pay for. Package membership stands above this one
// and answers.
type Memberships struct {
	// Standing tells how a membership stands at the moment.
	Standing func(ctx context.Context, db bun.IDB, m Ref) (Standing, error)
	// Hold locks a membership until the transaction ends, and tells how it stands.
	Hold func(ctx context.Context, tx bun.Tx, m Ref) (Standing, error)
	// Settled hears of every invoice of an application or renewal that is settled, in the transaction that notes it and
	// with the membership held. It may hear of the same payment again. It tells whether staff have been told to decide.
	Settled func(ctx context.Context, tx bun.Tx, i Invoice) (told bool, err error)
}

// Standing is how a membership stands, as far as invoices depend on it.
type Standing struct {
	Cancelled bool
	Hopeless  bool // never approved, and its whole period is over
	// Whose it is: one of the two is set.
	Person, Organisation int64
}

// Service holds the rules about purchases and invoices.
type Service struct {
	db          *bun.DB
	clock       clock.Clock
	queue       *jobs.Queue
	post        *mail.Post
	provider    Provider // nil: billing is off
	people      *account.Service
	memberships Memberships
	cfg         Config
	letters     letters
}

// New binds letters. Ask Serve and Jobs before the first purchase. Without a provider billing is off: purchases are kept
// and nothing is invoiced.
func New(db *bun.DB, c clock.Clock, q *jobs.Queue, post *mail.Post, people *account.Service, p Provider, cfg Config) *Service {
	return &Service{
		db: db, clock: c, queue: q, post: post, people: people, provider: p, cfg: cfg, letters: bindLetters(post),
	}
}

// Serve names who answers for memberships.
func (s *Service) Serve(m Memberships) { s.memberships = m }

func (s *Service) tell(o Outcome) {
	if s.cfg.Observe != nil {
		s.cfg.Observe(o)
	}
}

// On reports whether invoices are raised.
func (s *Service) On() bool { return s.provider != nil }
