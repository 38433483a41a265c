package views_test

import (
	"html/template"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jba/templatecheck"

	"ams/static"
	"ams/views"
)

// files makes templates of path, text pairs.
func files(pairs ...string) fstest.MapFS {
	out := fstest.MapFS{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return out
}

func load(t *testing.T, templates fstest.MapFS) (*views.Set, error) {
	t.Helper()
	assets, err := static.Load()
	if err != nil {
		t.Fatal(err)
	}
	return views.Load(templates, assets, english{})
}

func TestLoad(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		templates fstest.MapFS
		want      string // in the error, "" for none
	}{
		"OK":             {files("a/b.html", `{{block "a/b#form" .}}x{{end}}`, "mail/x.html", "{{"), ""},
		"ErrDuplicate":   {files("a/b.html", `{{define "a/b#x"}}1{{end}}`, "a/b#x.html", "2"), "twice"},
		"ErrForeignName": {files("a/b.html", `{{define "c/d"}}1{{end}}`), `defines "c/d"`},
		"ErrSyntax":      {files("a/b.html", `{{if}}`), "a/b"},
		"ErrFunction":    {files("a/b.html", `{{env "HOME"}}`), "env"},
	} {
		_, err := load(t, c.templates)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Load() = %v, want %q", name, err, c.want)
		}
	}
}

type model struct{ Text string }

func TestBind(t *testing.T) {
	t.Parallel()
	set, err := load(t, files("a/right.html", "{{.Text}}", "a/wrong.html", "{{.Texxt}}", "a/open.html", `<a {{if .Text}}href="{{end}}x`))
	if err != nil {
		t.Fatal(err)
	}
	part := views.BindPart[model](set, "a/right")
	if err := set.Err(); err != nil {
		t.Errorf("Err() = %v, want none", err)
	}
	views.BindPart[model](set, "a/missing")
	if err := set.Err(); err == nil || !strings.Contains(err.Error(), "a/missing") {
		t.Errorf("Err() = %v, want the missing template", err)
	}
	if _, err := part.Render("fr", model{}); err == nil {
		t.Error("Render() in a language without templates = nil, want an error")
	}
	for _, name := range []string{"a/wrong", "a/open"} { // a misspelt field, a tag left open by a branch
		set, err := load(t, files("a/wrong.html", "{{.Texxt}}", "a/open.html", `<a {{if .Text}}href="{{end}}x`))
		if err != nil {
			t.Fatal(err)
		}
		views.BindPart[model](set, name)
		err = set.Each(func(tmpl *template.Template, _ string, zero any) error {
			if err := templatecheck.CheckHTMLStrict(tmpl, zero); err != nil {
				return err
			}
			return tmpl.Execute(&strings.Builder{}, zero)
		})
		if err == nil {
			t.Errorf("the check of %s finds nothing", name)
		}
	}
}

// Whatever people write stays text, wherever a template prints it.
func TestEscaping(t *testing.T) {
	t.Parallel()
	const hostile = `"><script>alert(1)</script>' onclick=x`
	for place, text := range map[string]string{
		"text": "<p>{{.Text}}</p>", "attribute": `<p title="{{.Text}}"></p>`, "catalogue": `<p>{{t "Hello %s" .Text}}</p>`,
		"path": `<a href="{{path .Text}}">x</a>`, "icon": `{{icon "person" .Text}}`,
	} {
		set, err := load(t, files("a/b.html", text))
		if err != nil {
			t.Fatal(err)
		}
		html, err := views.BindPart[model](set, "a/b").Render("en", model{Text: hostile})
		doc := document(t, html, err)
		if doc.Find("script").Length() != 0 || doc.Find("[onclick]").Length() != 0 {
			t.Errorf("%s: what was written became markup: %s", place, html)
		}
	}
	set, err := load(t, files("a/b.html", `<a href="{{.Text}}">x</a>`))
	if err != nil {
		t.Fatal(err)
	}
	html, err := views.BindPart[model](set, "a/b").Render("en", model{Text: "javascript:alert(1)"})
	if got := document(t, html, err).Find("a").AttrOr("href", ""); strings.HasPrefix(got, "javascript:") {
		t.Errorf("href = %q, want no script", got)
	}
}
