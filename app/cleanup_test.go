package app

import (
	"testing"
	"time"
)

// The daily clean-up forgets what is over and keeps what is not.
func TestCleanup(t *testing.T) {
	t.Parallel()
	a := composed(t)
	now := a.out.Clock.Now()
	for token, ends := range map[string]time.Time{"over": now.Add(-time.Minute), "running": now.Add(time.Minute)} {
		const add = "INSERT INTO sessions (token_hash, fingerprint, data, created_at, expires_at) VALUES (?, '', '', ?, ?)"
		if _, err := a.db.NewRaw(add, []byte(token), now, ends).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for key, hit := range map[string]time.Time{"old": now.Add(-25 * time.Hour), "new": now} {
		if _, err := a.db.NewRaw("INSERT INTO rate_limits VALUES (?, ARRAY[?::timestamptz])", key, hit).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.cleanup(t.Context(), Cleanup{}); err != nil {
		t.Fatalf("cleanup() = %v", err)
	}
	var sessions, keys []string
	if err := a.db.NewRaw("SELECT convert_from(token_hash, 'UTF8') FROM sessions").Scan(t.Context(), &sessions); err != nil {
		t.Fatal(err)
	}
	if err := a.db.NewRaw("SELECT key FROM rate_limits").Scan(t.Context(), &keys); err != nil {
		t.Fatal(err)
	}
	if len(sessions) != 1 || sessions[0] != "running" || len(keys) != 1 || keys[0] != "new" {
		t.Errorf("left are sessions %v and limits %v, want running and new", sessions, keys)
	}
}
