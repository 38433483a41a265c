// Package money holds exact amounts in the association's currency.
package money

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// Amount is an amount exact to the cent, as columns of type numeric(10,2) hold it. The zero Amount is nothing.
type Amount struct{ cents int64 }

// most is the largest amount that can be stored.
const most = 99_999_999_99

// written is how amounts are typed and stored: no thousands separator, at most two decimals.
var written = regexp.MustCompile(`^(-?)(\d{1,8})(?:\.(\d{1,2}))?$`)

// ErrForm says that a text is no amount: eight digits and two decimals at most.
var ErrForm = errors.New("no amount of money")

// Parse reads "49.99", "49.9" or "49".
func Parse(s string) (Amount, error) {
	parts := written.FindStringSubmatch(s)
	if parts == nil {
		return Amount{}, ErrForm
	}
	cents, err := strconv.ParseInt(parts[2]+(parts[3] + "00")[:2], 10, 64)
	if err != nil {
		return Amount{}, fmt.Errorf("%w: %w", ErrForm, err)
	}
	if parts[1] == "-" {
		cents = -cents
	}
	return Amount{cents: cents}, nil
}

// Times is the price of n things that cost a each. A product that no column holds is an error.
func (a Amount) Times(n int64) (Amount, error) {
	if n != 0 && (a.cents > most/abs(n) || a.cents < -most/abs(n)) {
		return Amount{}, fmt.Errorf("%s times %d is more than can be stored", a, n)
	}
	return Amount{cents: a.cents * n}, nil
}

// Part is n d-ths of an amount, computed exactly and rounded once, half up to the cent. d is positive. A part that no column
// holds is an error.
func (a Amount) Part(n, d int64) (Amount, error) {
	twice := new(big.Int).Mul(big.NewInt(2*a.cents), big.NewInt(n))
	twice.Add(twice, big.NewInt(d))
	cents := twice.Div(twice, new(big.Int).Mul(big.NewInt(2), big.NewInt(d)))
	if cents.CmpAbs(big.NewInt(most)) > 0 {
		return Amount{}, fmt.Errorf("%d/%d of %s is more than can be stored", n, d, a)
	}
	return Amount{cents: cents.Int64()}, nil
}

// Split is the n-th part of an amount; false where cents would be left over. n is positive.
func (a Amount) Split(n int64) (Amount, bool) { return Amount{cents: a.cents / n}, a.cents%n == 0 }

func abs(n int64) int64 { return max(n, -n) }

// Plus adds.
func (a Amount) Plus(b Amount) Amount { return Amount{cents: a.cents + b.cents} }

// IsZero reports nothing.
func (a Amount) IsZero() bool { return a.cents == 0 }

// Positive reports more than nothing.
func (a Amount) Positive() bool { return a.cents > 0 }

// Negative reports less than nothing.
func (a Amount) Negative() bool { return a.cents < 0 }

// String is the amount as it is stored: "1234.50".
func (a Amount) String() string {
	whole, rest := a.parts()
	return whole + "." + rest
}

// Dollars is the amount as people read it: "$1,234.50".
func (a Amount) Dollars() string {
	whole, rest := a.parts()
	sign := ""
	if a.cents < 0 {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + "$" + whole + "." + rest
}

func (a Amount) parts() (whole, rest string) {
	digits := fmt.Sprintf("%03d", abs(a.cents))
	whole, rest = digits[:len(digits)-2], digits[len(digits)-2:]
	if a.cents < 0 {
		whole = "-" + whole
	}
	return whole, rest
}

// Value writes the amount as text, so that nothing rounds it on the way.
func (a Amount) Value() (driver.Value, error) { return a.String(), nil }

// Scan reads what drivers give for a numeric column; NULL is nothing.
func (a *Amount) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*a = Amount{}
		return nil
	case string:
		read, err := Parse(strings.TrimSpace(v))
		*a = read
		return err
	case []byte:
		return a.Scan(string(v))
	}
	return fmt.Errorf("read an amount from %T", src)
}
