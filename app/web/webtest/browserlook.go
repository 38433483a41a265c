package webtest

import (
	_ "embed"
	"encoding/json"
	"strings"

	"github.com/chromedp/chromedp/kb"
)

//go:embed testdata/axe.min.js
var axe string

// Dark gives the site a dark theme: the page, its bar and its footer.
func (s *Site) Dark() {
	s.T.Helper()
	theme, err := json.Marshal(map[string]string{
		"base_colour_mode": "dark", "navbar_colour_mode": "dark", "footer_colour_mode": "dark",
		"navbar_bg_color": "#2b3035", "footer_bg_color": "#2b3035", "navbar_toggler_color": "#dee2e6",
	})
	if err != nil {
		s.T.Fatal(err)
	}
	s.Exec("UPDATE theme_settings SET settings = settings || ?::jsonb", string(theme))
}

// Violations are what axe-core finds in the page against WCAG 2.2 at level AA, one line each.
func (b *Tab) Violations() string {
	b.t.Helper()
	Ask[bool](b, axe+";true")
	return Ask[string](b, `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations']}).then(
		r => r.violations.map(v => v.id + ': ' + v.nodes.map(
			n => n.target + ' ' + (n.any[0]?.message || n.failureSummary)).join(' | ')).join('\n'))`)
}

// TooWide names what reaches beyond the window. A table may, inside a place that scrolls.
func (b *Tab) TooWide() string {
	b.t.Helper()
	return Ask[string](b, `(document.documentElement.scrollWidth > innerWidth ? 'the page scrolls sideways; ' : '') +
		[...document.querySelectorAll('body *')].filter(e => e.checkVisibility() &&
			!e.closest('.visually-hidden, .side-menu, .skip-link, thead') && !e.parentElement.closest('.table-scroll.is-wide') &&
			e.getBoundingClientRect().right > innerWidth + 1)
		.map(e => e.tagName + '.' + e.getAttribute('class')).slice(0, 5).join(' ')`)
}

// Refused waits until the summary of a refused form has the focus for good: htmx gives it once more when it settles.
func (b *Tab) Refused() {
	b.t.Helper()
	b.Until(`document.activeElement.matches('.problems') && !document.querySelector('.htmx-settling')`)
}

// TabTo presses Tab until the control has the focus. On the way the focus is always visible: a ring around what stands in
// the window and beneath nothing else.
func (b *Tab) TabTo(selector string) {
	b.t.Helper()
	const most = 90
	var passed []string
	for range most {
		if Ask[bool](b, `document.activeElement.matches('`+selector+`')`) {
			return
		}
		b.Type(kb.Tab)
		seen := Ask[string](b, `(e => {
			if (e === document.body) return ''
			const r = e.getClientRects()[0] ?? e.getBoundingClientRect(), rings = [e, ...(e.matches('[type=radio]') ? e.labels : [])]
			const top = document.elementFromPoint(r.left + Math.min(r.width / 2, 20), r.top + r.height / 2)
			const ring = rings.map(r => getComputedStyle(r)).some(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2)
			return (e.contains(top) && ring && e.matches(':focus-visible, :focus-within') ? '' : 'HIDDEN ') + e.tagName + '#' + e.id + ' ' + e.textContent.trim()
		})(document.activeElement)`)
		if strings.HasPrefix(seen, "HIDDEN") {
			b.t.Errorf("the focus cannot be seen on %s", seen)
		}
		passed = append(passed, seen)
	}
	b.t.Fatalf("Tab never reaches %s, only %q", selector, passed)
}
