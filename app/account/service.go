package account

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"ams/app/clock"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/limit"
	"ams/app/mail"
	"ams/app/password"
	"ams/app/picture"
	"ams/jobs"
	"ams/storage"
)

// Config is what the account rules take from the settings.
type Config struct {
	Secret       []byte // signs the keys of verification links
	ResetSecret  []byte // signs the keys of links to choose a password
	Open         bool   // anybody may sign up
	Languages    []lang.Locale
	Address      func(lang.Locale, string) string // absolute address of a path in a language
	Texts        func(lang.Locale) *lang.Translator
	HashesAtOnce int
	// EndSessions signs a person out everywhere.
	EndSessions func(ctx context.Context, db bun.IDB, user int64) error
	Pictures    *storage.Bucket // the public one; nil: nobody can have a picture
	AfterHash   func()          // as password.Hasher has it
}

// Service holds the rules about people.
type Service struct {
	db      *bun.DB
	clock   clock.Clock
	cfg     Config
	queue   *jobs.Queue
	lab     *picture.Lab
	asked   sync.Map // pictures whose thumbnail this process has asked for
	post    *mail.Post
	hasher  *password.Hasher
	rules   *password.Rules
	letters letters
	needs   condition // whether somebody has to show a second proof; nil: nobody has
	has     condition // whether somebody has one of any kind; nil: nobody has
}

// New binds the letters; the post reports what does not fit.
func New(db *bun.DB, c clock.Clock, queue *jobs.Queue, post *mail.Post, cfg Config) (*Service, error) {
	rules, err := password.NewRules()
	if err != nil {
		return nil, fmt.Errorf("load password rules: %w", err)
	}
	hasher := password.NewHasher(cfg.HashesAtOnce)
	hasher.After = cfg.AfterHash
	return &Service{
		db: db, clock: c, cfg: cfg, queue: queue, post: post, letters: bindLetters(post), lab: picture.NewLab(picturesAtOnce),
		hasher: hasher, rules: rules,
	}, nil
}

// Open reports whether anybody may sign up.
func (s *Service) Open() bool { return s.cfg.Open }

// PasswordRules are shown at every input for a new password.
func (s *Service) PasswordRules() []password.Rule { return s.rules.List() }

// ByUsername finds the owner of a dashboard; the name is compared exactly.
func (s *Service) ByUsername(ctx context.Context, username string) (Person, error) {
	return personByUsername(ctx, s.db, username)
}

// Confirmed tells whether somebody's primary address is known to be theirs.
func (s *Service) Confirmed(ctx context.Context, p Person) (bool, error) {
	return hasVerified(ctx, s.db, p.ID, p.Email)
}

// mailOnce bounds verification and "already exists" mails: whoever asks more often is told the same and gets nothing.
func mailOnce() limit.Rule { return limit.Rule{Max: 1, Window: 3 * time.Minute} }

func (s *Service) mayMail(ctx context.Context, tx bun.Tx, email string, now time.Time) (bool, error) {
	ok, _, err := limit.Take(ctx, tx, "account-mail:"+email, now, mailOnce())
	return ok, err
}

func unknownPerson() error { return fault.NotFound(lang.M("There is no person with this username.")) }
