package staff_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ams/app/richtext"
	"ams/app/web/webtest"
)

const (
	narrow           = 390
	alt, ctrl, shift = chromedp.Modifier(1), chromedp.Modifier(2), chromedp.Modifier(8)
	english          = "id_content_en" // and -text, its editor
)

// hold presses a key while others are held.
func hold(b *webtest.Tab, key string, held chromedp.Modifier) {
	b.Do(chromedp.KeyEvent(key, chromedp.KeyModifiers(held)))
}

// written waits for the editors of a version, three of them.
func written(b *webtest.Tab) {
	b.Until(`document.querySelectorAll('.richtext-text[role=textbox]').length === 3`)
}

// drafted is the form of a new version of the privacy policy, filled in but for its texts.
func drafted(s *webtest.Site, width int64) *webtest.Tab {
	s.T.Helper()
	id := s.Term("privacy")
	b := opened(s, width, textVersions+"add/", "Add term version")
	set(b, "id_term", fmt.Sprint(id))
	set(b, "id_version", "1.0")
	webtest.Ask[bool](b, "document.getElementById('id_is_active').checked = true")
	set(b, "id_date_active_0", "2026-01-02")
	set(b, "id_date_active_1", "10:00")
	written(b)
	return b
}

// sent is what the form would send as the English text.
func sent(b *webtest.Tab) string {
	return webtest.Ask[string](b, "document.getElementById('"+english+"').value")
}

// paste does what Ctrl+V does with such a clipboard.
func paste(b *webtest.Tab, html string) {
	webtest.Ask[bool](b, fmt.Sprintf(`(d => { d.setData('text/html', %q)
		document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: d, bubbles: true, cancelable: true})); return true })(new DataTransfer())`, html))
}

// same tells whether two texts are the same document to a browser.
func same(b *webtest.Tab, one, other string) bool {
	return webtest.Ask[bool](b, fmt.Sprintf(`(p => p(%q).isEqualNode(p(%q)))(html => new DOMParser().parseFromString(html, 'text/html'))`, one, other))
}

func TestRichTextByKeyboard(t *testing.T) {
	t.Parallel()
	s := site(t)
	b := drafted(s, wide)
	b.TabTo("#" + english + "-text")
	b.Type("/head")
	b.Until(`document.querySelectorAll('#` + english + `-menu [role=option]:not([hidden])').length === 3 && document.activeElement.getAttribute('aria-activedescendant') === '` + english + `-menu-0'`)
	b.Type(kb.Enter)
	b.Type("What we keep, mō ngā mema")
	b.Type(kb.Enter)
	b.Type("Your ")
	hold(b, "b", ctrl)
	b.Type("name")
	hold(b, "b", ctrl)
	b.Type(", as in the charter")
	for range len("charter") {
		hold(b, kb.ArrowLeft, shift)
	}
	b.Until("(s => s.to - s.from === 7)(document.activeElement.editor.state.selection)")
	hold(b, "k", ctrl)
	b.Until("document.activeElement.id === '" + english + "-address'")
	b.Type("javascript:alert(1)")
	b.Type(kb.Enter)
	b.Until("document.activeElement.getAttribute('aria-invalid') === 'true' && document.getElementById('" + english + "-address-error').checkVisibility()")
	hold(b, "a", ctrl)
	b.Type("/about/")
	b.Type(kb.Enter)
	b.Until("document.activeElement.id === '" + english + "-text'")
	b.Type(".")
	b.Type(kb.Enter)
	hold(b, kb.F10, alt)
	b.Until("document.activeElement.closest('[role=toolbar]') !== null")
	for range 5 {
		b.Type(kb.ArrowRight)
	}
	b.Until("document.activeElement.dataset.do === 'ul' && document.querySelectorAll('#" + english + "-editor [role=toolbar] [tabindex=\"0\"]').length === 1")
	b.Type(kb.Enter)
	b.Until("document.activeElement.id === '" + english + "-text' && document.querySelector('#" + english + "-editor [data-do=ul]').getAttribute('aria-pressed') === 'true'")
	b.Type("one")
	b.Type(kb.Enter)
	b.Type("two")
	hold(b, "]", ctrl)
	const want = `<h2>What we keep, mō ngā mema</h2><p>Your <strong>name</strong>, as in the <a href="/about/">charter</a>.</p><ul><li>one<ul><li>two</li></ul></li></ul>`
	if got := sent(b); got != want {
		t.Errorf("the text is\n %s, want\n %s", got, want)
	}
	hold(b, "z", ctrl)
	b.Until("!document.getElementById('" + english + "').value.includes('<li>one<ul>')")
	hold(b, "z", ctrl|shift)
	b.Until("document.getElementById('" + english + "').value.includes('<li>one<ul>')")
	b.Until("document.querySelector('form.is-changed .unsaved').checkVisibility()")
	if found := b.Violations(); found != "" {
		t.Error(found)
	}
	hold(b, "s", ctrl)
	b.At(textVersions, "Term versions")
	b.Open("/en/terms/")
	b.Until(`document.querySelector('main h3')?.textContent === 'What we keep, mō ngā mema' && document.querySelector('main p strong')?.textContent === 'name' &&
		document.querySelector('main li li')?.textContent === 'two' && document.querySelector('main p a[href$="/about/"]')?.textContent === 'charter'`)
}

