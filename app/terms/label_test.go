package terms_test

import (
	"testing"
	"time"

	"ams/app/terms"
)

func TestMisleading(t *testing.T) {
	t.Parallel()
	day := time.Date(2027, 3, 3, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, mine, theirs string
		days               int // by which mine is later
		other, counts      string
	}{
		{"in order", "2.0", "1.5", 1, "", ""},
		{"older label later", "1.5", "2.0", 1, "2.0", "1.5"},
		{"newer label earlier", "2.0", "1.5", -1, "1.5", "1.5"},
		{"numbers, not texts", "1.10", "1.9", -1, "1.9", "1.9"},
		{"numbers in order", "1.10", "1.9", 1, "", ""},
		{"same number", "2", "v2.0", 1, "", ""},
		{"same day", "1.0", "2.0", 0, "", ""},
		{"longer", "1.0.1", "1.0", -1, "1.0", "1.0"},
		{"a letter", "v1", "V2", 1, "V2", "v1"},
		{"words", "winter", "2.0", 1, "", ""},
		{"too large", "99999999999999999999", "2.0", -1, "", ""},
	} {
		from := day.AddDate(0, 0, c.days)
		v := terms.Version{Label: c.mine, Active: true, From: &from, Siblings: []terms.Sibling{{Label: c.theirs, From: day}}}
		other, counts, ok := v.Misleading()
		if other != c.other || counts != c.counts || ok != (c.other != "") {
			t.Errorf("%s: Misleading() of %s beside %s, %d days later = %q, %q, %v, want %q, %q",
				c.name, c.mine, c.theirs, c.days, other, counts, ok, c.other, c.counts)
		}
		if v.Active = false; c.other != "" {
			if _, _, ok := v.Misleading(); ok {
				t.Errorf("%s: Misleading() of a draft = true, want false", c.name)
			}
		}
	}
}
