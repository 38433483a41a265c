package listing_test

import (
	"net/url"
	"slices"
	"testing"

	"ams/app/listing"
)

func parse(t *testing.T, query string) listing.View {
	t.Helper()
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return listing.Parse(q, []string{"name", "date"}, []string{"active"})
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"Whole":         {"", ""},
		"RoundTrip":     {"active=1&o=-name.date&p=3&q=%C4%81+b", "?active=1&o=-name.date&p=3&q=%C4%81+b"},
		"UnknownColumn": {"o=secret.name", "?o=name"},
		"Twice":         {"o=name.-name", "?o=name"},
		"UnknownFilter": {"password=1&active=", ""},
		"BadPage":       {"p=-7", ""},
		"NoNumber":      {"p=x", ""},
		"HugePage":      {"p=999999999", "?p=1000000"},
		"Decomposed":    {"q=ma%CC%84", "?q=m%C4%81"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := parse(t, c.in).Query(); got != c.want {
				t.Errorf("Query() of %q = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestSortBy(t *testing.T) {
	t.Parallel()
	v := parse(t, "p=4")
	for i, step := range []struct{ click, want string }{
		{"name", "name"}, {"name", "-name"}, {"date", "date.-name"}, {"name", "name.date"}, {"name", "-name.date"}, {"name", "date"},
	} {
		v = v.SortBy(step.click)
		if got := v.OrderText(); got != step.want || v.Page != 1 {
			t.Errorf("click %d on %s = %q on page %d, want %q on page 1", i+1, step.click, got, v.Page, step.want)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for search, want := range map[string][]string{
		"":                      nil,
		"  ana   tūī ":          {"ana", "tūī"},
		`"ana tūī" kea`:         {"ana tūī", "kea"},
		`an "open phrase`:       {"an", "open phrase"},
		`"" x`:                  {"x"},
		"a b c d e f g h i j k": {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"},
	} {
		v := parse(t, url.Values{"q": {search}}.Encode())
		if got := v.Words(); !slices.Equal(got, want) {
			t.Errorf("Words() of %q = %q, want %q", search, got, want)
		}
	}
}

func TestWithKeepsTheOther(t *testing.T) {
	t.Parallel()
	v := parse(t, "active=1&q=x&o=name")
	narrowed := v.With("active", "0")
	if got, kept := narrowed.Query(), v.Query(); got != "?active=0&o=name&q=x" || kept != "?active=1&o=name&q=x" {
		t.Errorf("With(active, 0) = %q and leaves %q", got, kept)
	}
	if got := v.Cleared().Query(); got != "?o=name" {
		t.Errorf("Cleared() = %q, want only the order", got)
	}
}
