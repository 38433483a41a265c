package membership

import (
	"context"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/account"
	"ams/app/billing"
	"ams/app/clock"
	"ams/app/lang"
	"ams/app/mail"
	"ams/app/profile"
	"ams/jobs"
)

// Config is what memberships take from the settings.
type Config struct {
	FreeNeedsApproval bool // memberships that cost nothing wait for staff
	NotifyStaff       bool // of every application; of one that waits for their approval they always hear
	Texts             func(lang.Locale) *lang.Translator
	Address           func(lang.Locale, string) string // absolute address of a path in a language
	Desk              func(billing.Ref) string         // absolute address of a membership in the administration
}

// Service holds the rules about memberships.
type Service struct {
	db     *bun.DB
	clock  clock.Clock
	queue  *jobs.Queue
	post   *mail.Post
	people *account.Service
	bills  *billing.Service
	// questions keeps the answers that come with an application.
	questions *profile.Service
	cfg       Config
	letters   letters
	history   History
}

// History writes who did something to a record elsewhere than in the administration, which shows it there.
type History func(ctx context.Context, tx bun.Tx, by access.Holder, entity string, id int64, title, action string) error

// KeepHistory says where, before the first membership is cancelled.
func (s *Service) KeepHistory(h History) { s.history = h }

// New binds the letters and answers billing's questions about memberships.
func New(db *bun.DB, c clock.Clock, q *jobs.Queue, post *mail.Post, people *account.Service, bills *billing.Service,
	questions *profile.Service, cfg Config,
) *Service {
	s := &Service{
		db: db, clock: c, queue: q, post: post, people: people, bills: bills, questions: questions, cfg: cfg, letters: bindLetters(post),
	}
	bills.Serve(billing.Memberships{Standing: s.standing, Hold: s.hold, Settled: s.settled})
	return s
}

func (s *Service) today() clock.Date { return clock.DateOf(s.clock.Now()) }
