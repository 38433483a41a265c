package profile_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"ams/app/profile"
)

func pointer(n int) *int { return &n }

func pick(values ...string) profile.Options {
	var o profile.Options
	for _, v := range values {
		o.Choices = append(o.Choices, profile.Choice{Value: v, Label: profile.Texts{"en": strings.ToUpper(v)}})
	}
	return o
}

// TestParse is the table of what each type takes and how it is stored; stored "!" is a refusal.
func TestParse(t *testing.T) {
	t.Parallel()
	kinds := map[string]profile.Question{
		"text": {Type: profile.Text}, "area": {Type: profile.TextArea}, "day": {Type: profile.Day}, "month": {Type: profile.Month},
		"ticks": {Type: profile.Checkbox, Options: pick("math", "science", " a b ")}, "radio": {Type: profile.Radio, Options: pick("a", "False")},
		"select": {Type: profile.Select, Options: pick("a", "b")}, "number": {Type: profile.Number},
		"between": {Type: profile.Number, Min: pointer(10), Max: pointer(100)}, "from": {Type: profile.Number, Min: pointer(0)},
		"to": {Type: profile.Number, Max: pointer(5)}, "unknown": {Type: "COLOUR"},
	}
	for _, c := range []struct {
		kind  string
		typed []string
		want  string
	}{
		{"text", nil, ""},
		{"text", []string{"  \t "}, ""},
		{"text", []string{" Māui\u0304 "}, "Māuī"},
		{"text", []string{"False"}, "False"},
		{"text", []string{"a\r\nb"}, "a b"},
		{"text", []string{strings.Repeat("ā", 1000)}, strings.Repeat("ā", 1000)},
		{"text", []string{strings.Repeat("ā", 1001)}, "!"},
		{"area", []string{" a\r\nb\r\n"}, "a\nb"},
		{"area", []string{strings.Repeat("x", 10000)}, strings.Repeat("x", 10000)},
		{"area", []string{strings.Repeat("x", 10001)}, "!"},
		{"ticks", []string{"science", "math"}, `["science","math"]`},
		{"ticks", []string{"math", "False", "science", "", " ", "math"}, `["math","science"]`},
		{"ticks", []string{" a b "}, `[" a b "]`},
		{"ticks", []string{"False", "False"}, ""},
		{"ticks", []string{"math", "art"}, "!"},
		{"radio", []string{"a"}, "a"},
		{"radio", []string{"False"}, "False"},
		{"radio", []string{""}, ""},
		{"radio", []string{"A"}, "!"},
		{"select", []string{"b"}, "b"},
		{"select", []string{"c"}, "!"},
		{"select", []string{" b"}, "!"},
		{"day", []string{" 2026-01-18 "}, "2026-01-18"},
		{"day", []string{"2024-02-29"}, "2024-02-29"},
		{"day", []string{"2026-02-29"}, "!"},
		{"day", []string{"18/01/2026"}, "!"},
		{"day", []string{"0000-01-01"}, "!"},
		{"month", []string{"2026-01"}, "2026-01"},
		{"month", []string{"2026-13"}, "!"},
		{"month", []string{"2026-00"}, "!"},
		{"month", []string{"2026-1"}, "!"},
		{"month", []string{"2026-01-01"}, "!"},
		{"month", []string{"0000-01"}, "!"},
		{"number", []string{"0"}, "0"},
		{"number", []string{"-0"}, "0"},
		{"number", []string{"+007"}, "7"},
		{"number", []string{"1.5"}, "!"},
		{"number", []string{"1e3"}, "!"},
		{"number", []string{"99999999999999999999"}, "!"},
		{"between", []string{"9"}, "!"},
		{"between", []string{"10"}, "10"},
		{"between", []string{"100"}, "100"},
		{"between", []string{"101"}, "!"},
		{"from", []string{"0"}, "0"},
		{"from", []string{"-1"}, "!"},
		{"to", []string{"5"}, "5"},
		{"to", []string{"6"}, "!"},
		{"unknown", []string{"x"}, ""},
	} {
		q := kinds[c.kind]
		q.Key = c.kind
		got, wrong := q.Parse(c.typed)
		if !wrong.Empty() {
			got += "!"
		}
		if got != c.want {
			t.Errorf("%s: Parse(%.40q) = %.40q (%s), want %.40q", c.kind, c.typed, got, wrong.ID, c.want)
		}
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind   profile.Type
		stored string
		want   []string
	}{
		{profile.Text, "", nil},
		{profile.Text, `["a"]`, []string{`["a"]`}},
		{profile.Checkbox, `["math", false, "science", null, "", "False", 3]`, []string{"math", "science"}},
		{profile.Checkbox, `[false, false]`, nil},
		{profile.Checkbox, `[]`, nil},
		{profile.Checkbox, `null`, nil},
		{profile.Checkbox, `{"a": 1}`, nil},
		{profile.Checkbox, `["math"`, nil},
		{profile.Number, "0", []string{"0"}},
	} {
		q := profile.Question{Type: c.kind}
		if got := q.Values(c.stored); !slices.Equal(got, c.want) {
			t.Errorf("%s: Values(%s) = %q, want %q", c.kind, c.stored, got, c.want)
		}
	}
}

// FuzzAnswer: whatever a form sends, an answer that is taken is read back as it was stored, and nothing panics. What may
// be stored is read without a panic, too.
func FuzzAnswer(f *testing.F) {
	f.Add("TEXT", "a", "b", "a\nb")
	f.Add("CHECKBOX", "<a & \u2028>", "False", `["<a & b>"]`)
	f.Add("TEXTAREA", "a\r\r\nb\r", "", "")
	f.Add("DATE", "2024-02-29", "", "2024-02-30")
	f.Add("MONTH", "2026-01", "", "2026-1")
	f.Add("NUMBER", "+0", "", "x")
	f.Add("RADIO", " ", "", "")
	f.Add("SELECT", "ā", "ā", "a\u0304")
	f.Fuzz(func(t *testing.T, kind, first, second, stored string) {
		if !utf8.ValidString(first) || !utf8.ValidString(second) { // the kernel refuses such forms
			return
		}
		q := profile.Question{Key: "k", Type: profile.Type(kind), Options: pick(first, second)}
		got, wrong := q.Parse([]string{first, second})
		if !wrong.Empty() && got != "" {
			t.Errorf("Parse(%q) = %q with a refusal (%s)", first, got, wrong.ID)
		}
		again, wrong := q.Parse(q.Values(got))
		if again != got || !wrong.Empty() {
			t.Errorf("%s: Parse(Values(%q)) = %q (%s), want the same", kind, got, again, wrong.ID)
		}
		if (got == "") != (len(q.Values(got)) == 0) {
			t.Errorf("%s: %q is stored and shows %q", kind, got, q.Values(got))
		}
		q.Values(stored)
	})
}
