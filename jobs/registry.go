package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// DefaultLane is where jobs run that ask for no other.
const DefaultLane = "default"

// Registry knows every kind of job. Domains fill it when the program starts; after that it only is read.
type Registry struct {
	kinds  map[string]*kind
	faults []error
}

// kind is one registered sort of job with its rules.
type kind struct {
	name     string
	lane     string
	attempts int           // 0: any number
	lasting  time.Duration // 0: any time
	first    time.Duration
	longest  time.Duration
	timeout  time.Duration
	schedule *Schedule
	blank    Args
	work     func(ctx context.Context, args []byte) error
}

// NewRegistry starts empty.
func NewRegistry() *Registry { return &Registry{kinds: map[string]*kind{}} }

// Err tells everything that is wrong with the registered kinds. Ask it once all have been handled.
func (r *Registry) Err() error { return errors.Join(r.faults...) }

// Lanes are the lanes of all kinds, and always the default one, in order.
func (r *Registry) Lanes() []string {
	lanes := map[string]bool{DefaultLane: true}
	for _, k := range r.kinds {
		lanes[k.lane] = true
	}
	return slices.Sorted(maps.Keys(lanes))
}

// Handle registers the handler of a kind. Without options a job runs in the default lane, at most a minute at a time,
// and is tried eight times with pauses from 30 seconds to an hour.
//
// A handler's error is kept and logged, shortened and without the values of the arguments. Whatever it writes belongs
// into a transaction of its own; when the worker stops, its context ends and the run does not count.
func Handle[A Args](r *Registry, work func(ctx context.Context, a A) error, opts ...Option) {
	var blank A
	k := &kind{
		name: blank.Kind(), lane: DefaultLane, first: 30 * time.Second, longest: time.Hour, timeout: time.Minute, blank: blank,
		work: func(ctx context.Context, args []byte) error {
			var a A
			if err := json.Unmarshal(args, &a); err != nil {
				return undecodable(err)
			}
			return work(ctx, a)
		},
	}
	for _, opt := range opts {
		opt(k)
	}
	if k.attempts == 0 && k.lasting == 0 {
		k.attempts = 8
	}
	if _, taken := r.kinds[k.name]; taken {
		r.faults = append(r.faults, fmt.Errorf("job kind %q is registered twice", k.name))
		return
	}
	if k.name == "" || k.lane == "" || k.attempts < 0 || k.lasting < 0 || k.timeout <= 0 || k.first <= 0 || k.longest < k.first {
		r.faults = append(r.faults, fmt.Errorf("job kind %q has no name or an option that makes no sense", k.name))
	}
	r.kinds[k.name] = k
}

// undecodable says what does not fit without repeating any value.
func undecodable(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return Permanent(fmt.Errorf("undecodable arguments: field %q is no %s", wrong.Field, wrong.Type))
	}
	return Permanent(errors.New("undecodable arguments: no JSON that fits"))
}

// Option changes the rules of one kind.
type Option func(*kind)

// Lane gives the kind a lane, whose runners work for no other: jobs of one lane never wait for those of another.
func Lane(name string) Option { return func(k *kind) { k.lane = name } }

// Attempts is how often a job may fail before it is dead.
func Attempts(n int) Option { return func(k *kind) { k.attempts = n } }

// For lets a job go on failing for so long, counted from the start of the first run that failed. Together with Attempts
// whatever ends first counts; alone it sets no number.
func For(d time.Duration) Option { return func(k *kind) { k.lasting = d } }

// Backoff is the pause after the first failure; each further one doubles it, up to longest. Pauses vary by a tenth.
func Backoff(first, longest time.Duration) Option {
	return func(k *kind) { k.first, k.longest = first, longest }
}

// Timeout ends the context of a run. A handler that returns an error after it has failed.
func Timeout(d time.Duration) Option { return func(k *kind) { k.timeout = d } }

// Every adds a job with blank arguments by a schedule, once for all workers together.
func Every(s Schedule) Option { return func(k *kind) { k.schedule = &s } }
