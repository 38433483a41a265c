package app

import (
	"context"
	"fmt"
	netmail "net/mail"
	"time"

	"github.com/google/uuid"

	"ams/app/lang"
	"ams/app/mail"
)

type testMailCommand struct {
	Address string `arg:"" help:"Who gets the message."`
}

// Run sends at once, past outbox and queue: it asks whether the transport works, and nothing else.
func (k testMailCommand) Run(ctx context.Context, c *call) error {
	cfg, err := c.settings()
	if err != nil {
		return err
	}
	if a, err := netmail.ParseAddress(k.Address); err != nil || a.Address != k.Address {
		return fmt.Errorf("%q is no plain e-mail address", k.Address)
	}
	out, closing, err := c.outside(cfg, commandService)
	if err != nil {
		return err
	}
	defer closing()
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	const text = "This is a test message of the association management system at %s. Mail leaves it as it should."
	ctx, cancel := context.WithTimeout(ctx, 45*time.Second) // as long as the worker gives it
	defer cancel()
	at, err := out.Mail.Send(ctx, mail.Note(mail.Message{
		ID: id.String(), From: cfg.Mail.From, To: []string{k.Address}, Subject: "Test message of " + cfg.Site.Domain,
		Language: string(lang.EN), Text: fmt.Sprintf(text, cfg.Site.Domain),
	}))
	if err != nil {
		return fmt.Errorf("send by %s: %w", out.Mail.Name(), err)
	}
	fmt.Fprintf(c.Out, "sent by %s as %s\n", out.Mail.Name(), at)
	return nil
}
