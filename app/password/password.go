// Package password makes and verifies password hashes and decides which passwords people may choose. It knows nothing
// of people, requests or the database.
//
// Hashes have the encoding of Django: members keep their passwords when an association moves here.
package password

import (
	"crypto/rand"
	"errors"
	"strings"

	"ams/app/lang"
)

// MaxBytes is the longest password in bytes of UTF-8; longer ones are never hashed.
const MaxBytes = 4096

// Errors of stored hashes and of input that no form lets through.
var (
	// ErrUnreadable means that a stored hash is in no known format or damaged.
	ErrUnreadable = errors.New("the stored password hash is not in a known format")
	// ErrTooCostly means that a stored hash asks for more memory or time than a sign-in may take.
	ErrTooCostly = errors.New("the stored password hash asks for too much memory or time")
	// ErrTooLong means that a password to be hashed is longer than MaxBytes.
	ErrTooLong = errors.New("the password is longer than 4096 bytes")
)

// unusable begins every stored value that no password fits.
const unusable = "!"

// Unusable gives a value to store for somebody who has no password. Each one is different, so that what is derived
// from a stored hash (session fingerprints, reset links) is different, too.
func Unusable() string { return unusable + (rand.Text() + rand.Text())[:40] }

// Usable reports whether a stored value is a hash at all.
func Usable(encoded string) bool { return encoded != "" && !strings.HasPrefix(encoded, unusable) }

// Summary describes a stored value for staff: the method, and as much of salt and hash as tells two apart.
func Summary(encoded string) lang.Message {
	if !Usable(encoded) {
		return lang.M("No password is set.")
	}
	s, err := parse(encoded)
	if err != nil {
		return lang.M("The stored password is in an unknown format.")
	}
	return lang.M("Method: %s, salt: %s, hash: %s", s.method, mask(s.saltText, 2), mask(s.hashText, 6))
}

// mask shows the first characters of ASCII text, and never more than a quarter of it.
func mask(text string, show int) string {
	show = min(show, len(text)/4)
	return text[:show] + "******"
}
