package limit_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ams/app/database/dbtest"
	"ams/app/limit"
)

func TestTake(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	rule := limit.Rule{Max: 2, Window: 5 * time.Minute}
	start := time.Date(2027, 3, 3, 10, 0, 0, 0, time.UTC)
	for i, c := range []struct {
		key   string
		after time.Duration // since start
		ok    bool
		wait  time.Duration
	}{
		{"a", 0, true, 0},
		{"a", 10 * time.Second, true, 0},
		{"a", 20 * time.Second, false, 4*time.Minute + 40*time.Second},
		{"b", 20 * time.Second, true, 0},                       // another key
		{"a", 5*time.Minute - time.Second, false, time.Second}, // refused acts were not counted
		{"a", 5*time.Minute + time.Second, true, 0},            // the first has left the window
		{"a", 5*time.Minute + 2*time.Second, false, 8 * time.Second},
	} {
		ok, wait, err := limit.Take(t.Context(), db, c.key, start.Add(c.after), rule)
		if err != nil || ok != c.ok || wait != c.wait {
			t.Errorf("%d: Take(%s after %v) = %v, %v, %v, want %v, %v", i, c.key, c.after, ok, wait, err, c.ok, c.wait)
		}
	}
}

func TestTakeAtOnce(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	var passed atomic.Int32
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			ok, _, err := limit.Take(t.Context(), db, "key", time.Now(), limit.Rule{Max: 5, Window: time.Hour})
			if err != nil {
				t.Error(err)
			}
			if ok {
				passed.Add(1)
			}
		})
	}
	all.Wait()
	if got := passed.Load(); got != 5 {
		t.Errorf("%d of 100 passed, want 5", got)
	}
}
