package mail

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

// The states of a message in the outbox.
const (
	queued    = "queued"
	sent      = "sent"
	failed    = "failed"
	cancelled = "cancelled"
	expired   = "expired"
)

// How long the outbox keeps what.
const (
	keepFailedBodies = 7 * 24 * time.Hour
	keepRows         = 90 * 24 * time.Hour
	maxError         = 4000
)

type outboxRow struct {
	bun.BaseModel `bun:"table:email_messages"`

	ID         string     `bun:"id,pk"`
	Template   string     `bun:"template_id"`
	Once       string     `bun:"once_key,nullzero"`
	To         []string   `bun:"recipients,array"`
	From       string     `bun:"from"`
	ReplyTo    string     `bun:"reply_to"`
	Subject    string     `bun:"subject"`
	Language   string     `bun:"language"`
	HTML       string     `bun:"html"`
	Text       string     `bun:"text"`
	Status     string     `bun:"status"`
	Attempts   int        `bun:"attempts"`
	Transport  string     `bun:"transport"`
	ProviderID string     `bun:"provider_message_id"`
	LastError  string     `bun:"last_error"`
	UserID     *int64     `bun:"user_id"`
	Forget     bool       `bun:"forget"`
	ExpiresAt  *time.Time `bun:"expires_at"`
	CreatedAt  time.Time  `bun:"created_at"`
	SentAt     *time.Time `bun:"sent_at"`
}

func (r *outboxRow) message() Message {
	return Message{
		ID: r.ID, From: r.From, To: r.To, ReplyTo: r.ReplyTo, Subject: r.Subject, Language: r.Language,
		HTML: r.HTML, Text: r.Text,
	}
}

// rest takes those who are left out of a message and gives them one of their own. It is to nobody when all of them were
// forgotten meanwhile.
func (r *outboxRow) rest(partly *Partly, now time.Time) (*outboxRow, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("the rest of message %s: %w", r.ID, err)
	}
	rest := *r
	rest.ID, rest.Once, rest.Attempts, rest.CreatedAt, rest.LastError = id.String(), "", 0, now, partly.Error()
	left := func(to string) bool { return slices.Contains(partly.Left, to) }
	rest.To = slices.DeleteFunc(slices.Clone(r.To), func(to string) bool { return !left(to) })
	if r.To = slices.DeleteFunc(slices.Clone(r.To), left); len(r.To) == 0 {
		r.To = []string{nobody}
	}
	return &rest, nil
}

// insert writes nothing when there is a letter about the same event.
func insert(ctx context.Context, db bun.IDB, r *outboxRow) (written bool, err error) {
	result, err := db.NewInsert().Model(r).On("CONFLICT (once_key) WHERE once_key IS NOT NULL DO NOTHING").Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("write letter %s to the outbox: %w", r.Template, err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

func find(ctx context.Context, db bun.IDB, id string) (row *outboxRow, found bool, err error) {
	return one(ctx, db.NewSelect(), id)
}

// hold is find and lets nobody change the message until the transaction ends.
func hold(ctx context.Context, tx bun.Tx, id string) (row *outboxRow, found bool, err error) {
	return one(ctx, tx.NewSelect().For("UPDATE"), id)
}

func one(ctx context.Context, q *bun.SelectQuery, id string) (row *outboxRow, found bool, err error) {
	row = new(outboxRow)
	err = q.Model(row).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read message %s: %w", id, err)
	}
	return row, true, nil
}

// record stores how an attempt ended, and whether there was anything to store: a message that another run has sent
// meanwhile stays sent, and one whose reader was forgotten stays cancelled. Whom it went to and what it said is never
// written from memory, because it may have been forgotten since it was read.
func record(ctx context.Context, db bun.IDB, r *outboxRow) (stored bool, err error) {
	r.LastError = strings.ToValidUTF8(strings.ReplaceAll(r.LastError, "\x00", ""), "")
	if text := []rune(r.LastError); len(text) > maxError {
		r.LastError = string(text[:maxError])
	}
	ends := db.NewUpdate().Model(r).Column("status", "attempts", "transport", "provider_message_id", "last_error", "sent_at")
	if r.Status == sent || r.Status == expired {
		ends.Set("html = ''").Set("text = ''").Set("recipients = CASE WHEN forget THEN ARRAY[?] ELSE recipients END", nobody).
			Set("subject = CASE WHEN forget THEN '' ELSE subject END")
	}
	done, err := ends.WherePK().Where("status NOT IN (?, ?)", sent, cancelled).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("record message %s as %s: %w", r.ID, r.Status, err)
	}
	n, err := done.RowsAffected()
	return n > 0, err
}

// readdress stores who is left of the recipients of a message that is held.
func readdress(ctx context.Context, tx bun.Tx, r *outboxRow) error {
	if _, err := tx.NewUpdate().Model(r).Column("recipients").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("record who has message %s: %w", r.ID, err)
	}
	return nil
}

// Purge blanks what nobody may read any longer (letters whose link has expired, failed ones after a week) and forgets
// messages after ninety days.
func Purge(ctx context.Context, db bun.IDB, now time.Time) error {
	const (
		dead  = `UPDATE email_messages SET status = ?, html = '', text = '' WHERE status IN (?, ?) AND expires_at <= ?`
		stale = `UPDATE email_messages SET html = '', text = '', recipients = CASE WHEN forget THEN ARRAY[?] ELSE recipients END,
			subject = CASE WHEN forget THEN '' ELSE subject END WHERE status = ? AND created_at < ? AND html <> ''`
		old = `DELETE FROM email_messages WHERE created_at < ?`
	)
	if _, err := db.NewRaw(dead, expired, queued, failed, now).Exec(ctx); err != nil {
		return fmt.Errorf("expire messages: %w", err)
	}
	if _, err := db.NewRaw(stale, nobody, failed, now.Add(-keepFailedBodies)).Exec(ctx); err != nil {
		return fmt.Errorf("blank failed messages: %w", err)
	}
	if _, err := db.NewRaw(old, now.Add(-keepRows)).Exec(ctx); err != nil {
		return fmt.Errorf("forget old messages: %w", err)
	}
	return nil
}
