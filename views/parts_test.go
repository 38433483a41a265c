package views_test

import (
	"html/template"
	"strings"
	"testing"

	"ams/static"
	"ams/views"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/jba/templatecheck"
)

// english shows every id as it is.
type english struct{}

func (english) Code() string { return "en" }
func (english) T(id string, args ...any) string {
	for _, a := range args {
		id = strings.Replace(id, "%s", a.(string), 1)
	}
	return id
}
func (english) N(one, many string, n int, args ...any) string { return many }
func (english) C(context, id string, args ...any) string      { return id }

func set(t *testing.T) *views.Set {
	t.Helper()
	assets, err := static.Load()
	if err != nil {
		t.Fatal(err)
	}
	s, err := views.Load(views.FS, assets, english{})
	if err != nil {
		t.Fatalf("Load() = %v", err)
	}
	return s
}

// Every part by its own type, so that a misspelt field shows even in a part that the sample page does not use.
func bind(s *views.Set) {
	views.BindPart[views.Action](s, "shared/action")
	views.BindPart[views.Avatar](s, "shared/avatar")
	views.BindPart[views.Badge](s, "shared/badge")
	views.BindPart[views.Buttons](s, "shared/buttons")
	views.BindPart[views.Card](s, "shared/card")
	views.BindPart[views.Cards](s, "shared/cards")
	views.BindPart[views.Confirmation](s, "shared/confirmation")
	views.BindPart[views.Dialog](s, "shared/dialog")
	views.BindPart[views.Empty](s, "shared/empty")
	views.BindPart[views.Facts](s, "shared/facts")
	views.BindPart[views.Filters](s, "shared/filters")
	views.BindPart[views.FormSection](s, "shared/form-section")
	views.BindPart[views.Heading](s, "shared/heading")
	views.BindPart[views.Hidden](s, "shared/hidden")
	views.BindPart[views.Message](s, "shared/message")
	views.BindPart[views.Messages](s, "shared/messages")
	views.BindPart[views.Pager](s, "shared/pager")
	views.BindPart[views.PostButton](s, "shared/post-button")
	views.BindPart[views.Pricing](s, "shared/pricing")
	views.BindPart[views.Problems](s, "shared/problems")
	views.BindPart[views.SaveBar](s, "shared/save-bar")
	views.BindPart[views.Section](s, "shared/section")
	views.BindPart[views.Submit](s, "shared/submit")
	views.BindPart[views.Table](s, "shared/table")
	views.BindPart[views.Field](s, "shared/field")
	views.BindPart[views.Shell](s, "layout/site")
	views.BindPart[views.Bare](s, "layout/bare")
	views.BindPage[views.PartsPage](s, "dev/parts")
}

func TestPartsAgainstTheirTypes(t *testing.T) {
	t.Parallel()
	s := set(t)
	bind(s)
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	err := s.Each(func(tmpl *template.Template, _ string, zero any) error {
		return templatecheck.CheckHTMLStrict(tmpl, zero)
	})
	if err != nil {
		t.Error(err)
	}
}

func document(t *testing.T, html template.HTML, err error) *goquery.Document {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(html)))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func render[T any](t *testing.T, name string, model T) *goquery.Document {
	t.Helper()
	s := set(t)
	html, err := views.BindPart[T](s, name).Render("en", model)
	return document(t, html, err)
}

func TestFieldTellsItsErrors(t *testing.T) {
	t.Parallel()
	f := views.EmailField("email", "E-mail", `"><script>alert(1)</script>`)
	f.Help, f.Errors = "Help", []string{"Enter an address"}
	doc := render(t, "shared/field", f)
	input := doc.Find("input#id_email")
	got := map[string]string{}
	for _, name := range []string{"type", "aria-describedby", "aria-invalid", "autocomplete", "value"} {
		got[name] = input.AttrOr(name, "")
	}
	want := map[string]string{
		"type": "email", "aria-describedby": "id_email-help id_email-error", "aria-invalid": "true", "autocomplete": "email",
		"value": `"><script>alert(1)</script>`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("input of a refused field (-want +got):\n%s", diff)
	}
	if text := doc.Find("#id_email-error").Text(); !strings.Contains(text, "Enter an address") {
		t.Errorf("error beside the field = %q", text)
	}
	if doc.Find("script").Length() != 0 {
		t.Error("a value became markup")
	}
}

