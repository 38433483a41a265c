package listing_test

import (
	"net/url"
	"testing"

	"ams/app/listing"
	"ams/views"
)

func TestPart(t *testing.T) {
	t.Parallel()
	const page = "/en/organisations/1/"
	tests := []struct {
		name, query string
		by          listing.By
		page        int
		first, next string // addresses of sorting by name, and of page 2
	}{
		{"Plain", "", listing.By{}, 1, "?people-sort=name", "?people-page=2"},
		{"Ascending", "people-sort=name", listing.By{Key: "name"}, 1, "?people-sort=-name", "?people-page=2&people-sort=name"},
		{"Descending", "people-sort=-name", listing.By{Key: "name", Descending: true}, 1, "", "?people-page=2&people-sort=-name"},
		{"Another column", "people-sort=role&people-page=3", listing.By{Key: "role"}, 3, "?people-sort=name", "?people-page=2&people-sort=role"},
		{
			"Beside another list", "things-sort=-start&things-page=4&people-page=2",
			listing.By{},
			2,
			"?people-sort=name&things-page=4&things-sort=-start", "?people-page=2&things-page=4&things-sort=-start",
		},
		{"Nonsense", "people-sort=secret&people-page=x", listing.By{}, 1, "?people-sort=name", "?people-page=2"},
		{"Before the first page", "people-page=-7", listing.By{}, 1, "?people-sort=name", "?people-page=2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q, err := url.ParseQuery(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			p := listing.ParsePart(page, q, "people", "name", "role")
			if p.By() != tt.by || p.Page() != tt.page || p.Offset() != (tt.page-1)*listing.PartSize {
				t.Errorf("ParsePart(%q) is sorted by %v, page %d from row %d, want %v and page %d", tt.query, p.By(), p.Page(), p.Offset(), tt.by, tt.page)
			}
			if got := p.Sort("name").Href; got != page+tt.first {
				t.Errorf("Sort(name) leads to %q, want %q", got, page+tt.first)
			}
			if got := p.OnPage(2).Address(); got != page+tt.next {
				t.Errorf("OnPage(2) is at %q, want %q", got, page+tt.next)
			}
		})
	}
}

func TestPartShows(t *testing.T) {
	t.Parallel()
	p := listing.ParsePart("/", url.Values{"people-sort": {"-role"}, "people-page": {"2"}}, "people", "name", "role")
	if s := p.Sort("role"); s.Ascending || !s.Descending {
		t.Errorf("Sort(role) = %+v, want it descending", s)
	}
	if s := p.Sort("name"); s.Ascending || s.Descending {
		t.Errorf("Sort(name) = %+v, want it not sorted by", s)
	}
	for rows, want := range map[int]int{0: 0, listing.PartSize: 0, listing.PartSize + 1: 2, 4 * listing.PartSize: 4} {
		table := views.Table{ID: "people", Columns: make([]views.Column, 3)}
		p.Arrange(&table, "Pages", rows, "name", "", "role")
		if got := len(table.Pager.Pages); got != want {
			t.Errorf("Arrange() of %d rows makes %d pages, want %d", rows, got, want)
		}
		if table.Columns[0].Sort.Href == "" || table.Columns[1].Sort.Href != "" || !table.Columns[2].Sort.Descending {
			t.Errorf("Arrange() sorts the columns %+v, want the first, and the last descending", table.Columns)
		}
		if want > 0 && (table.Pager.Prev != "/?people-sort=-role" || table.Pager.Top != "people") {
			t.Errorf("Arrange() gives the pager %+v, want page 1 before it", table.Pager)
		}
	}
}
