package cms

import (
	"context"
	"errors"
	"sync"
	"time"
)

// loading bounds one load: it goes on when the visitor who caused it has left, since others wait for it.
const loading = 10 * time.Second

// shelf keeps what was loaded for one version of the content. Those who want the same thing at the same time share one load.
type shelf[K comparable, V any] struct {
	most int

	mu      sync.Mutex
	version int64
	kept    map[K]*load[V]
}

type load[V any] struct {
	done  chan struct{}
	value V
	err   error
}

func newShelf[K comparable, V any](most int) *shelf[K, V] {
	return &shelf[K, V]{most: most, kept: map[K]*load[V]{}}
}

// get gives what is kept under key, or loads it. Errors are not kept.
func (s *shelf[K, V]) get(ctx context.Context, version int64, key K, fetch func(context.Context) (V, error)) (V, error) {
	s.mu.Lock()
	if version != s.version {
		s.version = version
		clear(s.kept)
	}
	l, found := s.kept[key]
	if !found {
		if len(s.kept) >= s.most {
			clear(s.kept)
		}
		l = &load[V]{done: make(chan struct{}), err: errors.New("loading ended early")}
		s.kept[key] = l
	}
	s.mu.Unlock()
	if !found {
		s.fill(ctx, key, l, fetch)
	}
	select {
	case <-l.done:
		return l.value, l.err
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}

func (s *shelf[K, V]) fill(ctx context.Context, key K, l *load[V], fetch func(context.Context) (V, error)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loading)
	defer cancel()
	defer close(l.done)
	defer func() {
		if l.err != nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.kept[key] == l {
				delete(s.kept, key)
			}
		}
	}()
	l.value, l.err = fetch(ctx)
}
