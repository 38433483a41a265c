package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// DefaultLane is where kinds run that name no other.
const DefaultLane = "default"

// Registry knows every kind of job, whether this process only enqueues it or works it off, too.
type Registry struct {
	kinds  map[string]*kind
	faults []error
}

// kind is how jobs of one kind are worked off.
type kind struct {
	name     string
	lane     string
	attempts int
	lasting  time.Duration // instead of attempts: how long to go on trying
	first    time.Duration
	longest  time.Duration
	limit    time.Duration
	schedule Schedule
	zero     Args
	work     func(context.Context, []byte) error
}

var errUndecodable = errors.New("the arguments cannot be read")

// NewRegistry is empty.
func NewRegistry() *Registry { return &Registry{kinds: map[string]*kind{}} }

// Option says how a kind differs from the others.
type Option func(*kind)

// Lane gives the kind runners of its own, shared with the kinds of the same lane.
func Lane(name string) Option { return func(k *kind) { k.lane = name } }

// Attempts is how often a failing job is tried altogether.
func Attempts(n int) Option { return func(k *kind) { k.attempts = n } }

// For tries a failing job for so long after it was enqueued, however often that is.
func For(d time.Duration) Option { return func(k *kind) { k.lasting = d } }

// Backoff is the pause after the first failure; it doubles with every further one up to the longest.
func Backoff(first, longest time.Duration) Option {
	return func(k *kind) { k.first, k.longest = first, longest }
}

// Timeout ends the handler's context; what it had not done counts as a failed attempt.
func Timeout(d time.Duration) Option { return func(k *kind) { k.limit = d } }

// Every enqueues the kind with zero arguments by the timetable. Missed times collapse into one.
func Every(s Schedule) Option { return func(k *kind) { k.schedule = s } }

// Handle registers the work for a kind; a second one for the same kind is reported by Err.
func Handle[A Args](r *Registry, work func(context.Context, A) error, opts ...Option) {
	var zero A
	k := &kind{
		name: zero.Kind(), lane: DefaultLane, attempts: 5, first: time.Minute, longest: time.Hour, limit: time.Minute, zero: zero,
		work: func(ctx context.Context, raw []byte) error {
			var args A
			d := json.NewDecoder(bytes.NewReader(raw))
			d.DisallowUnknownFields()
			if err := d.Decode(&args); err != nil {
				return Permanent(fmt.Errorf("%w: %w", errUndecodable, err))
			}
			return work(ctx, args)
		},
	}
	for _, o := range opts {
		o(k)
	}
	if _, twice := r.kinds[k.name]; twice {
		r.faults = append(r.faults, fmt.Errorf("job kind %q is registered twice", k.name))
	}
	r.kinds[k.name] = k
}

// Err tells what was registered wrongly; ask when all kinds are there.
func (r *Registry) Err() error { return errors.Join(r.faults...) }

// lanes are those that some kind runs in.
func (r *Registry) lanes() []string {
	names := []string{DefaultLane}
	seen := map[string]bool{DefaultLane: true}
	for _, k := range r.kinds {
		if !seen[k.lane] {
			seen[k.lane] = true
			names = append(names, k.lane)
		}
	}
	return names
}

// pause is the time before the attempt after the n-th failure.
func (k *kind) pause(failures int) time.Duration {
	d := k.first
	for i := 1; i < failures && d < k.longest; i++ {
		d *= 2
	}
	return min(d, k.longest)
}

// exhausted tells whether a job that has failed so often is given up.
func (k *kind) exhausted(failures int, age time.Duration) bool {
	if k.lasting > 0 {
		return age >= k.lasting
	}
	return failures >= k.attempts
}