// Every link of the summary leads to a control that can have the focus.
func TestProblemsLeadToFields(t *testing.T) {
	t.Parallel()
	doc := render(t, "dev/parts", views.SampleParts())
	links := doc.Find(".problems a")
	if links.Length() < 9 {
		t.Errorf("%d links in the summary, want one for each problem of a field", links.Length())
	}
	links.Each(func(_ int, a *goquery.Selection) {
		href := a.AttrOr("href", "")
		if doc.Find(href).Filter("input, select, textarea").Length() != 1 {
			t.Errorf("%s leads to no control", href)
		}
	})
}

func TestIDsAreUnique(t *testing.T) {
	t.Parallel()
	doc := render(t, "dev/parts", views.SampleParts())
	seen := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, e *goquery.Selection) {
		id := e.AttrOr("id", "")
		if seen[id] {
			t.Errorf("id %q stands twice", id)
		}
		seen[id] = true
	})
	doc.Find("[aria-describedby], [aria-labelledby], label[for]").Each(func(_ int, e *goquery.Selection) {
		for id := range strings.FieldsSeq(e.AttrOr("aria-describedby", "") + " " + e.AttrOr("aria-labelledby", "") + " " + e.AttrOr("for", "")) {
			if !seen[id] {
				t.Errorf("id %q is named but does not exist", id)
			}
		}
	})
}

func TestTableOnAPhone(t *testing.T) {
	t.Parallel()
	doc := render(t, "shared/table", views.SampleParts().Table)
	var labels []string
	doc.Find("#member-1 td").Each(func(_ int, td *goquery.Selection) { labels = append(labels, td.AttrOr("data-label", "")) })
	if diff := cmp.Diff([]string{"Role", "Status", "Joined", "Paid", "Actions"}, labels); diff != "" {
		t.Errorf("labels of cells (-want +got):\n%s", diff)
	}
	var sorts []string
	doc.Find("th[scope=col]").Each(func(_ int, th *goquery.Selection) { sorts = append(sorts, th.AttrOr("aria-sort", "-")) })
	if diff := cmp.Diff([]string{"ascending", "-", "-", "none", "none", "-"}, sorts); diff != "" {
		t.Errorf("aria-sort (-want +got):\n%s", diff)
	}
}

func TestMessageRoles(t *testing.T) {
	t.Parallel()
	for level, role := range map[views.Level]string{
		views.LevelInfo: "status", views.LevelSuccess: "status", views.LevelWarning: "alert", views.LevelError: "alert",
	} {
		alert := render(t, "shared/message", views.Message{Level: level, Text: "a < b"}).Find(".alert-" + string(level))
		if got := alert.AttrOr("role", ""); got != role {
			t.Errorf("role of %s = %q, want %q", level, got, role)
		}
		if alert.Find("svg").Length() == 0 || alert.Find(".word").Text() == "" || alert.Find("button").AttrOr("aria-label", "") == "" {
			t.Errorf("%s lacks icon, word or a named close button", level)
		}
	}
}

func TestAskWithoutScripts(t *testing.T) {
	t.Parallel()
	a := views.Action{Text: "Cancel", Href: "/x/", Ask: views.Ask{Title: "Cancel?", Message: "Write to us.", Nothing: true}}
	link := render(t, "shared/action", a).Find("a")
	if _, ok := link.Attr("data-action-url"); ok || link.AttrOr("href", "") != "/x/" {
		t.Error("a question with nothing to confirm must carry no address, but still be a link")
	}
	a.Ask.Nothing = false
	if got := render(t, "shared/action", a).Find("a").AttrOr("data-action-url", ""); got != "/x/" {
		t.Errorf("data-action-url = %q, want /x/", got)
	}
}

func TestNewPager(t *testing.T) {
	t.Parallel()
	numbers := func(page, pages int) string {
		p := views.NewPager("p", "Pages", page, pages, func(n int) string { return "?page=" + string(rune('0'+n%10)) })
		var out []string
		for _, page := range p.Pages {
			switch {
			case page.Gap:
				out = append(out, "…")
			case page.Current:
				out = append(out, "["+page.Number+"]")
			default:
				out = append(out, page.Number)
			}
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		page, pages int
		want        string
	}{
		{1, 1, ""},
		{1, 0, ""},
		{1, 2, "[1] 2"},
		{3, 5, "1 2 [3] 4 5"},
		{4, 6, "1 2 3 [4] 5 6"},
		{6, 12, "1 … 4 5 [6] 7 8 … 12"},
		{12, 12, "1 … 10 11 [12]"},
		{99, 3, "1 2 [3]"},
		{-1, 3, "[1] 2 3"},
	} {
		if got := numbers(c.page, c.pages); got != c.want {
			t.Errorf("NewPager(page %d of %d) = %q, want %q", c.page, c.pages, got, c.want)
		}
	}
}
