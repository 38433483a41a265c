package limit_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ams/app/database/dbtest"
	"ams/app/limit"
)

// What was counted for one person goes, and nobody else's, however alike their addresses are.
func TestForget(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	now := time.Date(2027, 3, 3, 10, 0, 0, 0, time.UTC)
	for _, key := range []string{
		"sign-in failed/email/a@x.nz", "account-mail:a@x.nz", "codes/user/7", "account-mail:ba@x.nz", "account-mail:a@x.nz.nz", "codes/user/77", "a@x.nz", "x/a%x.nz",
	} {
		if _, _, err := limit.Take(t.Context(), db, key, now, limit.PerMinute(5)); err != nil {
			t.Fatal(err)
		}
	}
	if err := limit.Forget(t.Context(), db, "a@x.nz", "user/7"); err != nil {
		t.Fatalf("Forget() = %v", err)
	}
	var left []string
	if err := db.NewRaw("SELECT key FROM rate_limits ORDER BY key COLLATE \"C\"").Scan(t.Context(), &left); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a@x.nz", "account-mail:a@x.nz.nz", "account-mail:ba@x.nz", "codes/user/77", "x/a%x.nz"}, left); diff != "" {
		t.Errorf("left after Forget() (-want +got):\n%s", diff)
	}
}
