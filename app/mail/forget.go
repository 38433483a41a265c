package mail

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// nobody stands for recipients that are forgotten; a message always has one.
const nobody = ""

// Forget lets a letter be the last one to somebody: once it is delivered, nothing says whom it went to and what it said.
func Forget() Option { return func(d *Draft) { d.forget = true } }

// ForgetPerson takes a person out of the outbox: what was written to them loses its recipient and its text, and what has
// not left yet never does. Of letters to several people the others stay, and what staff were told of the person is sent
// and then forgotten.
func ForgetPerson(ctx context.Context, db bun.IDB, person int64, addresses []string) error {
	const own = `
		UPDATE email_messages SET recipients = ARRAY[?0], subject = '', html = '', text = '', last_error = '',
		       status = CASE WHEN status IN (?1, ?2) THEN ?3 ELSE status END
		WHERE (user_id = ?4 AND template_id NOT LIKE 'staff\_%') OR recipients <@ ?5::text[]`
	known := pgdialect.Array(addresses)
	if _, err := db.NewRaw(own, nobody, queued, failed, cancelled, person, known).Exec(ctx); err != nil {
		return fmt.Errorf("forget messages to person %d: %w", person, err)
	}
	const told = `
		UPDATE email_messages SET forget = true, subject = CASE WHEN status = ?0 THEN subject ELSE '' END,
		       html = CASE WHEN status = ?0 THEN html ELSE '' END, text = CASE WHEN status = ?0 THEN text ELSE '' END
		WHERE user_id = ?1 AND template_id LIKE 'staff\_%'`
	if _, err := db.NewRaw(told, queued, person).Exec(ctx); err != nil {
		return fmt.Errorf("forget what staff were told of person %d: %w", person, err)
	}
	const shared = `
		UPDATE email_messages SET recipients = ARRAY(SELECT r FROM unnest(recipients) r WHERE r <> ALL (?0::text[]))
		WHERE recipients && ?0::text[]`
	if _, err := db.NewRaw(shared, known).Exec(ctx); err != nil {
		return fmt.Errorf("forget person %d among recipients: %w", person, err)
	}
	return nil
}
