package session

import (
	"maps"
	"net/http"
	"time"

	"github.com/gorilla/sessions"

	"ams/app/access"
	"ams/app/account"
	"ams/app/lang"
)

// Level is how a flash message is meant.
type Level string

// The levels of flash messages.
const (
	Info    Level = "info"
	Success Level = "success"
	Warning Level = "warning"
	Failure Level = "error"
)

// Flash is a message for the next page that the visitor sees, in whatever language that has. The arguments of its texts
// are strings and numbers.
type Flash struct {
	Level Level
	Text  lang.Message
	// Link leads from the message to Path, below the language; an empty one leads nowhere.
	Link lang.Message
	Path string
}

// Visit is one request's view of its session. It is stored only when something changed.
type Visit struct {
	store   *Store
	r       *http.Request
	session *sessions.Session
	state   *state
	changed bool
	retired [][]byte // rows that a new one replaces
}

// Open finds the session of a request with at most one query, none without a cookie.
func (s *Store) Open(r *http.Request) (*Visit, error) {
	session, err := s.Get(r, s.CookieName())
	if err != nil {
		return nil, err
	}
	return &Visit{store: s, r: r, session: session, state: session.Values[stateKey{}].(*state)}, nil
}

// Person is who the request comes from; the zero Person for an anonymous visitor.
func (v *Visit) Person() account.Person { return v.state.row.Person }

// Holder is what the person of the request may do.
func (v *Visit) Holder() access.Holder {
	p := v.Person()
	h := access.Given(p.ID, p.Superuser, v.state.row.Given)
	h.Name, h.Staff = p.Label(), p.Staff
	return h
}

// Along is the number that was asked along with the session; false without a session.
func (v *Visit) Along() (int64, bool) {
	if n := v.state.row.Along; n != nil {
		return *n, true
	}
	return 0, false
}

// SignIn begins a new session under a new token. Its cookie outlives the browser when the person wants to be
// remembered. Messages for the next page go along, notes do not.
func (v *Visit) SignIn(p account.Person, passwordHash string, remember bool) {
	now := v.store.clock.Now()
	v.renew(sessionRow{Person: p, Fingerprint: v.store.fingerprint(passwordHash), ProvedAt: &now, Stays: remember})
	v.state.kept.Notes = nil
}

// GoOn goes on with the person's session under another token and with the password as it is now; all else stays. It is
// for the one session that goes on when a new password ends all of them.
func (v *Visit) GoOn(passwordHash string) {
	row := v.state.row
	row.Fingerprint = v.store.fingerprint(passwordHash)
	v.renew(row)
}

// Renew gives the session another token, and all else stays: whoever knew the old one is left behind.
func (v *Visit) Renew() { v.renew(v.state.row) }

// SignOutElsewhere ends every other session of the person.
func (v *Visit) SignOutElsewhere() error {
	return endOthers(v.r.Context(), v.store.db, v.Person().ID, hashed(v.session.ID))
}

// SignOut ends the session for everybody who has its cookie. Messages end with it: the next person may be another one.
func (v *Visit) SignOut() {
	v.state.kept = contents{}
	v.renew(sessionRow{Fingerprint: []byte{}})
}

// renew goes on under a new token. Its cookie outlives the browser where the person wants to be remembered.
func (v *Visit) renew(row sessionRow) {
	if v.session.ID != "" {
		v.retired = append(v.retired, hashed(v.session.ID))
		v.session.ID = ""
	}
	v.state.row = row
	v.session.Options.MaxAge = 0
	if row.Stays {
		v.session.Options.MaxAge = int(life.Seconds())
	}
	v.changed = true
}

// Prove remembers that the person has just shown who they are, by password or code. With that they may do more, so the
// token is a new one.
func (v *Visit) Prove() {
	now := v.store.clock.Now()
	v.state.row.ProvedAt = &now
	v.Renew()
}

// Proved tells whether the last proof is younger than within.
func (v *Visit) Proved(within time.Duration) bool {
	at := v.state.row.ProvedAt
	return at != nil && v.store.clock.Now().Sub(*at) < within
}

// Note is what the session remembers under a name, "" for nothing.
func (v *Visit) Note(name string) string { return v.state.kept.Notes[name] }

// SetNote remembers something small until the session ends or somebody signs in; "" forgets it.
func (v *Visit) SetNote(name, value string) {
	if v.Note(name) == value {
		return
	}
	notes := maps.Clone(v.state.kept.Notes)
	if notes == nil {
		notes = map[string]string{}
	}
	if notes[name] = value; value == "" {
		delete(notes, name)
	}
	v.state.kept.Notes, v.changed = notes, true
}

// Flash leaves a message for the next page that the visitor sees.
func (v *Visit) Flash(f Flash) {
	v.state.kept.Flashes = append(v.state.kept.Flashes, f)
	v.changed = true
}

// TakeFlashes gives the messages in order and forgets them.
func (v *Visit) TakeFlashes() []Flash {
	taken := v.state.kept.Flashes
	if len(taken) > 0 {
		v.state.kept.Flashes = nil
		v.changed = true
	}
	return taken
}

// Commit stores what changed and sets the cookie. Call it before the first byte of the body.
func (v *Visit) Commit(w http.ResponseWriter) error {
	if !v.changed {
		return nil
	}
	for _, token := range v.retired {
		if err := deleteRow(v.r.Context(), v.store.db, token); err != nil {
			return err
		}
	}
	if v.Person().ID == 0 && v.state.kept.empty() {
		v.session.Options.MaxAge = -1 // nothing is left to remember
	}
	v.changed, v.retired = false, nil
	return v.store.Save(v.r, w, v.session)
}