// What the editor writes is what the cleaner leaves, and a text that nobody changes stays as it is stored.
func TestRichTextStays(t *testing.T) {
	t.Parallel()
	s := site(t)
	const text = `<h2>“Kōrero” &amp; Māori’s 1 &lt; 2 don&#39;t</h2><h3>b</h3><h4>c</h4><p class="align-center">1<br/>2 <strong>x <em>y</em></strong> a` + "\u00a0" + `b</p>` +
		`<ol><li>one<ul><li>two</li><li><p>three</p><p>four</p></li></ul></li></ol><p></p>` +
		`<p><a href="https://example.org/?a=b&amp;c=d" rel="nofollow noreferrer">e</a> <a data-page="7">p</a> <a href="mailto:a@example.org">m</a> <a href="tel:+6491234">t</a> <a href="#x">h</a></p>`
	stored := richtext.Clean(richtext.Document, text)
	id := s.TermVersion("privacy", "1.0", -time.Hour)
	s.Exec("UPDATE term_versions SET content_en = ? WHERE id = ?", stored, id)
	b := opened(s, wide, versionPage(id, "change"), "Text privacy v1.0")
	written(b)
	b.Do(chromedp.Click("label[for=" + english + "]"))
	b.Until("document.activeElement.id === '" + english + "-text'")
	hold(b, kb.End, ctrl)
	b.Type("Z")
	b.Until("document.querySelector('form.is-changed') !== null")
	changed := sent(b)
	if clean := richtext.Clean(richtext.Document, changed); !same(b, clean, changed) || !same(b, changed, strings.Replace(stored, "h</a></p>", "h</a>Z</p>", 1)) {
		t.Errorf("the editor writes\n %s of\n %s, cleaned\n %s", changed, stored, clean)
	}
	b.Type(kb.Backspace)
	b.Until("document.querySelector('form.is-changed') === null")
	if got := sent(b); got != stored {
		t.Errorf("unchanged, the form sends\n %s, want\n %s", got, stored)
	}
	b.Do(chromedp.Click("#" + english + "-editor [data-do=source]"))
	b.Until("document.activeElement.id === '" + english + "'")
	set(b, english, "Kotahi\n\nRua <nobody@example.org>")
	b.Do(chromedp.Click("#" + english + "-editor [data-do=source]"))
	b.Until("document.activeElement.id === '" + english + "-text' && document.activeElement.textContent.startsWith('Kotahi')")
}

func TestRichTextPasted(t *testing.T) {
	t.Parallel()
	s := site(t)
	b := drafted(s, wide)
	b.Do(chromedp.Click("label[for=" + english + "]"))
	webtest.Ask[bool](b, "window.ran = false, true")
	paste(b, `<h1 onclick="ran = true" style="color:red">Top</h1><script>ran = true</script><style>p{}</style><p style="position:fixed">a<img src=x onerror="ran = true">`+
		`<a href="jav&#x09;ascript:ran=true">b</a> <a href="https://example.org/" target="_blank" onclick="ran = true">c</a></p><table><tr><td>d</td><td>e</td></tr></table>`+
		`<p><span style="font-weight:700">i</span><b style="font-weight:normal">j</b><span style="font-style:italic">k</span></p>`+
		`<iframe srcdoc="<script>parent.ran = true</script>"></iframe><svg onload="ran = true"><text>f</text></svg><form action="/x"><input name="content_mi" value="g"><button>h</button></form>`)
	b.Until("document.getElementById('" + english + "').value.includes('Top')")
	const want = `<h2>Top</h2><p>ab <a href="https://example.org/" rel="nofollow noreferrer">c</a></p>`
	got := sent(b)
	if !strings.HasPrefix(got, want) || !strings.Contains(got, "d e") || !strings.Contains(got, "<strong>i</strong>j<em>k</em>") || !same(b, richtext.Clean(richtext.Document, got), got) {
		t.Errorf("pasted, the text is\n %s, want\n %s and words", got, want)
	}
	if webtest.Ask[bool](b, "window.ran || document.querySelector('.richtext-text :is(img:not(.ProseMirror-separator), script, style, svg, iframe, input, [onclick], [style])') !== null") {
		t.Error("something of a pasted text is alive")
	}
}

