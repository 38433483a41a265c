package mail

import (
	"context"
	"fmt"
	"html"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ams/app/lang"
	"ams/app/limit"
)

// ReportPause is the time between two reports of one kind.
const ReportPause = 15 * time.Minute

// Note makes a message of plain text alone: its HTML is the same text.
func Note(m Message) Message {
	m.HTML = `<!doctype html><html lang="` + html.EscapeString(m.Language) + `"><meta charset="utf-8"><title>` + html.EscapeString(m.Subject) +
		`</title><body><pre style="white-space:pre-wrap">` + html.EscapeString(m.Text) + "</pre></body></html>\n"
	return m
}

// Report writes a note to operators into the outbox, with the prefix before its subject. Within the pause there is one of
// each kind, whichever process writes it. It is counted in the transaction that writes it: what is not written is not
// counted.
func (p *Post) Report(ctx context.Context, db *bun.DB, kind string, m Message) error {
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		now := p.clock.Now()
		first, _, err := limit.Take(ctx, tx, "report:"+kind, now, limit.Rule{Max: 1, Window: ReportPause})
		if err != nil || !first {
			return err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return fmt.Errorf("report: %w", err)
		}
		m.Language, m.Subject = string(lang.EN), p.cfg.SubjectPrefix+oneLine(m.Subject)
		m = Note(m)
		row := &outboxRow{
			ID: id.String(), Template: "operator_error", To: m.To, From: m.From, Subject: m.Subject, Language: m.Language,
			HTML: m.HTML, Text: m.Text, Status: queued, CreatedAt: now,
		}
		if _, err := insert(ctx, tx, row); err != nil {
			return err
		}
		if err := p.queue.Add(ctx, tx, Send{Message: row.ID}); err != nil {
			return fmt.Errorf("queue report: %w", err)
		}
		return nil
	})
}
