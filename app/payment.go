package app

import (
	"context"
	"errors"
	"fmt"

	"ams/app/fault"
	"ams/app/lang"
)

type markPaidCommand struct {
	Number string `arg:"" help:"Number of the invoice, such as MOCK-1."`
}

// Run stands for the payment at the development provider; every other provider knows payments by itself.
func (m markPaidCommand) Run(ctx context.Context, c *call) error {
	cfg, err := c.settings()
	if err != nil {
		return err
	}
	a, closing, err := c.prepared(ctx, cfg, false, false)
	if err != nil {
		return err
	}
	defer closing()
	err = a.Bills.MarkPaid(ctx, m.Number)
	if told, ok := errors.AsType[*fault.Error](err); ok {
		texts, err := lang.Load()
		if err != nil {
			return err
		}
		return errors.New(texts.Translator(lang.Default).Say(told.Text))
	}
	if err == nil {
		fmt.Fprintf(c.Out, "%s is paid\n", m.Number)
	}
	return err
}
