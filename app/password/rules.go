package password

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ams/app/lang"
)

const (
	minLength = 8
	// similar is how much of password and name together may be made of characters that both have.
	similar = 0.7
)

//go:embed common.txt.gz
var packed []byte

// Rules decide which passwords people may choose. They are safe for concurrent use.
type Rules struct {
	common []string // sorted, lower case
}

// About is what others know of the person who chooses; what is not known yet stays empty.
type About struct{ Username, FirstName, LastName, Email string }

// NewRules unpacks the list of about 20,000 common passwords, which takes some milliseconds: once per process.
func NewRules() (*Rules, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack the common passwords: %w", err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("unpack the common passwords: %w", err)
	}
	return &Rules{common: strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")}, nil
}

// Rule is one of the rules in words. Browsers can tell by its name whether it is kept, where it has one.
type Rule struct {
	Name  string
	Least int // characters
	Text  lang.Message
}

// List has all rules, to be shown at every input for a new password.
func (r *Rules) List() []Rule {
	return []Rule{
		{Name: "length", Least: minLength, Text: lang.M("Use at least 8 characters.")},
		{Name: "digits", Text: lang.M("Do not use digits only.")},
		{Text: lang.M("Do not use a password that is common.")},
		{Name: "similar", Text: lang.M("Do not use a password that is similar to your name, username or e-mail address.")},
	}
}

// Check gives every rule that the password breaks, in the order of List; none when it is fine. The password is taken
// as typed.
func (r *Rules) Check(plain string, about About) []lang.Message {
	var broken []lang.Message
	if utf8.RuneCountInString(plain) < minLength {
		broken = append(broken, lang.M("This password is too short. Use at least 8 characters."))
	}
	if len(plain) > MaxBytes {
		broken = append(broken, lang.M("This password is too long. Use a shorter one."))
	}
	if onlyDigits(plain) {
		broken = append(broken, lang.M("This password consists of digits only. Use letters or other characters as well."))
	}
	if _, found := slices.BinarySearch(r.common, strings.ToLower(strings.TrimSpace(plain))); found {
		broken = append(broken, lang.M("This password is common and easy to guess. Choose another one."))
	}
	if about.resembles(plain) {
		broken = append(broken, lang.M("This password is too similar to your name, username or e-mail address. Choose another one."))
	}
	return broken
}

func onlyDigits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) }) < 0
}

// resembles compares with each value as a whole and with each of its parts.
func (a About) resembles(plain string) bool {
	password := []rune(strings.ToLower(plain))
	for _, value := range []string{a.Username, a.FirstName, a.LastName, a.Email} {
		value = strings.ToLower(value)
		for _, part := range append(strings.FieldsFunc(value, notWord), value) {
			if alike(password, []rune(part)) {
				return true
			}
		}
	}
	return false
}

func notWord(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsNumber(r) }

// alike leaves out parts that are too short to matter in so long a password.
func alike(password, part []rune) bool {
	p, q := len(password), len(part)
	if q == 0 || (p >= 10*q && float64(q) < similar/2*float64(p)) {
		return false
	}
	return float64(2*inCommon(password, part))/float64(p+q) >= similar
}

// inCommon counts characters that both have, each as often as the rarer side has it.
func inCommon(a, b []rune) int {
	left := make(map[rune]int, len(b))
	for _, r := range b {
		left[r]++
	}
	n := 0
	for _, r := range a {
		if left[r] > 0 {
			left[r]--
			n++
		}
	}
	return n
}
