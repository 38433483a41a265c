package password

import (
	"slices"
	"strings"
	"testing"
)

func TestCommonList(t *testing.T) {
	t.Parallel()
	r, err := NewRules()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.common); n < 19_000 || n > 21_000 {
		t.Errorf("the list has %d entries, want about 20,000", n)
	}
	if !slices.IsSorted(r.common) {
		t.Error("the list is not sorted, so that the look-up misses entries")
	}
	if n := len(slices.Compact(slices.Clone(r.common))); n != len(r.common) {
		t.Errorf("the list repeats %d entries", len(r.common)-n)
	}
	for _, p := range r.common {
		if p == "" || p != strings.ToLower(strings.TrimSpace(p)) {
			t.Errorf("entry %q is not lower case and trimmed, so that nothing matches it", p)
		}
	}
	for _, p := range []string{"password", "12345678", "qwertyuiop", "iloveyou", "letmein", "aotearoa", "allblacks"} {
		if _, found := slices.BinarySearch(r.common, p); !found {
			t.Errorf("the list lacks %q", p)
		}
	}
}
