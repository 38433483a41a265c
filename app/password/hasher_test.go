package password

import (
	"context"
	"encoding/base64"
	"errors"
	"runtime"
	"runtime/metrics"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
	"pgregory.net/rapid"
)

const (
	heavy = "argon2$argon2id$v=19$m=102400,t=2,p=8$YVoza1E5bVQ1eFdjMkxiUjhuVmQ$42wEnnvZIkX8fUWEuTAYIGv7eDgYA0vuxK3Qp/j7p6s"
	light = "pbkdf2_sha256$1$aZ3kQ9mT5xWc2LbR8nVd$lTh5TaCPutr8F3S7gxvbGwAX8OJgAvT0nW+j8cOb0Mk="
)

// cheap is a hasher that does the same with less work.
func cheap(atOnce int) *Hasher {
	h := NewHasher(atOnce)
	h.write = argonParams{memory: 8, time: 1, threads: 1}
	return h
}

func TestHashThenVerify(t *testing.T) {
	t.Parallel()
	h, other := cheap(4), NewHasher(4)
	rapid.Check(t, func(t *rapid.T) {
		chosen := rapid.String().Draw(t, "chosen")
		typed := rapid.String().Draw(t, "typed")
		encoded, err := h.Hash(context.Background(), chosen)
		if err != nil {
			t.Fatal(err)
		}
		if !Usable(encoded) {
			t.Fatalf("Hash(%q) = %q, which is not usable", chosen, encoded)
		}
		if ok, outdated, err := h.Verify(context.Background(), encoded, chosen); !ok || outdated || err != nil {
			t.Fatalf("Verify(Hash(%q)) = %v, outdated %v, %v; want true, false, no error", chosen, ok, outdated, err)
		}
		if ok, outdated, err := other.Verify(context.Background(), encoded, chosen); !ok || !outdated || err != nil {
			t.Fatalf("Verify(Hash(%q) with other parameters) = %v, outdated %v, %v; want true, true, no error", chosen, ok, outdated, err)
		}
		if ok, _, err := h.Verify(context.Background(), encoded, typed); ok != (typed == chosen) || err != nil {
			t.Fatalf("Verify(Hash(%q), %q) = %v, %v", chosen, typed, ok, err)
		}
	})
}

func TestOutdatedBySize(t *testing.T) {
	t.Parallel()
	h := cheap(1)
	b64 := base64.RawStdEncoding
	tests := []struct {
		name      string
		salt, sum int
		outdated  bool
	}{
		{"AsWritten", 16, 32, false},
		{"LongSalt", 20, 32, true},
		{"ShortHash", 16, 16, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			salt := make([]byte, tt.salt)
			sum := argon2.IDKey([]byte("x"), salt, 1, 8, 1, uint32(tt.sum))
			encoded := "argon2$argon2id$v=19$m=8,t=1,p=1$" + b64.EncodeToString(salt) + "$" + b64.EncodeToString(sum)
			if ok, outdated, err := h.Verify(t.Context(), encoded, "x"); !ok || outdated != tt.outdated || err != nil {
				t.Errorf("Verify(%q) = %v, outdated %v, %v; want true, %v, no error", encoded, ok, outdated, err, tt.outdated)
			}
		})
	}
}

func TestAtOnce(t *testing.T) {
	t.Parallel()
	t.Run("WaitsForRoom", func(t *testing.T) {
		t.Parallel()
		h := cheap(2)
		if !h.room.TryAcquire(2) {
			t.Fatal("a new hasher has no room for two")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if _, err := h.Hash(ctx, "x"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Hash() without room = %v, want it to wait until the context ends", err)
		}
		if _, _, err := h.Verify(ctx, light, "x"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Verify() without room = %v, want it to wait until the context ends", err)
		}
		if err := h.Waste(ctx, "x"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Waste() without room = %v, want it to wait until the context ends", err)
		}
		h.room.Release(1)
		if _, err := h.Hash(t.Context(), "x"); err != nil {
			t.Errorf("Hash() with room for one = %v, want no error", err)
		}
	})
	t.Run("HeavyTakesTheRoomOfMany", func(t *testing.T) {
		t.Parallel()
		h := NewHasher(6)
		h.room.TryAcquire(1)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if _, _, err := h.Verify(ctx, heavy, "x"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Verify(100 MiB) with room for five = %v, want it to wait", err)
		}
		if _, _, err := h.Verify(t.Context(), light, "x"); err != nil {
			t.Errorf("Verify(light) with room for five = %v, want no error", err)
		}
	})
	t.Run("HeavyFitsASmallHasher", func(t *testing.T) {
		t.Parallel()
		if _, _, err := NewHasher(1).Verify(t.Context(), heavy, "x"); err != nil {
			t.Errorf("Verify(100 MiB) with room for one in all = %v, want no error", err)
		}
	})
	t.Run("RoomComesBack", func(t *testing.T) {
		t.Parallel()
		h := cheap(2)
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				encoded, err := h.Hash(t.Context(), "x")
				if err != nil {
					t.Errorf("Hash() = %v, want no error", err)
				}
				if ok, _, err := h.Verify(t.Context(), encoded, "x"); !ok || err != nil {
					t.Errorf("Verify() = %v, %v; want true, no error", ok, err)
				}
			})
		}
		all.Wait()
		if !h.room.TryAcquire(2) {
			t.Error("room was not given back")
		}
	})
}

// TestStorm lets many sign in at the same moment and looks at how much memory that takes. It does not run beside the
// others, whose memory it would see.
func TestStorm(t *testing.T) {
	const hash = writtenMemory << 10
	h := NewHasher(2)
	h.After = runtime.GC
	runtime.GC()
	before, most := inUse(), uint64(0)
	done := make(chan struct{})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := h.Waste(t.Context(), "x"); err != nil {
				t.Error(err)
			}
		})
	}
	go func() { all.Wait(); close(done) }()
	for waiting := true; waiting; {
		most = max(most, inUse())
		select {
		case <-done:
			waiting = false
		case <-time.After(time.Millisecond):
		}
	}
	if grown := most - before; grown < hash || grown > 3*hash {
		t.Errorf("20 hashes, 2 at a time, take %d MiB at most, want those of 2", grown>>20)
	}
}

// inUse is what the heap holds, garbage included.
func inUse() uint64 {
	held := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(held)
	return held[0].Value.Uint64()
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	h := NewHasher(8)
	for memory, want := range map[uint32]int64{0: 1, writtenMemory: 1, writtenMemory + 1: 2, 102400: 6, maxMemory: 8} {
		if got := h.places(memory); got != want {
			t.Errorf("places(%d) = %d, want %d", memory, got, want)
		}
	}
}
