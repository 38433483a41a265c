package factor

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// The types of authenticators.
const (
	app      = "totp"
	recovery = "recovery_codes"
)

type row struct {
	bun.BaseModel `bun:"table:authenticators,alias:f"`

	ID         int64 `bun:",pk,autoincrement"`
	UserID     int64
	Type       string
	Data       data
	CreatedAt  time.Time
	LastUsedAt *time.Time
}

// data is the JSON of one authenticator; secrets in it are sealed.
type data struct {
	Secret   string   `json:"secret,omitempty"`
	Seed     string   `json:"seed,omitempty"`
	Used     int      `json:"used_mask,omitempty"`
	Viewed   int64    `json:"viewed_at,omitempty"`      // when the codes were first shown, in seconds since 1970
	Migrated []string `json:"migrated_codes,omitempty"` // of an imported set: those that are left
}

// migrated tells whether these are recovery codes from elsewhere, a plain list.
func (r row) migrated() bool { return r.Data.Seed == "" }

// place binds a sealed secret to its row.
func place(kind string, user int64) string { return fmt.Sprintf("%s of %d", kind, user) }

func rowsOf(ctx context.Context, db bun.IDB, id int64) (map[string]row, error) {
	var rows []row
	if err := db.NewSelect().Model(&rows).Where("f.user_id = ?", id).Scan(ctx); err != nil {
		return nil, fmt.Errorf("find second factors of user %d: %w", id, err)
	}
	byType := map[string]row{}
	for _, r := range rows {
		byType[r.Type] = r
	}
	return byType, nil
}

func insert(ctx context.Context, tx bun.Tx, r row) error {
	if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
		return fmt.Errorf("add a second factor of user %d: %w", r.UserID, err)
	}
	return nil
}

func save(ctx context.Context, tx bun.Tx, r row) error {
	if _, err := tx.NewUpdate().Model(&r).Column("data", "last_used_at").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("update a second factor of user %d: %w", r.UserID, err)
	}
	return nil
}

// view notes when recovery codes were shown for the first time.
func view(ctx context.Context, db bun.IDB, user int64, at time.Time) error {
	const note = `
		UPDATE authenticators SET data = data || jsonb_build_object('viewed_at', ?2::bigint)
		WHERE user_id = ?0 AND type = ?1 AND data ->> 'viewed_at' IS NULL`
	if _, err := db.NewRaw(note, user, recovery, at.Unix()).Exec(ctx); err != nil {
		return fmt.Errorf("note that the recovery codes of user %d were shown: %w", user, err)
	}
	return nil
}

func drop(ctx context.Context, tx bun.Tx, user int64, types ...string) error {
	if _, err := tx.NewDelete().Model((*row)(nil)).Where("user_id = ? AND type IN (?)", user, bun.List(types)).Exec(ctx); err != nil {
		return fmt.Errorf("remove second factors of user %d: %w", user, err)
	}
	return nil
}
