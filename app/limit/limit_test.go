package limit_test

import (
	"crypto/rand"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ams/app/database/dbtest"
	"ams/app/lang"
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

func TestTakeAll(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	start := time.Date(2027, 3, 3, 10, 0, 0, 0, time.UTC)
	one := limit.Count{Key: "one", Rule: limit.PerMinute(1)}
	two := limit.Count{Key: "two", Rule: limit.Rule{Max: 2, Window: 5 * time.Minute}}
	take := func(after time.Duration, wantOK bool, wantWait time.Duration, counts ...limit.Count) {
		t.Helper()
		ok, wait, err := limit.TakeAll(t.Context(), db, start.Add(after), counts...)
		if err != nil || ok != wantOK || wait != wantWait {
			t.Errorf("TakeAll(after %v) = %v, %v, %v, want %v, %v", after, ok, wait, err, wantOK, wantWait)
		}
	}
	take(0, true, 0, two)
	take(time.Second, true, 0, one, two)
	take(2*time.Second, false, 4*time.Minute+58*time.Second, one, two) // the longer wait of both
	take(61*time.Second, false, 3*time.Minute+59*time.Second, one, two)
	take(61*time.Second, true, 0, one) // it was not counted where there was room
}

func TestGiveBack(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	at := time.Date(2027, 3, 3, 10, 0, 0, 123456789, time.UTC)
	long := ""
	for range 400 {
		long += rand.Text()
	}
	counts := []limit.Count{{Key: "a", Rule: limit.PerMinute(3)}, {Key: long, Rule: limit.PerMinute(3)}}
	left := func(want int) {
		t.Helper()
		var hits []int
		if err := db.NewRaw("SELECT cardinality(hits) FROM rate_limits").Scan(t.Context(), &hits); err != nil {
			t.Fatal(err)
		}
		if len(hits) != 2 || hits[0] != want || hits[1] != want {
			t.Errorf("%v acts are counted, want %d under both keys", hits, want)
		}
	}
	for i := range 3 { // two at the same instant, one later
		if ok, _, err := limit.TakeAll(t.Context(), db, at.Add(time.Duration(i/2)*time.Second), counts...); err != nil || !ok {
			t.Fatalf("TakeAll() = %v, %v", ok, err)
		}
	}
	for i, c := range []struct {
		at   time.Time
		want int
	}{{at, 2}, {at.Add(time.Hour), 2}, {at, 1}, {at, 1}, {at.Add(time.Second), 0}} {
		if err := limit.GiveBack(t.Context(), db, c.at, counts...); err != nil {
			t.Fatalf("%d: GiveBack() = %v", i, err)
		}
		left(c.want)
	}
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	texts, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	for after, want := range map[time.Duration]string{
		0: "in 1 second.", 1500 * time.Millisecond: "in 2 seconds.", time.Minute: "in 60 seconds.", 61 * time.Second: "in 2 minutes.",
		4 * time.Minute: "in 4 minutes.",
	} {
		if got := texts.Translator(lang.EN).Say(limit.Refusal(after)); got != "Too many attempts. Try again "+want {
			t.Errorf("Refusal(%v) = %q, want it to end in %q", after, got, want)
		}
	}
}
