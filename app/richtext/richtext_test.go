package richtext_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ams/app/richtext"
)

func TestClean(t *testing.T) {
	t.Parallel()
	const outside = ` rel="nofollow noreferrer"`
	for _, c := range []struct{ name, in, want string }{
		{"plain", `<p>Kia ora, e hoa mā</p>`, `<p>Kia ora, e hoa mā</p>`},
		{"emphasis", `<p><b>a</b><strong>b</strong><i>c</i><em>d</em></p>`, `<p><b>a</b><strong>b</strong><i>c</i><em>d</em></p>`},
		{"raised and struck", `<p>x<sup>2</sup><sub>1</sub><s>a</s><del>b</del></p>`, `<p>x<sup>2</sup><sub>1</sub><s>a</s><del>b</del></p>`},
		{"lists", `<ul><li>a<ol><li>b</li></ol></li></ul>`, `<ul><li>a<ol><li>b</li></ol></li></ul>`},
		{"alignment", `<p class="align-center">a</p>`, `<p class="align-center">a</p>`},
		{"two alignments", `<p class="align-center align-left">a</p>`, `<p>a</p>`},
		{"other class", `<p class="navbar">a</p>`, `<p>a</p>`},
		{"alignment of something else", `<b class="align-center">a</b>`, `<b>a</b>`},
		{"path", `<a href="/events/?a=b&amp;c=d#e">a</a>`, `<a href="/events/?a=b&amp;c=d#e">a</a>`},
		{"outside", `<a href="https://x.test/">a</a>`, `<a href="https://x.test/"` + outside + `>a</a>`},
		{"post", `<a href="mailto:a@b.nz?subject=x">a</a>`, `<a href="mailto:a@b.nz?subject=x">a</a>`},
		{"phone", `<a href="tel:+64211234567">a</a>`, `<a href="tel:+64211234567">a</a>`},
		{"page", `<a data-page="12">a</a>`, `<a data-page="12">a</a>`},
		{"page that is none", `<a data-page="12 onclick">a</a>`, `a`},
		{"unclosed", `<p><strong>a`, `<p><strong>a</strong></p>`},
		{"closed too often", `</div></p></main>a</b>`, `<p></p>a`},
		{"heading", `<h1>a</h1><h2>b</h2>`, `ab`},
		{
			"five lists deep", strings.Repeat("<ul><li>", 5) + "a" + strings.Repeat("</li></ul>", 5),
			strings.Repeat("<ul><li>", 4) + "a" + strings.Repeat("</li></ul>", 4),
		},
		{"script", `<p>a<script>alert(1)</script>b</p>`, `<p>ab</p>`},
		{"script inside script", `<scr<script>ipt>alert(1)</script>`, `ipt&gt;alert(1)`},
		{"style", `<style>body{display:none}</style>a`, `a`},
		{"style attribute", `<p style="position:fixed">a</p>`, `<p>a</p>`},
		{"handler", `<p onclick="alert(1)" id="main">a</p>`, `<p>a</p>`},
		{"image", `<img src=x onerror=alert(1)>a`, `a`},
		{"drawing", `<svg><a xlink:href="javascript:alert(1)"><text>a</text></a></svg>`, `a`},
		{"frame", `<iframe src="https://x.test/"></iframe>a`, `a`},
		{"form", `<form action="https://x.test/"><input name="password"><button>a</button></form>`, `a`},
		{"javascript", `<a href="javascript:alert(1)">a</a>`, `a`},
		{"javascript in capitals", `<a href=" JaVaScRiPt:alert(1)">a</a>`, `a`},
		{"javascript in entities", `<a href="&#106;&#97;vascript&colon;alert(1)">a</a>`, `a`},
		{"javascript with control characters", "<a href=\"jav\tasc\nript:alert(1)\">a</a>", `a`},
		{"data", `<a href="data:text/html,<script>alert(1)</script>">a</a>`, `a`},
		{"vbscript", `<a href="vbscript:msgbox(1)">a</a>`, `a`},
		{"htmx", `<a href="/x/" hx-get="/y/" hx-on:click="alert(1)">a</a>`, `<a href="/x/">a</a>`},
		{"target", `<a href="/x/" target="_blank">a</a>`, `<a href="/x/">a</a>`},
		{"comment", `a<!--[if IE]><script>alert(1)</script><![endif]-->b`, `ab`},
		{"mathematics", `<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`, ``},
		{"template action", `{{.Secret}}`, `{{.Secret}}`},
		{"NUL", "a\x00b", `ab`},
		{"not UTF-8", "a\xffb", `ab`},
		{"angle brackets", `1 < 2 & 3 > 2`, `1 &lt; 2 &amp; 3 &gt; 2`},
		{"nothing", ``, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := richtext.Clean(richtext.Paragraph, c.in)
			if got != c.want {
				t.Errorf("Clean(%q)\n got %q\nwant %q", c.in, got, c.want)
			}
			if again := richtext.Clean(richtext.Paragraph, got); again != got {
				t.Errorf("cleaning %q again gives %q", got, again)
			}
		})
	}
}

