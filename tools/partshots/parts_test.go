package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// start gives a browser, the address of the page and what serves it. All tests share the browser; each has its own tab.
func start(t *testing.T) (browser context.Context, address string, pages http.Handler) {
	t.Helper()
	pages, err := handler()
	if err != nil {
		t.Fatal(err)
	}
	browser, stop, err := newBrowser(context.Background())
	switch {
	case errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") != "true":
		t.Skip("no browser: install Chromium to test the shared parts (apt-get install chromium)")
	case err != nil:
		t.Fatalf("start Chromium: %v", err)
	}
	t.Cleanup(stop)
	server := httptest.NewServer(pages)
	t.Cleanup(server.Close)
	return browser, server.URL, pages
}

func open(t *testing.T, browser context.Context, width int64, url string) context.Context {
	t.Helper()
	tab, done := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(done)
	if err := chromedp.Do(tab); err != nil { // the first call makes the tab and must have no time limit
		t.Fatalf("open a tab: %v", err)
	}
	tab, cancel := context.WithTimeout(tab, time.Minute)
	t.Cleanup(cancel)
	if err := chromedp.Do(tab, chromedp.EmulateViewport(width, 900), chromedp.Navigate(url), chromedp.WaitVisible("#refused")); err != nil {
		t.Fatalf("open %s: %v", url, err)
	}
	// The page scrolls to its first summary of problems once its scripts are there; a click before would miss.
	until(t, tab, `document.readyState === 'complete' && document.activeElement.matches('[data-problems]')`)
	return tab
}

func ask[T any](t *testing.T, tab context.Context, expression string) T {
	t.Helper()
	got, err := chromedp.Run(tab, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return got
}

// until waits for the page, without guessing how long it takes.
func until(t *testing.T, tab context.Context, expression string) {
	t.Helper()
	if _, err := chromedp.Run(tab, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(20*time.Second))); err != nil {
		t.Errorf("never true: %s (%v)", expression, err)
	}
}

func do(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(tab, steps...); err != nil {
		t.Fatal(err)
	}
}

const axeRun = `axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21aa','wcag22aa','best-practice']})
	.then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target + ' ' + (n.any[0]?.message || n.failureSummary)).join(' | ')).join('\n'))`

