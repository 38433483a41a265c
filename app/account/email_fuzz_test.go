package account_test

import (
	"net/mail"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"ams/app/account"
)

// An address that is accepted is one address, as it is stored, and nothing else a letter's head could carry.
func FuzzEmail(f *testing.F) {
	for _, typed := range []string{
		"kea@example.org", " Kea@Example.ORG\n", "KEA+tag@exämple.org", "kea@localhost", "kea@@example.org", "kea@example..org", "Kea <kea@example.org>",
		"\"kea kea\"@example.org", "kea@example.org, tui@example.org", "kea@example.org\r\nBcc: tui@example.org", "kea(comment)@example.org", "kea@[127.0.0.1]",
		"ĶÉĀ@example.org", "İ@example.org", "kea@xn--mri-goa.nz", "kea@-example.org", ".kea@example.org", "kea.@example.org", "kea@example.org.", "@", "",
		strings.Repeat("k", 65) + "@example.org", "kea@" + strings.Repeat("e", 64) + ".org", strings.Repeat("k.", 200) + "@example.org", "k\x00a@example.org", "k\xffa@example.org", "kea\u200b@example.org", "=cmd@example.org",
	} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		email := account.CanonicalEmail(typed)
		if again := account.CanonicalEmail(email); again != email {
			t.Errorf("CanonicalEmail(%q) = %q, and of that %q: want the same", typed, email, again)
		}
		if !account.ValidEmail(email) {
			return
		}
		if strings.Count(email, "@") != 1 || strings.ContainsFunc(email, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
			t.Errorf("ValidEmail(%q) = true, want exactly one @ and nothing that a letter's head cannot carry", email)
		}
		if !utf8.ValidString(email) || utf8.RuneCountInString(email) > 254 || email != strings.ToLower(email) {
			t.Errorf("ValidEmail(%q) = true, want at most 254 characters, none of them upper-case", email)
		}
		if a, err := mail.ParseAddress(email); err != nil || a.Address != email || a.Name != "" {
			t.Errorf("ParseAddress(%q) = %v, %v: want the same address", email, a, err)
		}
		if all, err := mail.ParseAddressList(email); err != nil || len(all) != 1 {
			t.Errorf("ParseAddressList(%q) = %v, %v: want one", email, all, err)
		}
	})
}
