package views_test

import (
	"html/template"
	"strings"
	"testing"

	"ams/views"
)

// A cell writes its link and its texts as html/template would, whatever is in them.
func TestCellIsEscaped(t *testing.T) {
	t.Parallel()
	judge := template.Must(template.New("").Parse(`<a href="{{.Href}}" title="{{.Title}}">{{.Text}}</a><span class="under">{{.Under}}</span>`))
	for _, odd := range []string{
		"/en/users/māori/", "/a b/?q=c d&e=%20%c4%81#f", `/"onclick="alert(1)`, "/'x'(y)<z>", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x",
		" javascript:alert(1)", "java\tscript:alert(1)", "//other.example/x", "https://a.example/:b", "mailto:a@b.nz?subject=x y", "vbscript:x",
		"/a\x00b", "/{x}|y\\z^`", `"><script>alert(1)</script>`, "+&amp;<", "\u2028\x7f", "ngā\xff",
	} {
		model := views.Cell{Text: odd, Href: odd, Title: odd, Under: odd}
		var out strings.Builder
		if err := judge.Execute(&out, model); err != nil {
			t.Fatal(err)
		}
		want := document(t, template.HTML(out.String()), nil)
		table := views.Table{ID: "x", Columns: []views.Column{{Label: "A"}, {Label: "B"}}}
		table.Add("row", model, views.Cell{Text: odd, Href: odd, Title: odd, Under: odd, Badges: []views.Badge{{Text: "rich"}}})
		got := render(t, "shared/table", table)
		for _, cell := range []string{"th", "td"} {
			link := got.Find("#row " + cell + " a")
			if n := got.Find("#row " + cell + " *").Length(); link.Length() != 1 || n > 6 {
				t.Errorf("%q in a %s: %d elements with %d links, want one link and nothing that the text made", odd, cell, n, link.Length())
			}
			for _, attr := range []string{"href", "title"} {
				wanted := strings.Replace(want.Find("a").AttrOr(attr, ""), "#ZgotmplZ", "#", 1)
				if has := link.AttrOr(attr, "none"); has != wanted {
					t.Errorf("%s of %q in a %s = %q, want %q", attr, odd, cell, has, wanted)
				}
			}
			if has := link.Text(); has != want.Find("a").Text() {
				t.Errorf("text of %q in a %s = %q, want %q", odd, cell, has, want.Find("a").Text())
			}
			if has := got.Find("#row " + cell + " .under").Text(); has != want.Find(".under").Text() {
				t.Errorf("second line of %q in a %s = %q, want %q", odd, cell, has, want.Find(".under").Text())
			}
		}
	}
}
