package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"ams/app/journal"
	"ams/app/mail"
)

const operatorBacklog = 100

// operators tells those who run the installation of errors, by mail: each kind of error once in a while, however many
// processes meet it.
type operators struct {
	entries chan journal.Entry
	limit   time.Duration // of one message
	stop    context.CancelFunc
	ended   chan struct{}
}

// sink takes errors and never waits. What the delivery of mail has to say would only come back to it.
func (o *operators) sink() journal.Sink {
	return journal.Sink{From: slog.LevelError, Take: func(e journal.Entry) {
		if e.Field(journal.JobType) == (mail.Send{}).Kind() {
			return
		}
		select {
		case o.entries <- e:
		default: // so many errors at once are of few kinds
		}
	}}
}

// start begins to write mail. Without a database there is none: nobody could keep count.
func (o *operators) start(a *App) {
	ctx, stop := context.WithCancel(context.Background())
	o.stop, o.ended = stop, make(chan struct{})
	go func() {
		defer close(o.ended)
		for {
			select {
			case e := <-o.entries:
				o.tell(context.WithoutCancel(ctx), a, e)
			case <-ctx.Done():
				return
			}
		}
	}()
}

// close tells what is left, for as long as the limit of one message.
func (o *operators) close(a *App) {
	o.stop()
	<-o.ended
	ctx, cancel := context.WithTimeout(context.Background(), o.limit)
	defer cancel()
	for {
		select {
		case e := <-o.entries:
			o.tell(ctx, a, e)
		default:
			return
		}
	}
}

func (o *operators) tell(ctx context.Context, a *App, e journal.Entry) {
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	err := a.letters.Report(ctx, a.db.DB, fingerprint(e), mail.Message{
		From: a.cfg.Mail.ServerFrom, To: a.cfg.Mail.Operators, Subject: journal.Name(e.Level) + ": " + e.Message, Text: report(e),
	})
	if err != nil { // a warning does not come back here
		a.out.Log.WarnContext(journal.Near(ctx), "an error is not mailed to the operators", "error", err)
	}
}

// varying is what differs between two errors of one kind.
var varying = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{26}|[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27}|0x[0-9A-Fa-f]+|[0-9]+`)

// fingerprint is the same for errors of one kind.
func fingerprint(e journal.Entry) string {
	kind := []string{e.Logger, e.Message, e.Field("route"), e.Field(journal.JobType), varying.ReplaceAllString(e.Field("error"), "#")}
	sum := sha256.Sum256([]byte(strings.Join(kind, "\x00")))
	return hex.EncodeToString(sum[:16])
}

func report(e journal.Entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\ntime: %s\nlogger: %s\n", journal.Name(e.Level), e.Message, e.Time.UTC().Format(time.RFC3339), e.Logger)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "%s: %s\n", f.Key, f.Value)
	}
	fmt.Fprintf(&b, "version: %s\n\nErrors of this kind are not mailed again for %d minutes. The log has all of them.\n",
		version(), int(mail.ReportPause.Minutes()))
	return b.String()
}
