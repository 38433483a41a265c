package database

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/uptrace/bun"
)

// Counter collects the statements of one piece of work. It is safe for use by several goroutines.
type Counter struct {
	mu         sync.Mutex
	statements []string
}

type counterKey struct{}

// Count returns a context whose statements, sent through Bun, the counter sees. Tests use it to hold a page to its five
// queries; BEGIN, COMMIT and the like do not count.
func Count(ctx context.Context) (context.Context, *Counter) {
	c := &Counter{}
	return context.WithValue(ctx, counterKey{}, c), c
}

// N is the number of statements so far.
func (c *Counter) N() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.statements)
}

// Statements are the SQL texts so far, for the message of a failing test. They hold values: never log them.
func (c *Counter) Statements() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.statements...)
}

// counting is on every DB: without a counter in the context it costs one look-up.
type counting struct{}

func (counting) BeforeQuery(ctx context.Context, e *bun.QueryEvent) context.Context {
	c, ok := ctx.Value(counterKey{}).(*Counter)
	if !ok || transactionControl(e.Query) {
		return ctx
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.statements = append(c.statements, e.Query)
	return ctx
}

func (counting) AfterQuery(context.Context, *bun.QueryEvent) {}

// Observe lets told hear how long each statement takes that is sent through Bun; BEGIN, COMMIT and the like are left out.
// Call it before anything else has the database.
func (db *DB) Observe(told func(took time.Duration)) { db.DB = db.WithQueryHook(timing{told}) }

type timing struct{ told func(time.Duration) }

func (timing) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

func (t timing) AfterQuery(_ context.Context, e *bun.QueryEvent) {
	if !transactionControl(e.Query) {
		t.told(time.Since(e.StartTime))
	}
}

func transactionControl(query string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(query), " ")
	switch strings.ToUpper(word) {
	case "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE":
		return true
	}
	return false
}
