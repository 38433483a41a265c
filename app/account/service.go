package account

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ams/app/clock"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/limit"
	"ams/app/mail"
	"ams/app/password"
)

// Config is what the account rules take from the settings.
type Config struct {
	Secret       []byte // signs the keys of verification links
	Open         bool   // anybody may sign up
	Languages    []lang.Locale
	Address      func(lang.Locale, string) string // absolute address of a path in a language
	HashesAtOnce int
	AfterHash    func() // as password.Hasher has it
}

// Service holds the rules about people.
type Service struct {
	db      *bun.DB
	clock   clock.Clock
	cfg     Config
	post    *mail.Post
	hasher  *password.Hasher
	rules   *password.Rules
	letters letters
}

// New binds the letters; the post reports what does not fit.
func New(db *bun.DB, c clock.Clock, post *mail.Post, cfg Config) (*Service, error) {
	rules, err := password.NewRules()
	if err != nil {
		return nil, fmt.Errorf("load password rules: %w", err)
	}
	hasher := password.NewHasher(cfg.HashesAtOnce)
	hasher.After = cfg.AfterHash
	return &Service{
		db: db, clock: c, cfg: cfg, post: post, letters: bindLetters(post),
		hasher: hasher, rules: rules,
	}, nil
}

// Open reports whether anybody may sign up.
func (s *Service) Open() bool { return s.cfg.Open }

// PasswordRules gives the texts that stand under every input for a new password.
func (s *Service) PasswordRules() []lang.Message { return s.rules.Texts() }

// ByUsername finds the owner of a dashboard; the name is compared exactly.
func (s *Service) ByUsername(ctx context.Context, username string) (Person, error) {
	return personByUsername(ctx, s.db, username)
}

// mailOnce bounds verification and "already exists" mails: whoever asks more often is told the same and gets nothing.
func mailOnce() limit.Rule { return limit.Rule{Max: 1, Window: 3 * time.Minute} }

func (s *Service) mayMail(ctx context.Context, tx bun.Tx, email string, now time.Time) (bool, error) {
	ok, _, err := limit.Take(ctx, tx, "account-mail:"+email, now, mailOnce())
	return ok, err
}

func unknownPerson() error { return fault.NotFound(lang.M("There is no person with this username.")) }