func TestCleanOfALine(t *testing.T) {
	t.Parallel()
	got := richtext.Clean(richtext.Line, `<p class="align-right"><b>a</b><sup>2</sup> <a href="/x/">c</a></p><ul><li>d</li></ul>`)
	if want := `<p class="align-right"><b>a</b>2 <a href="/x/">c</a></p>d`; got != want {
		t.Errorf("Clean(Line) = %q, want %q", got, want)
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	const text = `<h1>a</h1><h2 class="x">b</h2><h3>c</h3><h4>d</h4><h5>e</h5><p class="align-center">f<sup>g</sup> <a href="https://x.test/">h</a></p><ol><li>i</li></ol>`
	const link = `<a href="https://x.test/" rel="nofollow noreferrer">h</a>`
	got := richtext.Clean(richtext.Document, text)
	if want := `a<h2>b</h2><h3>c</h3><h4>d</h4>e<p>fg ` + link + `</p><ol><li>i</li></ol>`; got != want {
		t.Errorf("Clean(Document)\n got %q\nwant %q", got, want)
	}
	shown := string(richtext.Render(richtext.Document, got, richtext.Links{}))
	if want := `a<h3>b</h3><h4>c</h4><h5>d</h5>e<p>fg ` + link + `</p><ol><li>i</li></ol>`; shown != want {
		t.Errorf("Render(Document)\n got %q\nwant %q", shown, want)
	}
}

// An editor offers what the cleaner leaves, and nothing else.
func TestFeatures(t *testing.T) {
	t.Parallel()
	for feature, text := range map[string]string{
		"h2": "<h2>a</h2>", "h3": "<h3>a</h3>", "h4": "<h4>a</h4>", "bold": "<strong>a</strong>", "italic": "<em>a</em>", "strike": "<s>a</s>",
		"sup": "<sup>a</sup>", "sub": "<sub>a</sub>", "ol": "<ol><li>a</li></ol>", "ul": "<ul><li>a</li></ul>", "link": `<a href="/x/">a</a>`,
	} {
		for name, kind := range map[string]richtext.Kind{"Paragraph": richtext.Paragraph, "Line": richtext.Line, "Document": richtext.Document} {
			offered, stays := slices.Contains(strings.Fields(kind.Features()), feature), richtext.Clean(kind, text) == text
			if offered != stays {
				t.Errorf("%s: %s is offered: %t, stays: %t", name, feature, offered, stays)
			}
		}
	}
}

func TestParagraphs(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                               "",
		" \r\n ":                         "",
		"one & two":                      "<p>one & two</p>",
		"one\r\ntwo\n \n\nthree\n":       "<p>one<br>two</p><p>three</p>",
		"<p>marked up</p>\n\n<p>two</p>": "<p>marked up</p>\n\n<p>two</p>",
		"1 < 2\n\nor not":                "1 < 2\n\nor not",
	} {
		if got := richtext.Paragraphs(in); got != want {
			t.Errorf("Paragraphs(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDeepNestingEnds(t *testing.T) {
	t.Parallel()
	got := richtext.Clean(richtext.Paragraph, strings.Repeat("<b>", 100_000)+"a<script>x</script>")
	if strings.Contains(got, "script") || !strings.Contains(got, "a") {
		t.Errorf("Clean() of 100,000 open elements = %.80q…", got)
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	to := richtext.Links{
		Page: func(id int64) (string, bool) {
			if id == 12 {
				return "/mi/about/", true
			}
			return "", false
		},
		Localise: func(href string) string { return "/mi" + href },
	}
	for _, c := range []struct{ name, in, want string }{
		{"page", `<p><a data-page="12">a</a></p>`, `<p><a href="/mi/about/">a</a></p>`},
		{"page that is gone", `<p><a data-page="13">a</a></p>`, `<p><a>a</a></p>`},
		{"page beats address", `<a href="/x/" data-page="13">a</a>`, `<a>a</a>`},
		{"document", `<a data-document="1">a</a>`, `<a>a</a>`},
		{"typed", `<a href="/x/">a</a>`, `<a href="/mi/x/">a</a>`},
		{"stored before the rules were", `<p onclick="x()">a<script>alert(1)</script> &lt;b&gt;</p>`, `<p>a &lt;b&gt;</p>`},
	} {
		if got := string(richtext.Render(richtext.Paragraph, c.in, to)); got != c.want {
			t.Errorf("%s: Render(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func TestTargets(t *testing.T) {
	t.Parallel()
	pages, documents := richtext.Targets(`<a data-page="3">a</a><p><a data-document="4">b</a><a data-page="5" href="/x/">c</a></p>`)
	if diff := cmp.Diff([][]int64{{3, 5}, {4}}, [][]int64{pages, documents}); diff != "" {
		t.Errorf("Targets() (-want +got):\n%s", diff)
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"<p>Kia&nbsp;ora</p>": "Kia\u00a0ora", "<p> </p><ul><li></li></ul>": "", "<p>&nbsp;</p>": ""} {
		if got := richtext.Plain(in); got != want {
			t.Errorf("Plain(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add(`<p><a href="javascript:x" data-page="1">a</a></p><script>`)
	f.Fuzz(func(t *testing.T, in string) {
		got := strings.ToLower(richtext.Clean(richtext.Paragraph, in))
		for _, bad := range []string{"<script", "<style", "<svg", "<img", "<iframe", "href=\"javascript:"} {
			if strings.Contains(got, bad) {
				t.Errorf("Clean(%q) = %q", in, got)
			}
		}
		if again := strings.ToLower(richtext.Clean(richtext.Paragraph, got)); again != got {
			t.Errorf("Clean(%q) = %q, again = %q", in, got, again)
		}
	})
}
