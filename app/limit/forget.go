package limit

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// Forget deletes the counts of people by what ends their keys: an address, or "user/" and an id. The end stands after a
// slash or a colon, so that somebody else's longer address is another one.
func Forget(ctx context.Context, db bun.IDB, ends ...string) error {
	const forget = `DELETE FROM rate_limits WHERE right(key, length(?0) + 1) IN ('/' || ?0, ':' || ?0)`
	for _, end := range ends {
		if _, err := db.NewRaw(forget, end).Exec(ctx); err != nil {
			return fmt.Errorf("forget counts: %w", err)
		}
	}
	return nil
}
