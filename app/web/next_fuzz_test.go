package web

import (
	"net/url"
	"strings"
	"testing"
	"unicode"
)

// No destination that is accepted leads to another site, however a browser reads it.
func FuzzNext(f *testing.F) {
	for _, next := range []string{
		"/", "/en/users/kea/?a=1&b=2", "/a%2Fb/", "//evil.example", `/\evil.example`, "/\t/evil.example", "/\u0085/evil.example", "https://evil.example",
		"/..//evil.example", "/.//evil.example", "/%2f/evil.example", "/@evil.example", "/;//evil.example", "javascript:alert(1)", "", "relative/", "/#//evil.example",
		"///evil.example", "/ /evil.example", "/?next=//evil.example", "/\x00", "/\xff", "/" + strings.Repeat("a", longestNext),
	} {
		f.Add(next)
	}
	base, err := url.Parse("https://example.org/en/accounts/login/")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, next string) {
		if !safeNext(next) {
			return
		}
		// Browsers skip tabs and line breaks, cut other control characters and spaces off at the ends, and read \ as /.
		asBrowser := strings.Map(func(r rune) rune {
			switch {
			case r == '\t' || r == '\n' || r == '\r':
				return -1
			case r == '\\':
				return '/'
			}
			return r
		}, strings.TrimFunc(next, func(r rune) bool { return r <= ' ' }))
		for _, read := range []string{next, asBrowser} {
			if strings.HasPrefix(read, "//") || !strings.HasPrefix(read, "/") {
				t.Errorf("safeNext(%q) = true, and a browser reads %q, which may be another site", next, read)
			}
			to, err := base.Parse(read)
			if err != nil || to.Scheme != "https" || to.Host != "example.org" {
				t.Errorf("safeNext(%q) = true, and it leads to %v (%v), want a page of example.org", next, to, err)
			}
		}
		if len(next) > longestNext || strings.ContainsFunc(next, unicode.IsControl) {
			t.Errorf("safeNext(%q) = true, want it refused", next)
		}
		if back, err := url.QueryUnescape(url.QueryEscape(next)); err != nil || back != next {
			t.Errorf("%q becomes %q on its way through an address", next, back)
		}
	})
}
