package password_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ams/app/lang"
	"ams/app/password"
)

const (
	short   = "This password is too short. Use at least 8 characters."
	long    = "This password is too long. Use a shorter one."
	digits  = "This password consists of digits only. Use letters or other characters as well."
	common  = "This password is common and easy to guess. Choose another one."
	similar = "This password is too similar to your name, username or e-mail address. Choose another one."
)

func newRules(t *testing.T) *password.Rules {
	t.Helper()
	r, err := password.NewRules()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCheck(t *testing.T) {
	t.Parallel()
	r := newRules(t)
	jordan := password.About{Username: "jordan.lee"}
	mere := password.About{Username: "m", FirstName: "Mere", LastName: "Ngāwaka", Email: "mere.ngawaka@tauranga-school.nz"}
	tests := []struct {
		name, plain string
		about       password.About
		want        []string
	}{
		{"OK", "correct-horse-9", jordan, nil},
		{"EightCharacters", "kp4-wz7x", jordan, nil},
		{"SevenCharacters", "kp4-wz7", jordan, []string{short}},
		{"EightLettersInSixteenBytes", "ūāēīōūāē", jordan, nil},
		{"SevenLettersInFourteenBytes", "ūāēīōūā", jordan, []string{short}},
		{"Empty", "", jordan, []string{short}},
		{"SpacesCount", "kp4 wz 7", jordan, nil},
		{"LongestBytes", strings.Repeat("kā-", 1024), jordan, nil},
		{"OneByteMore", strings.Repeat("kā-", 1024) + "x", jordan, []string{long}},
		{"TooLongInBytesOnly", strings.Repeat("ā", 2049), jordan, []string{long}},
		{"DigitsOnly", "8053061742", jordan, []string{digits}},
		{"DigitsOfAnotherScript", "٨٠٥٣٠٦١٧٤٢", jordan, []string{digits}},
		{"DigitsAndOneSign", "805306174-", jordan, nil},
		{"Common", "trustno1", jordan, []string{common}},
		{"CommonInCapitals", "TrustNo1", jordan, []string{common}},
		{"CommonWithSpaces", " trustno1\t", jordan, []string{common}},
		{"CommonWithMore", "trustno1 kp4", jordan, nil},
		{"CommonShort", "letmein", jordan, []string{short, common}},
		{"CommonDigits", "12345678", jordan, []string{digits, common}},
		{"ShortCommonDigits", "12345", jordan, []string{short, digits, common}},
		{"AllAtOnce", "123456", password.About{Username: "123456"}, []string{short, digits, common, similar}},
		{"LongDigits", strings.Repeat("8053", 1100), jordan, []string{long, digits}},
		{"PartOfUsername", "jordanlee1", jordan, []string{similar}},
		{"Username", "JORDAN.LEE", jordan, []string{similar}},
		{"FirstName", "mere-mere", password.About{FirstName: "Mere Mere"}, []string{similar}},
		{"LastName", "ngāwaka1", mere, []string{similar}},
		{"LastNameTurned", "akawāgn1", mere, []string{similar}},
		{"Domain", "taurangaX", mere, []string{similar}},
		{"WholeAddress", "mere.ngawaka@tauranga-school.nz", mere, []string{similar}},
		{"NothingKnown", "jordanlee1", password.About{}, nil},
		// 2·7/(8+12) is exactly 0.7, 2·6/(8+12) is less.
		{"ExactlySimilar", "abcdefgx", password.About{Username: "abcdefghijkl"}, []string{similar}},
		{"JustNotSimilar", "abcdefxy", password.About{Username: "abcdefghijkl"}, nil},
		// Counted with multiplicity: one o in the name, four in the password.
		{"Multiplicity", "oooo-oooo", password.About{Username: "kokakoko"}, nil},
		{"UnderscoreJoins", "kp4zjordan", password.About{Username: "jordan_with_a_long_name"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var want []lang.Message
			for _, id := range tt.want {
				want = append(want, lang.M(id))
			}
			if diff := cmp.Diff(want, r.Check(tt.plain, tt.about)); diff != "" {
				t.Errorf("Check(%.40q, %+v): -want +got\n%s", tt.plain, tt.about, diff)
			}
		})
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	if got := len(newRules(t).List()); got != 4 {
		t.Errorf("List() has %d rules, want four", got)
	}
}
