package account

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"ams/app/lang"
	"ams/app/password"
)

// unusable ends addresses that no mail reaches, now or ever.
const unusable = "@erased.invalid"

func wasErased() lang.Message {
	return lang.M("This person was erased. What is left of the record stays as it is.")
}

// Trace is what stands for a person who is erased: no name, but the same one everywhere.
func Trace(id int64) string { return fmt.Sprintf("erased-%d", id) }

// Anonymise empties the row of an account, which nobody can ever use again. Its pictures are deleted by job; everything
// else that belongs to it has to be gone already.
func (s *Service) Anonymise(ctx context.Context, tx bun.Tx, r *Record) error {
	name, err := freeTrace(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	if err := s.letGo(ctx, tx, r.Person); err != nil {
		return err
	}
	now := s.clock.Now()
	left := &Record{Person: Person{ID: r.ID, Email: name + unusable, Username: name, ErasedAt: &now}, Password: password.Unusable()}
	_, err = tx.NewUpdate().Model(left).Column("email", "username", "first_name", "last_name", "password", "profile_picture",
		"profile_thumbnail", "language", "admin_notes", "is_active", "is_staff", "is_superuser", "erasure_requested_at", "erased_at").
		WherePK().Exec(ctx)
	if err != nil {
		return fmt.Errorf("anonymise user %d: %w", r.ID, err)
	}
	return insertAddress(ctx, tx, &addressRow{UserID: r.ID, Email: left.Email, Primary: true})
}

// freeTrace is the trace of a person, with a random end where somebody has chosen that very name.
func freeTrace(ctx context.Context, db bun.IDB, id int64) (string, error) {
	name := Trace(id)
	taken, err := db.NewSelect().Model((*userRow)(nil)).
		Where("lower(u.username) = ?0 OR lower(u.email) = ?0 || ?1", name, unusable).Exists(ctx)
	if err != nil {
		return "", fmt.Errorf("look for a free name: %w", err)
	}
	if taken {
		name += "-" + strings.ToLower(rand.Text()[:8])
	}
	return name, nil
}

// AskErasure notes that a person wants to be erased; false when they had said so already.
func (s *Service) AskErasure(ctx context.Context, tx bun.Tx, id int64, now time.Time) (asked bool, err error) {
	const ask = "UPDATE users SET erasure_requested_at = ?1 WHERE id = ?0 AND erasure_requested_at IS NULL AND erased_at IS NULL"
	done, err := tx.NewRaw(ask, id, now).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("note the wish for erasure of user %d: %w", id, err)
	}
	n, err := done.RowsAffected()
	return n > 0, err
}

// KeepAccount takes back that a person wants to be erased.
func (s *Service) KeepAccount(ctx context.Context, tx bun.Tx, id int64) error {
	const keep = "UPDATE users SET erasure_requested_at = NULL WHERE id = ? AND erasure_requested_at IS NOT NULL"
	if _, err := tx.NewRaw(keep, id).Exec(ctx); err != nil {
		return fmt.Errorf("take the wish for erasure of user %d back: %w", id, err)
	}
	return nil
}
