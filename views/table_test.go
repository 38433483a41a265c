package views_test

import (
	"strings"
	"testing"

	"ams/views"
)

// TestTable draws each sort of cell; what a column is called and what stands in a cell may hold anything.
func TestTable(t *testing.T) {
	t.Parallel()
	const odd = `a"b' <i>&`
	table := views.Table{
		ID: "x", Caption: "Things", Pick: views.Pick{Name: odd, Form: odd},
		Columns: []views.Column{{Label: odd, Kind: views.KindText}, {Label: odd, Kind: views.KindNumber}, {Label: "C"}},
	}
	table.Add("row-1", views.Cell{Text: odd, Href: "/a/?b=c&d"}, views.Cell{Text: odd}, views.Cell{})
	table.Add("row-2", views.Cell{Text: "x", Under: odd}, views.Cell{Badges: []views.Badge{{Text: odd}}}, views.Cell{Text: "y", Title: odd})
	table.Rows[0].Pick = views.Hidden{Name: odd, Value: odd}
	doc := render(t, "shared/table", table)
	for selector, want := range map[string]string{
		"#row-1 th.cell-text[scope=row] > div > a":    odd,
		"#row-1 td.cell-number > div > span":          odd,
		"#row-1 td:last-child .cell-none":             "–none",
		"#row-2 th .under":                            odd,
		"#row-2 td.cell-number .badges .badge":        odd,
		"#row-2 td:last-child > div > span[title]":    "y",
		"#row-1 td.cell-pick input":                   "",
		"thead th:first-of-type[scope=col].cell-text": odd,
	} {
		found := doc.Find(selector)
		if got := strings.TrimSpace(found.Text()); found.Length() != 1 || got != want {
			t.Errorf("%d × %s = %q, want %q", found.Length(), selector, got, want)
		}
	}
	for selector, attrs := range map[string][]string{
		"#row-1 th a":               {"href", "/a/?b=c&d"},
		"#row-1 td.cell-number":     {"data-label", odd, "role", "cell"},
		"#row-1 td.cell-pick input": {"name", odd, "form", odd, "value", odd, "aria-label", odd, "type", "checkbox"},
	} {
		for i := 0; i < len(attrs); i += 2 {
			if got, _ := doc.Find(selector).Attr(attrs[i]); got != attrs[i+1] {
				t.Errorf("%s of %s = %q, want %q", attrs[i], selector, got, attrs[i+1])
			}
		}
	}
}
