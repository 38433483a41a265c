package lang_test

import (
	"slices"
	"strings"
	"testing"

	"ams/app/lang"
)

func TestEnabled(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ given, want []lang.Locale }{
		{nil, []lang.Locale{"en"}},
		{[]lang.Locale{"en", "mi"}, []lang.Locale{"en", "mi"}},
		{[]lang.Locale{"mi", "en"}, []lang.Locale{"mi", "en"}},
		{[]lang.Locale{"mi"}, []lang.Locale{"en", "mi"}},
		{[]lang.Locale{"xx", "en", "EN", "en"}, []lang.Locale{"en"}},
	} {
		if got := lang.NewLanguages(tc.given).Enabled(); !slices.Equal(got, tc.want) {
			t.Errorf("NewLanguages(%v).Enabled() = %v, want %v", tc.given, got, tc.want)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	both, english := lang.NewLanguages([]lang.Locale{"mi", "en"}), lang.NewLanguages(nil)
	for _, tc := range []struct {
		languages lang.Languages
		segment   string
		want      bool
	}{
		{both, "en", true},
		{both, "mi", true},
		{both, "MI", false},
		{both, "en-nz", false},
		{both, "", false},
		{english, "mi", false},
	} {
		if got, ok := tc.languages.Parse(tc.segment); ok != tc.want || ok && string(got) != tc.segment {
			t.Errorf("%v: Parse(%q) = %q, %t, want %t", tc.languages.Enabled(), tc.segment, got, ok, tc.want)
		}
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	both, english := lang.NewLanguages([]lang.Locale{"mi", "en"}), lang.NewLanguages(nil)
	for _, tc := range []struct {
		languages lang.Languages
		header    string
		want      lang.Locale
	}{
		{both, "", "en"},
		{both, "mi", "mi"},
		{both, "mi-NZ,mi;q=0.9,en;q=0.8", "mi"},
		{both, "en-NZ,en;q=0.9,mi;q=0.8", "en"},
		{both, "en;q=0.5, mi", "mi"},
		{both, "fr, mi;q=0.1", "mi"},
		{both, "fr", "en"},
		{both, "*", "en"},
		{both, "mi;q=0", "en"},
		{both, "not a header \x00 ;;q=", "en"},
		{both, strings.Repeat("mi-", 5000), "en"},
		{english, "mi", "en"},
	} {
		if got := tc.languages.Match(tc.header); got != tc.want {
			t.Errorf("%v: Match(%.40q) = %q, want %q", tc.languages.Enabled(), tc.header, got, tc.want)
		}
	}
}

func TestPrefer(t *testing.T) {
	t.Parallel()
	both, english := lang.NewLanguages([]lang.Locale{"mi", "en"}), lang.NewLanguages(nil)
	for _, tc := range []struct {
		languages    lang.Languages
		stored, want lang.Locale
	}{
		{both, "mi", "mi"},
		{both, "", "en"},
		{both, "xx", "en"},
		{english, "mi", "en"},
	} {
		if got := tc.languages.Prefer(tc.stored); got != tc.want {
			t.Errorf("%v: Prefer(%q) = %q, want %q", tc.languages.Enabled(), tc.stored, got, tc.want)
		}
	}
}

func TestNative(t *testing.T) {
	t.Parallel()
	for l, want := range map[lang.Locale]string{lang.EN: "English", lang.MI: "Te Reo Māori", "fr": "FR"} {
		if got := lang.Native(l); got != want {
			t.Errorf("Native(%q) = %q, want %q", l, got, want)
		}
	}
}
