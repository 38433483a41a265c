package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"

	"ams/app/fault"
	"ams/app/lang"
)

// What is written: 19 MiB, two passes, one lane.
const (
	writtenMemory  = 19456 // KiB
	writtenTime    = 2
	writtenThreads = 1
	saltBytes      = 16
	hashBytes      = 32
)

const (
	// answerTime is what waiting for room leaves of the time of a request, to tell people that there was none.
	answerTime = time.Second
	// busy is how long whoever found no room had better wait.
	busy = 10 * time.Second
)

// Hasher computes hashes, only so many at once as fit the process: each takes 19 MiB, imported ones up to 256 MiB.
// Whoever comes later waits in order. A process has one.
type Hasher struct {
	// After runs behind each hash, before the next one begins: it may give the memory back that the hash took. Left to
	// itself the heap grows to several hashes in a storm of sign-ins. nil: nothing runs.
	After func()

	room  *semaphore.Weighted // in units of one written hash
	size  int64
	write argonParams
}

// NewHasher bounds the hashes computed at the same time; less than one counts as one. An imported hash that needs the
// memory of several takes their places.
func NewHasher(atOnce int) *Hasher {
	size := int64(max(atOnce, 1))
	return &Hasher{
		room: semaphore.NewWeighted(size), size: size,
		write: argonParams{memory: writtenMemory, time: writtenTime, threads: writtenThreads},
	}
}

// Hash gives the value to store for a password, under a new salt.
func (h *Hasher) Hash(ctx context.Context, plain string) (string, error) {
	if len(plain) > MaxBytes {
		return "", fmt.Errorf("hash a password: %w", ErrTooLong)
	}
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails
	sum, err := h.argon(ctx, plain, salt)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("argon2$argon2id$v=%d$%s$%s$%s",
		argon2.Version, h.write, b64.EncodeToString(salt), b64.EncodeToString(sum)), nil
}

// Verify reports whether the password fits the stored value, and whether the value should be replaced by a new Hash of
// that password because it was made with another method or other parameters. A value without a usable password takes
// as long as one with and fits nothing. The error is ErrUnreadable, ErrTooCostly, fault.Away without room in time, or that
// of ctx.
func (h *Hasher) Verify(ctx context.Context, encoded, plain string) (ok, outdated bool, err error) {
	if !Usable(encoded) {
		return false, false, h.Waste(ctx, plain)
	}
	s, err := parse(encoded)
	if err != nil {
		return false, false, fmt.Errorf("read a password hash: %w", err)
	}
	if len(plain) > MaxBytes {
		return false, false, nil
	}
	if err := h.enter(ctx, s.memory); err != nil {
		return false, false, err
	}
	defer h.leave(s.memory)
	ok, err = s.fits(plain)
	if err != nil {
		return false, false, fmt.Errorf("verify a password: %w", err)
	}
	asWritten := s.argon == h.write && s.sizes == [2]int{saltBytes, hashBytes}
	return ok, ok && !asWritten, nil
}

// Waste takes as long as a Verify that fails: for a sign-in of somebody unknown.
func (h *Hasher) Waste(ctx context.Context, plain string) error {
	if len(plain) > MaxBytes {
		return nil
	}
	sum, err := h.argon(ctx, plain, make([]byte, saltBytes))
	if err == nil {
		subtle.ConstantTimeCompare(sum, make([]byte, hashBytes))
	}
	return err
}

func (h *Hasher) argon(ctx context.Context, plain string, salt []byte) ([]byte, error) {
	if err := h.enter(ctx, h.write.memory); err != nil {
		return nil, err
	}
	defer h.leave(h.write.memory)
	return argon2.IDKey([]byte(plain), salt, h.write.time, h.write.memory, h.write.threads, hashBytes), nil
}

// enter waits for room as long as whoever asks can be answered. Who has gone already gets none, however much there is.
func (h *Hasher) enter(ctx context.Context, memory uint32) error {
	n := h.places(memory)
	if ctx.Err() == nil && h.room.TryAcquire(n) {
		return nil
	}
	wait := ctx
	if end, limited := ctx.Deadline(); limited {
		var stop context.CancelFunc
		wait, stop = context.WithDeadline(ctx, end.Add(-answerTime))
		defer stop()
	}
	err := h.room.Acquire(wait, n)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("%w: %w", fault.UnavailableFor(busy, lang.M("The site has very much to do at the moment. Please try again in a few seconds.")), err)
	}
	if err != nil {
		return fmt.Errorf("wait for room to compute a password hash: %w", err)
	}
	return nil
}

func (h *Hasher) leave(memory uint32) {
	if h.After != nil && memory >= writtenMemory {
		h.After()
	}
	h.room.Release(h.places(memory))
}

// places is how many written hashes would take that memory (KiB), rounded up; never more than there are.
func (h *Hasher) places(memory uint32) int64 {
	n := (int64(memory) + writtenMemory - 1) / writtenMemory
	return min(max(n, 1), h.size)
}

// argonParams are those of argon2id, as they stand in an encoded hash.
type argonParams struct {
	memory, time uint32 // memory in KiB
	threads      uint8
}

// String gives the encoded form.
func (p argonParams) String() string {
	return fmt.Sprintf("m=%d,t=%d,p=%d", p.memory, p.time, p.threads)
}
