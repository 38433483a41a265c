package privacy_test

import (
	"strings"
	"testing"

	"ams/app/web/webtest"
)

// Whatever refers to people, or to something of theirs, has a rule for their download and erasure. A table that is added
// without one fails here.
func TestHoldings(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	var keys []struct{ Parent, Key string }
	s.Row(&keys, `
		SELECT c.confrelid::regclass::text AS parent, c.conrelid::regclass::text || '.' || a.attname AS key
		FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
		WHERE c.contype = 'f' AND cardinality(c.conkey) = 1`)
	rules, files := map[string]bool{}, map[string]string{}
	for _, h := range s.App.Privacy.Holdings() {
		if _, twice := rules[h.Key]; twice {
			t.Errorf("%s has two rules", h.Key)
		}
		rules[h.Key] = h.Owned
		if (h.File == "") != (h.Give == "") {
			t.Errorf("%s: a name and a query in the download belong together", h.Key)
		}
		if other := files[h.File]; other != "" && h.File != "" {
			t.Errorf("%s and %s give files of the same name", h.Key, other)
		}
		files[h.File] = h.Key
	}
	reached, seen := []string{"users"}, map[string]bool{"users": true}
	found := map[string]bool{}
	for len(reached) > 0 {
		table := reached[0]
		reached = reached[1:]
		for _, k := range keys {
			if k.Parent != table {
				continue
			}
			found[k.Key] = true
			owned, ruled := rules[k.Key]
			if !ruled {
				t.Errorf("%s refers to %s and has no rule for download and erasure: add a line to holdings", k.Key, table)
			}
			if child, _, _ := strings.Cut(k.Key, "."); owned && !seen[child] {
				seen[child] = true
				reached = append(reached, child)
			}
		}
	}
	for key := range rules {
		if !found[key] {
			t.Errorf("the rule for %s is about nothing that refers to people", key)
		}
	}
	if len(found) < 15 {
		t.Errorf("the walk found %d foreign keys, which cannot be all", len(found))
	}
}
