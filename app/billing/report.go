package billing

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/lang"
	"ams/app/mail"
	"ams/jobs"
)

// reportPause is how long after the first failure staff are told, so that an outage makes one letter.
const reportPause = 5 * time.Minute

// mostReported is how many failures one letter lists; the job comes back for the rest.
const mostReported = 100

// ReportFailures is the job that tells staff of every purchase that failed since it last did.
type ReportFailures struct{}

// Kind names the job in the queue.
func (ReportFailures) Kind() string { return "billing.report_failures" }

// Key lets further failures join the report that waits.
func (ReportFailures) Key() string { return "" }

// failedMail and delayedMail are what views/mail/staff_invoice_failed and invoice_delayed tell.
type (
	failedMail struct {
		Purchases []failedPurchase
		Count     int
		Link      string
	}
	failedPurchase struct{ Owner, What, Total, Code, Cause, Since, Link string }
	delayedMail    struct{ Name, What, Total, Link, Open string }
)

type letters struct {
	failed  mail.Letter[failedMail]
	delayed mail.Letter[delayedMail]
}

func bindLetters(post *mail.Post) letters {
	return letters{
		failed:  mail.Bind[failedMail](post, "staff_invoice_failed"),
		delayed: mail.Bind[delayedMail](post, "invoice_delayed"),
	}
}

// tellOfFailure queues the report to staff, and writes to the buyer once per purchase, unless they were erased.
func (s *Service) tellOfFailure(ctx context.Context, tx bun.Tx, p Purchase) error {
	if err := s.queue.Add(ctx, tx, ReportFailures{}, jobs.In(reportPause)); err != nil {
		return err
	}
	if p.BuyerID == 0 {
		return nil
	}
	buyer, err := account.ByID(ctx, tx, p.BuyerID)
	if err != nil || buyer.ErasedAt != nil { // nobody reads what goes there
		return err
	}
	owner, err := payerOf(ctx, tx, p.AccountID)
	if err != nil {
		return err
	}
	in := s.people.LanguageOf(buyer)
	facts := delayedMail{Name: buyer.Name(), What: p.Description, Total: p.Total.Dollars()}
	facts.Link, facts.Open = s.cfg.Address(in, owner.Landing()), s.cfg.Texts(in).Say(owner.Open())
	return s.post.Add(ctx, tx, s.letters.delayed.To(buyer.Email, in, facts, mail.User(buyer.ID), mail.Once("invoice_delayed/"+p.UUID)))
}

func (s *Service) reportFailures(ctx context.Context, _ ReportFailures) error {
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		var rows []purchaseRow
		err := tx.NewSelect().Model(&rows).For("NO KEY UPDATE OF ?TableAlias").Order("p.id").Limit(mostReported).
			Where("p.reported_at IS NULL AND (p.invoice_state = ? OR p.invoice_state = ? AND p.alerted_at IS NOT NULL)",
				stateFailed, stateWaiting).Scan(ctx)
		if err != nil {
			return fmt.Errorf("list failed purchases: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		accounts := make([]int64, len(rows))
		for i, r := range rows {
			accounts[i] = r.AccountID
		}
		payers, err := payersOf(ctx, tx, accounts)
		if err != nil {
			return err
		}
		told := false
		err = s.people.TellStaff(ctx, tx, func(in lang.Locale, to []string) error {
			told = true
			return s.post.Add(ctx, tx, s.letters.failed.ToAll(to, in, s.failures(in, rows, payers)))
		})
		if err != nil || !told { // nobody to tell: the next failure tells of these, too
			return err
		}
		ids := make([]int64, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		_, err = tx.NewUpdate().Table("purchases").Set("reported_at = ?", s.clock.Now()).Where("id IN (?)", bun.List(ids)).Exec(ctx)
		if err != nil {
			return fmt.Errorf("note the report: %w", err)
		}
		if len(rows) == mostReported {
			return s.queue.Add(ctx, tx, ReportFailures{})
		}
		return nil
	})
}

func (s *Service) failures(in lang.Locale, rows []purchaseRow, payers map[int64]Payer) failedMail {
	say := s.cfg.Texts(in)
	facts := failedMail{Count: len(rows), Link: s.cfg.Failed()}
	for _, r := range rows {
		since := r.CreatedAt
		if r.FirstAttemptAt != nil {
			since = *r.FirstAttemptAt
		}
		facts.Purchases = append(facts.Purchases, failedPurchase{
			Owner: payers[r.AccountID].Title(), What: r.Description, Total: r.Total.Dollars(), Code: r.Code,
			Cause: say.Say(r.Cause()), Since: say.Moment(since), Link: s.cfg.Desk(r.Membership),
		})
	}
	return facts
}