func TestRichTextRefused(t *testing.T) {
	t.Parallel()
	s := site(t)
	b := drafted(s, narrow)
	set(b, "id_version", "")
	b.Do(chromedp.Click("label[for=id_content_mi]"))
	b.Type("He kōrero")
	b.Do(chromedp.Click(".save-bar [type=submit]"))
	b.Refused()
	written(b)
	if got := webtest.Ask[string](b, "document.getElementById('id_content_mi-text').innerHTML"); got != "<p>He kōrero</p>" {
		t.Errorf("of a refused text this is left: %s", got)
	}
	b.Do(chromedp.Click(`.problems a[href="#` + english + `"]`))
	b.Until("document.activeElement.id === '" + english + "-text' && document.activeElement.getAttribute('aria-invalid') === 'true' && document.querySelector('form.is-changed') !== null")
	if found := b.Violations() + b.TooWide(); found != "" {
		t.Error(found)
	}
	b.Type("Text")
	set(b, "id_version", "1.0")
	b.Do(chromedp.Click(".save-bar [type=submit]"))
	b.At(textVersions, "Term versions")
	if s.Count("SELECT count(*) FROM term_versions WHERE content_en = '<p>Text</p>' AND content_mi = '<p>He kōrero</p>'") != 1 {
		t.Error("the texts are not what was written")
	}
}

// An answer that changes what differs in the form leaves an editor where it is, and gives it the text of the answer.
func TestRichTextMorphed(t *testing.T) {
	t.Parallel()
	s := site(t)
	b := drafted(s, wide)
	b.Do(chromedp.Click("label[for=" + english + "]"))
	b.Type("Before")
	webtest.Ask[bool](b, `(editor => { window.editor = editor
		return fetch(location.href).then(r => r.text()).then(t => {
			const form = new DOMParser().parseFromString(t, 'text/html').getElementById('record')
			form.querySelector('#`+english+`').textContent = '<p>After</p>'
			htmx.swap(document.getElementById('record'), form.outerHTML, {swapStyle: 'morph', settleDelay: 0}, {contextElement: document.body})
			return true
		}) })(document.activeElement)`)
	b.Until("document.getElementById('" + english + "-text').textContent === 'After'")
	written(b)
	if !webtest.Ask[bool](b, `window.editor.isConnected && window.editor.isContentEditable && document.getElementById('`+english+`').getAttribute('aria-hidden') === 'true'`) {
		t.Error("the editor is another one, or the textarea is back")
	}
	b.Do(chromedp.Click("#" + english + "-text"))
	b.Type("!")
	b.Until("document.getElementById('" + english + "').value.includes('!')")
}

func TestRichTextWithoutScripts(t *testing.T) {
	t.Parallel()
	s := site(t)
	id := s.TermVersion("privacy", "1.0", -time.Hour)
	b := s.Tab(narrow)
	b.SignIn("boss")
	b.WithoutScripts()
	b.Open(versionPage(id, "change"))
	b.At(versionPage(id, "change"), "Text privacy v1.0")
	if wide := b.TooWide(); wide != "" {
		t.Errorf("the form is wider than the window: %s", wide)
	}
	b.Do(chromedp.Click("#" + english))
	hold(b, "a", ctrl)
	b.Type("<h2>Birds</h2><p onclick=x>We <b>feed</b> them.</p>")
	b.Do(chromedp.Click(".save-bar [type=submit]"))
	b.At(textVersions, "Term versions")
	if s.Count("SELECT count(*) FROM term_versions WHERE content_en = '<h2>Birds</h2><p>We <b>feed</b> them.</p>'") != 1 {
		t.Error("the text is not what was written")
	}
}

// The editor is fetched where there is a text for it, once, and nowhere else.
func TestRichTextIsFetchedWhereItIsNeeded(t *testing.T) {
	t.Parallel()
	s := site(t)
	const fetched = `performance.getEntriesByType('resource').filter(r => r.name.includes('/static/richtext-')).map(r => r.name.replace(/.*\./, '')).join(' ')`
	b := drafted(s, wide)
	if got := webtest.Ask[string](b, fetched); got != "css js" {
		t.Errorf("with three texts there came %q, want css js", got)
	}
	set(b, "id_version", "")
	b.Do(chromedp.Click(".save-bar [type=submit]"))
	b.Refused()
	written(b)
	if got := webtest.Ask[string](b, fetched); got != "css js" {
		t.Errorf("after an answer there came %q, want css js as before", got)
	}
	for _, path := range []string{textVersions, legalTexts + "add/", "/en/terms/"} {
		s.SignedIn("boss").Get(path).Status(http.StatusOK).Lacks("[data-editor]")
		b := s.Tab(wide)
		b.SignIn("boss")
		b.Open(path)
		b.Until("document.readyState === 'complete' && window.htmx !== undefined")
		if got := webtest.Ask[string](b, fetched); got != "" {
			t.Errorf("on %s there came %q", path, got)
		}
	}
}
