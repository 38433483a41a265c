package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Nothing of a long history is out of reach.
func TestLongHistory(t *testing.T) {
	t.Parallel()
	s, v := trips(t)
	v.Send(list+"add/", "#record", trip()...).Status(http.StatusSeeOther)
	v.Get(address(s, "history")).Lacks(".pager")
	s.Exec(`INSERT INTO admin_log_entries (at, user_name, entity, object_id, title, action, changes)
		SELECT now(), 'Act ' || i, 'outings.outing', (SELECT max(id) FROM outings), 'x', 'change', '[]' FROM generate_series(1, 249) i`)
	of := "?_list=" + url.QueryEscape("held=month")
	at, seen := address(s, "history")+of, 0
	for range 3 {
		doc := v.Get(at).Status(http.StatusOK).Document()
		if first := doc.Find(".entries .who").First().Text(); seen == 0 && first != "Act 249" {
			t.Errorf("the first entry is of %q, want the newest", first)
		}
		seen += doc.Find(".entries > li").Length()
		at = doc.Find(".pager a[rel=next]").AttrOr("href", "")
		if at != "" && !strings.Contains(at, "_list=held%3Dmonth") {
			t.Errorf("the next page at %s does not know the list any more", at)
		}
	}
	if seen != 250 || at != "" {
		t.Errorf("three pages have %d entries, and another one is at %q, want all 250", seen, at)
	}
	v.Get(address(s, "history") + of + "&p=9").To(address(s, "history") + of)
}