func TestParts(t *testing.T) {
	axe, err := os.ReadFile("../../app/web/webtest/testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	browser, address, pages := start(t)

	for _, query := range []string{"?mode=light", "?mode=dark", "?mode=light&signed-out=1", "?mode=dark&signed-out=1"} {
		for _, width := range []int64{360, 1440} {
			t.Run(fmt.Sprintf("Accessible%s-%d", query, width), func(t *testing.T) {
				tab := open(t, browser, width, address+"/"+query)
				ask[bool](t, tab, string(axe)+";true")
				if got := ask[string](t, tab, axeRun); got != "" {
					t.Errorf("axe on %s at %d px:\n%s", query, width, got)
				}
			})
		}
	}
	for _, width := range []int64{320, 360, 639, 640, 768, 991, 992, 1440} {
		t.Run(fmt.Sprintf("NoSidewaysScroll%d", width), func(t *testing.T) { testWidth(t, browser, address, width) })
	}
	t.Run("PolicyKept", func(t *testing.T) { testPolicy(t, browser, address) })
	t.Run("Question", func(t *testing.T) { testQuestion(t, browser, address) })
	t.Run("SideMenu", func(t *testing.T) { testSideMenu(t, browser, address) })
	t.Run("Menu", func(t *testing.T) { testMenu(t, browser, address) })
	t.Run("Problems", func(t *testing.T) { testProblems(t, browser, address) })
	t.Run("Unsaved", func(t *testing.T) { testUnsaved(t, browser, address) })
	t.Run("Dismiss", func(t *testing.T) { testDismiss(t, browser, address) })
	t.Run("WithoutScripts", func(t *testing.T) { testWithoutScripts(t, browser, address) })
	t.Run("SentOnce", func(t *testing.T) { testSentOnce(t, browser, address) })
	t.Run("SentOnceByHtmx", func(t *testing.T) { testSentOnceByHtmx(t, browser, pages) })
}

// Nothing is wider than the window, except inside a table that scrolls in its own place. A table that fits has a header
// that stays in view.
func testWidth(t *testing.T, browser context.Context, address string, width int64) {
	tab := open(t, browser, width, address+"/")
	wide := ask[string](t, tab, `[...document.querySelectorAll('body *')].filter(e => e.checkVisibility() &&
		!e.closest('.visually-hidden, .side-menu, .skip-link, thead') && !e.parentElement.closest('.table-scroll.is-wide') &&
		e.getBoundingClientRect().right > innerWidth + 1)
		.map(e => e.tagName + '.' + e.getAttribute('class')).slice(0, 5).join(' ')`)
	if wide != "" {
		t.Errorf("wider than %d px: %s", width, wide)
	}
	if width < 640 {
		return
	}
	got := ask[string](t, tab, `(place => place.matches('.is-wide') ? 'scrolls ' + getComputedStyle(place).overflowX + ' ' + place.tabIndex :
		'header ' + getComputedStyle(place.querySelector('thead th')).position)(document.querySelector('#members .table-scroll'))`)
	want := "header sticky"
	if width < 992 {
		want = "scrolls auto 0"
	}
	if got != want {
		t.Errorf("the table of members at %d px: %s, want %s", width, got, want)
	}
}

func testPolicy(t *testing.T, browser context.Context, address string) {
	tab := open(t, browser, 360, address+"/")
	ask[bool](t, tab, `window.broken = []; document.addEventListener('securitypolicyviolation', e => broken.push(e.violatedDirective)); true`)
	do(t, tab, chromedp.Click(".navbar-toggler"), chromedp.WaitVisible("#side-menu"))
	ask[bool](t, tab, `document.querySelector('#side-menu [popovertargetaction]').click(); htmx.ajax('POST', '/refused', {target: '#asked', swap: 'innerHTML'}).then(() => true)`)
	until(t, tab, `document.querySelector('#asked .problems') !== null`)
	until(t, tab, `document.querySelector('#messages').lastElementChild.textContent.includes('Sent along')`)
	if got := ask[string](t, tab, `broken.join(' ') + [...document.querySelectorAll('body [style]')].map(e => e.tagName).join(' ')`); got != "" {
		t.Errorf("content policy broken or style attributes: %s", got)
	}
	// A refused answer is swapped, and its summary has the focus.
	until(t, tab, `document.activeElement === document.querySelector('#asked .problems')`)
}

func testQuestion(t *testing.T, browser context.Context, address string) {
	tab := open(t, browser, 1440, address+"/")
	do(t, tab, chromedp.Click("#asked .section-heading a"), chromedp.WaitVisible("#actionModal"))
	got := ask[string](t, tab, `(d => [d.querySelector('h2').textContent.slice(0, 6), d.querySelector('form').getAttribute('action'),
		d.querySelector('.modal-confirm').textContent, d.querySelector('.modal-confirm').className, d.querySelector('[data-part=cancel]').textContent].join(';'))(document.getElementById('actionModal'))`)
	if want := "Remove;#remove;Remove;btn modal-confirm btn-danger;Cancel"; got != want {
		t.Errorf("the question = %q, want %q", got, want)
	}
	do(t, tab, chromedp.KeyEvent("\u001b"))
	until(t, tab, `!document.getElementById('actionModal').open && document.activeElement.matches('#asked .section-heading a')`)
	// Another control without labels gets the defaults, and without an address no confirming button.
	ask[bool](t, tab, `(() => { const a = document.querySelector('#asked .section-heading a')
		for (const n of ['actionUrl', 'actionConfirm', 'actionStyle']) delete a.dataset[n]
		a.click(); return true })()`)
	until(t, tab, `(b => b.hidden && b.textContent === 'Confirm' && b.className === 'btn modal-confirm btn-primary')(document.querySelector('#actionModal .modal-confirm'))`)
}

func testSideMenu(t *testing.T, browser context.Context, address string) {
	tab := open(t, browser, 360, address+"/")
	do(t, tab, chromedp.Click(".navbar-toggler"), chromedp.WaitVisible("#side-menu"))
	until(t, tab, `document.getElementById('side-menu').contains(document.activeElement)`)
	do(t, tab, chromedp.KeyEvent("\u001b"))
	until(t, tab, `!document.getElementById('side-menu').open && document.activeElement.matches('.navbar-toggler')`)
}

func testMenu(t *testing.T, browser context.Context, address string) {
	tab := open(t, browser, 1440, address+"/")
	do(t, tab, chromedp.Click(".site-menu details summary"), chromedp.WaitVisible(".site-menu details .menu-list"))
	do(t, tab, chromedp.KeyEvent("\u001b"))
	until(t, tab, `!document.querySelector('.site-menu details').open && document.activeElement.matches('summary')`)
	do(t, tab, chromedp.Click(".site-menu details summary"), chromedp.WaitVisible(".site-menu details .menu-list"), chromedp.Click("h1"))
	until(t, tab, `!document.querySelector('.site-menu details').open`)
}

func testProblems(t *testing.T, browser context.Context, address string) {
	tab := open(t, browser, 1440, address+"/")
	until(t, tab, `document.activeElement.matches('[data-problems]')`)
	do(t, tab, chromedp.Click(`.problems a[href="#id_refused_kind"]`))
	until(t, tab, `document.activeElement.id === 'id_refused_kind'`)
	if top := ask[float64](t, tab, `document.querySelector('#id_refused_kind').closest('.field').querySelector('legend').getBoundingClientRect().top`); top < 66 {
		t.Errorf("the question stands at %v px, beneath the bar", top)
	}
}

func testUnsaved(t *testing.T, browser context.Context, address string) {
	tab := open(t, browser, 1440, address+"/")
	visible := `document.querySelector('.save-bar .unsaved').checkVisibility()`
	if ask[bool](t, tab, visible) {
		t.Error("unsaved changes before any change")
	}
	do(t, tab, chromedp.SendKeys("#id_postcode", "9"))
	until(t, tab, visible)
	do(t, tab, chromedp.KeyEvent("\b"))
	until(t, tab, "!"+visible)
}

func testDismiss(t *testing.T, browser context.Context, address string) {
	tab := open(t, browser, 1440, address+"/")
	do(t, tab, chromedp.Click("#messages [data-dismiss]"))
	until(t, tab, `document.querySelector('#messages [data-message]') === null && document.activeElement.id === 'main'`)
}

func testWithoutScripts(t *testing.T, browser context.Context, address string) {
	tab, done := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	defer done()
	if err := chromedp.Do(tab); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	tab, cancel := context.WithTimeout(tab, time.Minute)
	defer cancel()
	if _, err := chromedp.Call(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	do(t, tab, chromedp.EmulateViewport(360, 900), chromedp.Navigate(address+"/"), chromedp.WaitVisible("#refused"))
	do(t, tab, chromedp.Click(".navbar-toggler"), chromedp.WaitVisible("#side-menu .offcanvas-body"))
	do(t, tab, chromedp.Click("#side-menu [popovertargetaction]"), chromedp.WaitNotVisible("#side-menu"))
	if ask[bool](t, tab, `[...document.querySelectorAll('.js-only')].some(e => e.checkVisibility())`) {
		t.Error("controls that need scripts are shown without them")
	}
	do(t, tab, chromedp.Click(`.problems a[href="#id_refused_kind"]`))
	for end := time.Now().Add(20 * time.Second); ask[string](t, tab, `document.activeElement.id`) != "id_refused_kind"; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) { // asked from outside: nothing in the page can wait
			t.Fatal("the link of a problem does not lead to its question without scripts")
		}
	}
}

