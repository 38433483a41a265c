package terms

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/clock"
	"ams/app/database"
	"ams/app/lang"
)

// Service holds the rules about legal texts.
type Service struct {
	db    *bun.DB
	clock clock.Clock
}

// New knows the texts of a database.
func New(db *bun.DB, c clock.Clock) *Service { return &Service{db, c} }

// Current is the latest version of a term as somebody reads it.
type Current struct {
	ID         int64
	Key        string     // of the term
	Revision   int64      // tells whether the text is still the one that was shown
	Name       lang.Text  `bun:"embed:name_"`
	Content    lang.Text  `bun:"embed:content_"`
	Label      string     `bun:"version"`
	From       time.Time  `bun:"date_active"`
	AcceptedAt *time.Time // nil: not accepted by that person
}

// Accepted is a version that somebody accepted and that is not the latest one now.
type Accepted struct {
	Name       lang.Text `bun:"embed:name_"`
	Label      string    `bun:"version"`
	AcceptedAt time.Time
}

// latest selects the version of each term that counts at ?0: of those in force the one with the newest date, then the
// one that was stored last. Labels play no part.
const latest = `
	SELECT DISTINCT ON (term_id) id, term_id, version, content_en, content_mi, date_active, revision
	FROM term_versions WHERE is_active AND date_active <= ?0
	ORDER BY term_id, date_active DESC, created_at DESC, id DESC`

// Latest gives the versions that count now, in the order of the terms' keys, and whether p accepted them. The zero
// Person accepted none.
func (s *Service) Latest(ctx context.Context, p account.Person) (all []Current, err error) {
	const query = `
		SELECT l.id, t.key, l.revision, t.name_en, t.name_mi, l.content_en, l.content_mi, l.version, l.date_active, a.accepted_at
		FROM (` + latest + `) l JOIN terms t ON t.id = l.term_id
		LEFT JOIN term_acceptances a ON a.term_version_id = l.id AND a.user_id = ?1
		ORDER BY t.key COLLATE "C"`
	if err = s.db.NewRaw(query, s.clock.Now(), p.ID).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("load the terms in force: %w", err)
	}
	return all, nil
}

// Pending gives what p has still to accept, in the order in which it is asked for. Somebody anonymous has nothing to.
func (s *Service) Pending(ctx context.Context, p account.Person) (open []Current, err error) {
	if !p.SignedIn() {
		return nil, nil
	}
	all, err := s.Latest(ctx, p)
	for _, c := range all {
		if c.AcceptedAt == nil {
			open = append(open, c)
		}
	}
	return open, err
}

// Owes tells whether p has anything to accept.
func (s *Service) Owes(ctx context.Context, p account.Person) (owes bool, err error) {
	const query = `
		SELECT EXISTS (SELECT FROM (` + latest + `) l
		WHERE NOT EXISTS (SELECT FROM term_acceptances a WHERE a.term_version_id = l.id AND a.user_id = ?1))`
	if !p.SignedIn() {
		return false, nil
	}
	if err = s.db.NewRaw(query, bun.Safe("$1"), bun.Safe("$2")).Conn(database.Planned(s.db, s.clock.Now(), p.ID)).Scan(ctx, &owes); err != nil {
		return false, fmt.Errorf("look whether user %d has terms to accept: %w", p.ID, err)
	}
	return owes, nil
}

const mostEarlier = 200

// Earlier gives what p accepted beside the versions that count now, newest first.
func (s *Service) Earlier(ctx context.Context, p account.Person) (all []Accepted, err error) {
	const query = `
		SELECT t.name_en, t.name_mi, v.version, a.accepted_at
		FROM term_acceptances a JOIN term_versions v ON v.id = a.term_version_id JOIN terms t ON t.id = v.term_id
		WHERE a.user_id = ?1 AND v.id NOT IN (SELECT l.id FROM (` + latest + `) l)
		ORDER BY a.accepted_at DESC, a.id DESC LIMIT ?2`
	if err = s.db.NewRaw(query, s.clock.Now(), p.ID, mostEarlier).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("load what user %d accepted: %w", p.ID, err)
	}
	return all, nil
}

// Consent is that somebody accepts what a page showed them.
type Consent struct {
	Version  int64
	Revision int64  // of the version when it was shown; 0 where nobody says
	Address  string // of the client
	Agent    string // what the browser calls itself
}

// Accept records that p accepts a version, once. It tells whether the version is accepted now: nothing is recorded for
// one that is not the latest any more, or whose text is no longer the one that was shown.
func (s *Service) Accept(ctx context.Context, p account.Person, c Consent) (accepted bool, err error) {
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := account.Lock(ctx, tx, p.ID); err != nil { // whoever is being erased leaves no address of a client behind
			return err
		}
		now := s.clock.Now()
		done, open, err := stands(ctx, tx, p.ID, c, now)
		accepted = done || open
		if err != nil || !open {
			return err
		}
		return insertAcceptance(ctx, tx, &Acceptance{
			UserID: p.ID, VersionID: c.Version, AcceptedAt: now, Address: inet(c.Address), Agent: cut(c.Agent, maxAgent), Source: ByWeb,
		})
	})
	return accepted, err
}

// inet is an address that the column takes. Where a connection has none, as behind a socket, it is the unknown one.
func inet(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return netip.IPv4Unspecified().String()
	}
	return ip.WithZone("").String()
}

func cut(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most])
	}
	return s
}
