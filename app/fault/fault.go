// Package fault names the outcomes a person can cause: what they may read, and which kind of answer fits.
// Every other error is internal.
package fault

import (
	"errors"
	"fmt"
	"time"

	"ams/app/lang"
)

// Kind says which answer an error deserves.
type Kind int

// The kinds; Internal is every error that does not come from this package.
const (
	Internal  Kind = iota
	Refused        // 422, the person can repair the fields
	Malformed      // 400
	Missing        // 404
	Denied         // 403
	Clash          // 409
	TooFast        // 429
	Away           // 503, an outside service does not answer
)

// Error is an expected outcome with a text that people may read.
type Error struct {
	Kind   Kind
	Text   lang.Message
	Fields Fields        // for Refused
	After  time.Duration // for TooFast, Away and InvalidFor: when another try makes sense, 0 where nobody knows
	cause  error
}

// Error tells the operator what happened, in English and with the cause.
func (e *Error) Error() string {
	text := e.Text.ID
	if len(e.Text.Args) > 0 {
		text = fmt.Sprintf(e.Text.ID, e.Text.Args...)
	}
	if e.Kind == Refused {
		text = "refused: " + e.Fields.String()
	}
	if e.cause != nil {
		return text + ": " + e.cause.Error()
	}
	return text
}

// Unwrap gives the cause, nil when there is none.
func (e *Error) Unwrap() error { return e.cause }

// Invalid refuses input; nothing was stored.
func Invalid(f Fields) error { return &Error{Kind: Refused, Fields: f} }

// InvalidFor refuses input until after has passed, however right it is.
func InvalidFor(after time.Duration, f Fields) error {
	return &Error{Kind: Refused, Fields: f, After: after}
}

// BadRequest refuses a request that no form of ours sends.
func BadRequest(text lang.Message) error { return &Error{Kind: Malformed, Text: text} }

// NotFound says that the thing asked for is not there, or not for this person.
func NotFound(text lang.Message) error { return &Error{Kind: Missing, Text: text} }

// Forbidden says why a person may not do this.
func Forbidden(text lang.Message) error { return &Error{Kind: Denied, Text: text} }

// Conflict says that somebody else was faster.
func Conflict(text lang.Message) error { return &Error{Kind: Clash, Text: text} }

// TooMany refuses until after has passed.
func TooMany(after time.Duration, text lang.Message) error {
	return &Error{Kind: TooFast, Text: text, After: after}
}

// Unavailable says that an outside service is away; cause is for the operator.
func Unavailable(text lang.Message, cause error) error {
	return &Error{Kind: Away, Text: text, cause: cause}
}

// UnavailableFor says how long an outside service wants to be left alone.
func UnavailableFor(after time.Duration, text lang.Message) error {
	return &Error{Kind: Away, Text: text, After: after}
}

// KindOf is Internal for errors that no person caused.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Problems gives the refused fields when that is what err says.
func Problems(err error) (Fields, bool) {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == Refused {
		return e.Fields, true
	}
	return Fields{}, false
}