const (
	sendingForm   = `document.querySelector('#refused form')`
	sendingButton = `document.querySelector('#refused form > .buttons [type=submit]')`
	// Pressed by script: the protocol's own mouse waits for the answer of what it starts.
	press = "(" + sendingButton + ".click(), true)"
	busy  = sendingButton + ".matches('.is-busy[aria-disabled=true]')"
)

// A form is sent once, however often its button is pressed.
func testSentOnce(t *testing.T, browser context.Context, address string) {
	tab := open(t, browser, 1440, address+"/")
	// The window hears of it last and keeps it from leaving.
	ask[bool](t, tab, `(window.sent = 0, window.addEventListener('submit', e => { sent++; e.preventDefault() }), true)`)
	ask[bool](t, tab, press)
	until(t, tab, busy)
	ask[bool](t, tab, press)
	ask[bool](t, tab, press)
	if n := ask[int](t, tab, "sent"); n != 1 {
		t.Errorf("sent %d times, want once", n)
	}
}

// A form sent by htmx can be sent again, but only after the answer.
func testSentOnceByHtmx(t *testing.T, browser context.Context, pages http.Handler) {
	var sent atomic.Int32
	answer := make(chan struct{})
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.HandleFunc("POST /slow", func(w http.ResponseWriter, r *http.Request) {
		sent.Add(1)
		select {
		case <-answer:
		case <-r.Context().Done(): // the test has failed already
		}
		w.WriteHeader(http.StatusNoContent)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	defer server.CloseClientConnections()

	tab := open(t, browser, 1440, server.URL+"/")
	ask[bool](t, tab, `(f => { f.removeAttribute('action'); f.setAttribute('hx-post', '/slow'); htmx.process(f); return true })(`+sendingForm+`)`)
	for range 3 {
		ask[bool](t, tab, press)
		until(t, tab, busy)
	}
	close(answer)
	until(t, tab, `!document.querySelector('.is-busy, form[data-busy]')`)
	if n := sent.Load(); n != 1 {
		t.Errorf("sent %d times before the answer, want once", n)
	}
	ask[bool](t, tab, `(document.addEventListener('htmx:afterRequest', () => { window.answered = true }), `+sendingButton+`.click(), true)`)
	until(t, tab, `window.answered && !document.querySelector('.is-busy')`)
	if n := sent.Load(); n != 2 {
		t.Errorf("sent %d times in all after pressing once more, want twice", n)
	}
}
