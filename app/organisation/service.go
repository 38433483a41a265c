package organisation

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/account"
	"ams/app/clock"
	"ams/app/lang"
	"ams/app/mail"
)

// Config is what organisations take from the settings.
type Config struct {
	NotifyStaff bool // of every new organisation
	Texts       func(lang.Locale) *lang.Translator
	Address     func(lang.Locale, string) string // absolute address of a path in a language
	Desk        func(organisation int64) string  // absolute address of an organisation in the administration
}

// Memberships is what organisations ask of what they have bought. Package membership stands above this one and answers.
type Memberships struct {
	// Full tells whether the organisation has an active membership all seats of which are taken. Ask while the
	// organisation is locked.
	Full func(ctx context.Context, db bun.IDB, organisation int64) (bool, error)
	// CancelAll cancels what is not yet over, because the organisation is closed. Nobody is told.
	CancelAll func(ctx context.Context, tx bun.Tx, by access.Holder, o Organisation) error
	// Discard deletes what was bought and hangs on no money, because the organisation is deleted.
	Discard func(ctx context.Context, tx bun.Tx, organisation int64) error
}

// Service holds the rules about organisations, their people and invitations.
type Service struct {
	db          *bun.DB
	clock       clock.Clock
	post        *mail.Post
	people      *account.Service
	memberships Memberships
	cfg         Config
	created     mail.Letter[createdMail]
	invite      mail.Letter[inviteMail]
}

// New needs Serve before anybody asks for anything; Err tells where it was forgotten.
func New(db *bun.DB, c clock.Clock, post *mail.Post, people *account.Service, cfg Config) *Service {
	return &Service{
		db: db, clock: c, post: post, people: people, cfg: cfg,
		created: mail.Bind[createdMail](post, "staff_organisation_created"),
		invite:  mail.Bind[inviteMail](post, "organisation_invite"),
	}
}

// Serve names who answers for memberships.
func (s *Service) Serve(m Memberships) { s.memberships = m }

// Err tells that somebody forgot to Serve: closing an organisation would leave running what it has bought.
func (s *Service) Err() error {
	if s.memberships.Full == nil || s.memberships.CancelAll == nil || s.memberships.Discard == nil {
		return errors.New("organisation: nobody answers for memberships")
	}
	return nil
}
