package billing

import (
	"errors"
	"fmt"
	"time"

	"ams/app/lang"
)

// Failure says why a purchase has no invoice and will get none by itself.
type Failure string

// The reasons to give up.
const (
	failedRefused Failure = "refused"         // the provider does not take the invoice
	failedContact Failure = "contact_refused" // nor the customer
	failedOff     Failure = "billing_off"     // billing was switched off meanwhile
	failedOver    Failure = "period_over"     // the membership would be over before it can be paid
	failedAway    Failure = "unavailable"     // the provider failed for a week
)

// Cause is what staff read about a failure, with the provider's own words where it gave any.
func (p Purchase) Cause() lang.Message {
	switch p.FailureCode {
	case failedRefused:
		return lang.M("the billing service refuses the invoice (%s)", p.FailureText)
	case failedContact:
		return lang.M("the billing service refuses the customer's details (%s)", p.FailureText)
	case failedOff:
		return lang.M("billing was switched off before the invoice could be raised")
	case failedOver:
		return lang.M("the whole period passed before the invoice could be raised")
	case failedAway:
		return lang.M("the billing service failed for seven days (%s)", p.FailureText)
	}
	return lang.M("the billing service has been failing for more than a day (%s)", p.FailureText)
}

// Refused is a provider's definite no: asking again would not help. Text is its own words, for staff only.
type Refused struct{ Text string }

func (r *Refused) Error() string { return "refused: " + r.Text }

// Busy says that the provider wants to be left alone for a while.
type Busy struct{ After time.Duration } // 0: it did not say how long

func (b *Busy) Error() string { return "the billing service asks to wait" }

// pause is how long to wait, within reason.
func (b *Busy) pause() time.Duration {
	if b.After <= 0 {
		return usualBusy
	}
	return min(b.After, longestBusy)
}

// ErrUnknown says that the provider has no such invoice.
var ErrUnknown = errors.New("the billing service does not know this invoice")

// final is a failure that ends the purchase's job.
type final struct {
	code Failure
	text string
}

func (f *final) Error() string {
	if f.text == "" {
		return string(f.code)
	}
	return fmt.Sprintf("%s: %s", f.code, f.text)
}

// refusal turns a provider's no into the failure that it means; other errors stay what they are.
func refusal(err error, code Failure) error {
	if no, ok := errors.AsType[*Refused](err); ok {
		return &final{code: code, text: no.Text}
	}
	return err
}
