package session

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/gob"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/account"
	"ams/app/database"
)

// sessionRow is a stored session together with the person it belongs to (id 0: nobody).
type sessionRow struct {
	account.Person

	Password    string
	TokenHash   []byte
	Fingerprint []byte
	Data        []byte
	CreatedAt   time.Time
	ExpiresAt   time.Time
	ProvedAt    *time.Time // when somebody last proved to be the owner
	Stays       bool       // the cookie outlives the browser
	Given       []string   `bun:",array"` // permissions
	Along       *int64     // nil where nothing was asked along
}

// state is all that a request knows of its session, kept among the values of the gorilla session under stateKey.
type state struct {
	row  sessionRow
	kept contents
}

type stateKey struct{}

// contents are what a session remembers beside its owner.
type contents struct {
	Flashes []Flash
	Notes   map[string]string // what forms under way remember, by name
}

func (c contents) empty() bool { return len(c.Flashes) == 0 && len(c.Notes) == 0 }

// findRow is the one query that tells who a request comes from and what they may do.
func findRow(ctx context.Context, db bun.IDB, tokenHash []byte, now time.Time, along string) (row sessionRow, found bool, err error) {
	const visit = `
		SELECT s.token_hash, s.fingerprint, s.data, s.created_at, s.expires_at, s.proved_at, s.stays,
		       u.id, u.uuid, u.email, u.username, u.first_name, u.last_name, u.password, u.profile_picture, u.profile_thumbnail,
		       u.language,
		       u.is_active, u.is_staff, u.is_superuser, u.date_joined, u.erased_at,
		       CASE WHEN ` + access.SomeSQL + ` THEN ` + access.GivenSQL + ` END AS given, ?0 AS along
		FROM sessions s LEFT JOIN users u ON u.id = s.user_id
		WHERE s.token_hash = $1 AND s.expires_at > $2`
	if along == "" {
		along = "NULL::bigint"
	}
	err = db.NewRaw(visit, bun.Safe(along)).Conn(database.Planned(db, tokenHash, now)).Scan(ctx, &row)
	if errors.Is(err, sql.ErrNoRows) {
		return row, false, nil
	}
	if err != nil {
		return row, false, fmt.Errorf("find session: %w", err)
	}
	return row, true, nil
}

func insertRow(ctx context.Context, db bun.IDB, row sessionRow) error {
	const begin = `
		INSERT INTO sessions (token_hash, user_id, fingerprint, data, created_at, expires_at, proved_at, stays)
		VALUES (?0, nullif(?1, 0), ?2, ?3, ?4, ?5, ?6, ?7)`
	_, err := db.NewRaw(begin, row.TokenHash, row.ID, row.Fingerprint, row.Data, row.CreatedAt, row.ExpiresAt, row.ProvedAt, row.Stays).Exec(ctx)
	if err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	return nil
}

// updateRow leaves a session that has ended meanwhile at its end.
func updateRow(ctx context.Context, db bun.IDB, row sessionRow) error {
	const keep = "UPDATE sessions SET data = ?1, proved_at = ?2 WHERE token_hash = ?0"
	if _, err := db.NewRaw(keep, row.TokenHash, row.Data, row.ProvedAt).Exec(ctx); err != nil {
		return fmt.Errorf("update session: %w", err)
	}
	return nil
}

func deleteRow(ctx context.Context, db bun.IDB, tokenHash []byte) error {
	if _, err := db.NewRaw("DELETE FROM sessions WHERE token_hash = ?", tokenHash).Exec(ctx); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// EndAll signs a person out everywhere.
func EndAll(ctx context.Context, db bun.IDB, user int64) error {
	return endOthers(ctx, db, user, nil)
}

// endOthers ends the sessions of a person but one.
func endOthers(ctx context.Context, db bun.IDB, user int64, but []byte) error {
	const end = "DELETE FROM sessions WHERE user_id = ?0 AND token_hash IS DISTINCT FROM ?1"
	if _, err := db.NewRaw(end, user, but).Exec(ctx); err != nil {
		return fmt.Errorf("end the sessions of user %d: %w", user, err)
	}
	return nil
}

// sealed gives no bytes where there is nothing to remember, as in nearly every session: decoding gob takes longer than
// the query for the session.
func (s *Store) sealed(c contents, tokenHash []byte) ([]byte, error) {
	if c.empty() {
		return []byte{}, nil
	}
	var out bytes.Buffer
	err := gob.NewEncoder(&out).Encode(c)
	return []byte(s.cfg.Box.Seal(out.String(), place(tokenHash))), err
}

func (s *Store) open(row sessionRow) (c contents, err error) {
	if len(row.Data) == 0 {
		return c, nil
	}
	data, err := s.cfg.Box.Open(string(row.Data), place(row.TokenHash))
	if err != nil {
		return c, err
	}
	err = gob.NewDecoder(strings.NewReader(data)).Decode(&c)
	return c, err
}

// place binds what a session remembers to its row.
func place(tokenHash []byte) string { return fmt.Sprintf("session %x", tokenHash) }
