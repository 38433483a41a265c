// Package session remembers visitors between requests: rows in PostgreSQL, found by an opaque signed cookie. Whoever
// reads the table cannot take a session over, and deleting a row ends its session at once.
package session

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"
	"github.com/uptrace/bun"

	"ams/app/clock"
	"ams/app/seal"
)

// life is how long a session lasts after sign-in, with or without a cookie that outlives the browser.
const life = 14 * 24 * time.Hour

// Config is what sessions take from the settings.
type Config struct {
	CookieKey      []byte    // 32 bytes that sign the cookie
	FingerprintKey []byte    // binds sessions to the password they began with
	Box            *seal.Box // seals what sessions remember: secrets are among it
	Secure         bool      // the site is reached by HTTPS only
	Along          string    // SQL of a number that is asked along with a session, so that pages need no query for it
}

// Store keeps sessions. It is the sessions.Store of gorilla; requests go through Open.
type Store struct {
	db    *bun.DB
	clock clock.Clock
	cfg   Config
	codec *securecookie.SecureCookie
}

// NewStore reads nothing yet.
func NewStore(db *bun.DB, c clock.Clock, cfg Config) *Store {
	codec := securecookie.New(cfg.CookieKey, nil)
	codec.MaxAge(0) // the row knows when the session ends
	return &Store{db: db, clock: c, cfg: cfg, codec: codec}
}

// CookieName depends on the profile: browsers accept the prefixed one over HTTPS only.
func (s *Store) CookieName() string {
	if s.cfg.Secure {
		return "__Secure-sessionid"
	}
	return "sessionid"
}

// Get gives the one session of a request.
func (s *Store) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New loads the session that the cookie names, or begins one that is stored only when something is put into it. A
// forged, expired or ended one counts as none.
func (s *Store) New(r *http.Request, name string) (*sessions.Session, error) {
	fresh := sessions.NewSession(s, name)
	fresh.IsNew = true
	fresh.Values[stateKey{}] = &state{row: sessionRow{Fingerprint: []byte{}}}
	fresh.Options = &sessions.Options{Path: "/", HttpOnly: true, Secure: s.cfg.Secure, SameSite: http.SameSiteLaxMode}
	cookie, err := r.Cookie(name)
	if err != nil {
		return fresh, nil
	}
	var token string
	if s.codec.Decode(name, cookie.Value, &token) != nil {
		return fresh, nil
	}
	row, found, err := findRow(r.Context(), s.db, hashed(token), s.clock.Now(), s.cfg.Along)
	if err != nil || !found {
		return fresh, err
	}
	if row.ID != 0 && (!row.Active || row.ErasedAt != nil || !hmac.Equal(row.Fingerprint, s.fingerprint(row.Password))) {
		return fresh, deleteRow(r.Context(), s.db, row.TokenHash) // the password changed or the account is closed
	}
	kept, err := s.open(row)
	if err != nil {
		return fresh, deleteRow(r.Context(), s.db, row.TokenHash) // of another release: the person signs in once more
	}
	fresh.ID, fresh.IsNew = token, false
	fresh.Values[stateKey{}] = &state{row: row, kept: kept}
	return fresh, nil
}

// Save stores the session and sets the cookie; call it before the first byte of the body. A negative MaxAge ends it.
func (s *Store) Save(r *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	if session.Options.MaxAge < 0 {
		if session.ID != "" {
			if err := deleteRow(r.Context(), s.db, hashed(session.ID)); err != nil {
				return err
			}
		}
		http.SetCookie(w, sessions.NewCookie(session.Name(), "", session.Options))
		return nil
	}
	st := session.Values[stateKey{}].(*state)
	begins := session.ID == ""
	if begins {
		session.ID = rand.Text()
		st.row.TokenHash = hashed(session.ID)
		if st.row.ExpiresAt.IsZero() { // a new token alone makes no session longer
			st.row.CreatedAt = s.clock.Now()
			st.row.ExpiresAt = st.row.CreatedAt.Add(life)
		}
	}
	var err error
	if st.row.Data, err = s.sealed(st.kept, st.row.TokenHash); err != nil {
		return fmt.Errorf("write session: %w", err)
	}
	if !begins {
		return updateRow(r.Context(), s.db, st.row)
	}
	if err := insertRow(r.Context(), s.db, st.row); err != nil {
		return err
	}
	value, err := s.codec.Encode(session.Name(), session.ID)
	if err != nil {
		return fmt.Errorf("sign session cookie: %w", err)
	}
	http.SetCookie(w, sessions.NewCookie(session.Name(), value, session.Options))
	return nil
}

// Purge forgets the sessions that have ended by now.
func Purge(ctx context.Context, db bun.IDB, now time.Time) error {
	if _, err := db.NewRaw("DELETE FROM sessions WHERE expires_at <= ?", now).Exec(ctx); err != nil {
		return fmt.Errorf("purge sessions: %w", err)
	}
	return nil
}

func hashed(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// fingerprint changes when the password does: sessions that began with another one are over.
func (s *Store) fingerprint(passwordHash string) []byte {
	mac := hmac.New(sha256.New, s.cfg.FingerprintKey)
	mac.Write([]byte(passwordHash))
	return mac.Sum(nil)
}
