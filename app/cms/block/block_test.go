package block_test

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jba/templatecheck"

	"ams/app/cms/block"
	"ams/app/richtext"
	"ams/static"
	"ams/views"
)

type english struct{}

func (english) Code() string                             { return "en" }
func (english) T(id string, _ ...any) string             { return id }
func (english) N(_, many string, _ int, _ ...any) string { return many }
func (english) C(_, id string, _ ...any) string          { return id }

type bench struct {
	views *views.Set
	sets  block.Sets
	page  views.Part[views.BlockPage]
}

func setup(t *testing.T) bench {
	t.Helper()
	assets, err := static.Load()
	if err != nil {
		t.Fatal(err)
	}
	v, err := views.Load(views.FS, assets, english{})
	if err != nil {
		t.Fatal(err)
	}
	b := bench{views: v, sets: block.Bind(v), page: views.BindPart[views.BlockPage](v, "block/page")}
	if err := v.Err(); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b bench) render(t *testing.T, set block.Set, raw string) (html string, skipped []string) {
	t.Helper()
	skip := func(s block.Skipped) { skipped = append(skipped, fmt.Sprintf("%s %s: %v", s.Type, s.ID, s.Err)) }
	env := block.Env{Locale: "en", Links: richtext.Links{
		Page: func(id int64) (string, bool) { return fmt.Sprintf("/en/%d/", id), id == 7 },
	}}
	list := set.Decode(json.RawMessage(raw), skip).Render(env, skip)
	out, err := b.page.Render("en", views.BlockPage{Blocks: list})
	if err != nil {
		t.Fatal(err)
	}
	return tight(string(out)), skipped
}

// tight leaves out the white space between tags.
func tight(html string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(html), " "), "> <", "><")
}

