package accounts_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever is typed instead of a code, it is wrong unless it is the one that counts at this moment.
func FuzzCode(f *testing.F) {
	for _, typed := range []string{
		"", " ", "0", "000000", "00000000", "12345", "1234567", "١٢٣٤٥٦", "123456", "-12345", "+12345", "1e5000", "0x1234", "12 345",
		"123456\n", "\x00", "a\xffb", "' OR 1=1 --", "{{.}}", strings.Repeat("9", 10_000),
	} {
		f.Add(typed, byte(0))
	}
	f.Add("", byte(1))
	f.Add(" \t", byte(2))
	f.Fuzz(func(t *testing.T, typed string, right byte) {
		s, v, secret := guarded(t)
		good := append(codesOf(t, v), codeAt(t, s, secret))
		if right > 0 { // what surrounds a right code
			typed += good[int(right)%len(good)] + typed
		}
		want := http.StatusUnprocessableEntity
		if slices.Contains(good, strings.TrimSpace(typed)) {
			want = http.StatusSeeOther
		}
		switch got := halfway(s).Post(authenticate, "code", typed).StatusCode; {
		case got == http.StatusBadRequest && (strings.ContainsRune(typed, 0) || !utf8.ValidString(typed)): // no text at all
		case got != want:
			t.Errorf("POST code=%q = %d, want %d", typed, got, want)
		}
	})
}