func TestTemplatesAgainstTheirTypes(t *testing.T) {
	t.Parallel()
	err := setup(t).views.Each(func(tmpl *template.Template, _ string, zero any) error {
		return templatecheck.CheckHTMLStrict(tmpl, zero)
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, c := range []struct{ name, in, want string }{
		{
			"heading", `[{"type":"heading_block","value":{"heading_text":"Mā < wā","size":"h3","alignment":"center"},"id":"1"}]`,
			`<div class="block-heading_block"><h3 class="mb-0 text-center">Mā &lt; wā</h3></div>`,
		},
		{
			"heading with defaults", `[{"type":"heading_block","value":{"heading_text":"a"},"id":"1"}]`,
			`<div class="block-heading_block"><h2 class="mb-0 text-start">a</h2></div>`,
		},
		{
			"paragraph", `[{"type":"paragraph_block","value":"<p>a <a data-page=\"7\">b</a><a data-page=\"8\">c</a></p>","id":"1"}]`,
			`<div class="block-paragraph_block"><p>a <a href="/en/7/">b</a><a>c</a></p></div>`,
		},
		{
			"hostile paragraph", `[{"type":"paragraph_block","value":"<p onclick=x>a</p><script>alert(1)</script></div>","id":"1"}]`,
			`<div class="block-paragraph_block"><p>a</p></div>`,
		},
		{
			"columns", `[{"type":"columns_block","value":{"layout":"2-thirds-1-third","columns":[
			{"type":"item","id":"a","value":[{"type":"paragraph_block","value":"<p>a</p>","id":"2"}]},{"type":"item","id":"b","value":[]}]},"id":"1"}]`,
			`<div class="block-columns_block"><div class="row g-3"> <div class="col-12 col-md-8"><div class="d-flex flex-column gap-3"> ` +
				`<div class="block-paragraph_block"><p>a</p></div> </div></div> ` +
				`<div class="col-12 col-md-4"><div class="d-flex flex-column gap-3"> </div></div> </div></div>`,
		},
		{
			"title", `[{"type":"title_block","value":{"title":{"text":"a\nb","size":"1"},"subtitle":{"text":"c","position":"before","colour":"#ff0000"}},"id":"1"}]`,
			`<div class="block-title_block"><hgroup> <p class="mb-0 display-3 fw-bold text-start" style="color: #ff0000">c</p> ` +
				`<h1 class="mb-0 display-1 fw-bold text-start">a<br>b</h1> </hgroup></div>`,
		},
		{"nothing", `[]`, ``},
		{"no list at all", ``, ``},
	} {
		html, skipped := b.render(t, b.sets.Home, c.in)
		want := tight(`<div class="content-gap-spacing d-flex flex-column gap-3"> ` + c.want + ` </div>`)
		if diff := cmp.Diff(want, html); diff != "" || len(skipped) > 0 {
			t.Errorf("%s: skipped %q (-want +got):\n%s", c.name, skipped, diff)
		}
	}
}

// What is damaged is left out and named; its neighbours stay.
func TestDamagedBlocksAreLeftOut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const good = `{"type":"paragraph_block","value":"<p>stays</p>","id":"good"}`
	for name, bad := range map[string]string{
		"unknown kind":          `{"type":"video_block","value":{},"id":"1"}`,
		"later version":         `{"type":"paragraph_block","v":2,"value":"<p>bad</p>","id":"1"}`,
		"value of another form": `{"type":"paragraph_block","value":{"bad":1},"id":"1"}`,
		"no value":              `{"type":"heading_block","id":"1"}`,
		"not a block":           `17`,
		"a list":                `["bad"]`,
		"size that is none":     `{"type":"heading_block","value":{"heading_text":"bad","size":"h1"},"id":"1"}`,
		"class with markup":     `{"type":"heading_block","value":{"heading_text":"bad","size":"h2","alignment":"\"><script>"},"id":"1"}`,
		"too few columns":       `{"type":"columns_block","value":{"layout":"3-equal","columns":[{"type":"item","value":[]}]},"id":"1"}`,
		"columns in columns": `{"type":"columns_block","value":{"layout":"2-equal","columns":[{"type":"item","value":[
			{"type":"columns_block","value":{"layout":"2-equal","columns":[]},"id":"2"}]},{"type":"item","value":[]}]},"id":"1"}`,
		"title in content": `{"type":"title_block","value":{"title":{"text":"bad"}},"id":"1"}`,
	} {
		html, skipped := b.render(t, b.sets.Content, `[`+bad+`,`+good+`]`)
		if len(skipped) != 1 || strings.Contains(html, "bad") || !strings.Contains(html, "<p>stays</p>") {
			t.Errorf("%s: skipped %q, shown %s", name, skipped, html)
		}
	}
	if html, skipped := b.render(t, b.sets.Content, `{"not":"a list"}`); len(skipped) != 1 || strings.Contains(html, "block-") {
		t.Errorf("no list: skipped %q, shown %s", skipped, html)
	}
}

func stream(t *testing.T, raw string) block.Stream {
	t.Helper()
	var s block.Stream
	if err := json.Unmarshal([]byte(raw), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestClean(t *testing.T) {
	t.Parallel()
	b := setup(t)

	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		in := stream(t, `[{"type":"paragraph_block","value":"<p onclick=x>a<script>x</script></p>","id":"1"},
			{"type":"paragraph_block","value":"<p>b</p>","id":"1"},
			{"type":"columns_block","value":{"columns":[{"value":[{"type":"paragraph_block","value":"<b>c"}]},{"value":[]}]}}]`)
		out, problems := b.sets.Content.Clean(in, block.Publish)
		if problems.Any() || len(out) != 3 {
			t.Fatalf("Clean() = %d blocks, %s", len(out), problems)
		}
		if got := string(out[0].Value); got != `"\u003cp\u003ea\u003c/p\u003e"` {
			t.Errorf("stored paragraph = %s", got)
		}
		if out[0].ID != "1" || out[1].ID == "1" || out[1].ID == "" || out[2].ID == "" {
			t.Errorf("ids = %q %q %q, want the first kept and the others new", out[0].ID, out[1].ID, out[2].ID)
		}
		var columns block.Columns
		if err := json.Unmarshal(out[2].Value, &columns); err != nil {
			t.Fatal(err)
		}
		inner := columns.Columns[0]
		if inner.Type != "item" || inner.ID == "" || inner.Value[0].ID == "" || string(inner.Value[0].Value) != `"\u003cb\u003ec\u003c/b\u003e"` {
			t.Errorf("inner block = %+v", inner)
		}
		again, problems := b.sets.Content.Clean(out, block.Publish)
		if diff := cmp.Diff(out, again); diff != "" || problems.Any() {
			t.Errorf("cleaned again: %s (-first +second):\n%s", problems, diff)
		}
	})

	t.Run("CMS-30 number of columns", func(t *testing.T) {
		t.Parallel()
		in := stream(t, `[{"type":"columns_block","value":{"layout":"3-equal","columns":[{"value":[]},{"value":[]}]},"id":"x"}]`)
		_, problems := b.sets.Content.Clean(in, block.Draft)
		texts := problems.Of("b.x.columns")
		if len(texts) != 1 || !cmp.Equal(texts[0].Args, []any{"3-equal", 3, 2}) {
			t.Errorf("problems = %s, want one that names the layout, 3 and 2", problems)
		}
	})

	t.Run("all problems at once", func(t *testing.T) {
		t.Parallel()
		in := stream(t, `[{"type":"heading_block","value":{"heading_text":"","size":""},"id":"h"},
			{"type":"paragraph_block","value":"<p>&nbsp;</p>","id":"p"},
			{"type":"title_block","value":{"title":{"text":"a","colour":"red","size":"9"}},"id":"t"},
			{"type":"video_block","value":{},"id":"v"},
			{"type":"columns_block","value":{"columns":[{"value":[{"type":"heading_block","value":{"size":"h7","heading_text":"a"},"id":"i"}]},{"value":[]}]},"id":"c"}]`)
		named := func(s block.Strictness) string {
			_, problems := b.sets.Home.Clean(in, s)
			var names []string
			for _, p := range problems.List() {
				names = append(names, p.Name)
			}
			return strings.Join(names, " ")
		}
		if got, want := named(block.Publish), "b.h.heading_text b.h.size b.p.value b.t.title.size b.t.title.colour b.v b.i.size"; got != want {
			t.Errorf("to publish: %s\nwant %s", got, want)
		}
		if got, want := named(block.Draft), "b.t.title.size b.t.title.colour b.v b.i.size"; got != want {
			t.Errorf("as a draft: %s\nwant %s", got, want)
		}
	})
}

func TestRefs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	raw := `[{"type":"paragraph_block","value":"<a data-page=\"3\">a</a><a data-document=\"4\">b</a>","id":"p"},
		{"type":"columns_block","value":{"columns":[{"value":[{"type":"paragraph_block","value":"<a data-page=\"5\">c</a>","id":"i"}]},{"value":[]}]},"id":"c"}]`
	got := b.sets.Home.Decode(json.RawMessage(raw), func(s block.Skipped) { t.Error(s) }).Refs()
	want := []block.Ref{{Block: "p", Kind: block.RefPage, ID: 3}, {Block: "p", Kind: block.RefDocument, ID: 4}, {Block: "i", Kind: block.RefPage, ID: 5}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Refs() (-want +got):\n%s", diff)
	}
}
