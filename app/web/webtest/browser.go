package webtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

const (
	stepLimit = time.Minute           // of one thing that a test does in a tab: the machine may be busy with others
	patience  = 30 * time.Second      // until something happens in a page
	lookAgain = 10 * time.Millisecond // meanwhile
	tabHeight = 800
)

// browser is the one that all tests of this process share.
var browser = sync.OnceValue(func() *chromium { return &chromium{} })

// chromium runs as long as a tab is open. So nothing of it is left after the tests, and no package has to end it.
type chromium struct {
	mu   sync.Mutex
	tabs int
	ctx  context.Context
	end  func()
}

func (c *chromium) borrow() (context.Context, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tabs == 0 {
		if err := c.start(); err != nil {
			return nil, err
		}
	}
	c.tabs++
	return c.ctx, nil
}

func (c *chromium) giveBack() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tabs--; c.tabs == 0 {
		c.end()
	}
}

// start leaves out what talks to the network by itself, and motion: a click would miss what still moves.
func (c *chromium) start() error {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-back-forward-cache", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("force-prefers-reduced-motion", true), chromedp.WSURLReadTimeout(2*time.Minute))
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	window, stop := chromedp.NewContext(allocator)
	c.ctx, c.end = window, func() { stop(); end() }
	err := chromedp.Do(window) // starts it; this context must have no time limit
	if err != nil {
		c.end()
	}
	return err
}

// Tab is a window of Chromium with cookies of its own. What its console complains about fails the test.
type Tab struct {
	t    *testing.T
	site *Site
	ctx  context.Context

	mu         sync.Mutex
	complaints []string
	expected   []string
}

// Tab opens a window of that width. Without Chromium the test is skipped, but not where CI is "true".
func (s *Site) Tab(width int64) *Tab {
	t := s.T
	t.Helper()
	chromium, err := browser().borrow()
	switch {
	case errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") != "true":
		t.Skip("no browser: install Chromium to test the pages in it (apt-get install chromium)")
	case err != nil:
		t.Fatalf("start Chromium: %v", err)
	}
	t.Cleanup(browser().giveBack)
	ctx, done := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	t.Cleanup(done)
	tab := &Tab{t: t, site: s}
	if err := chromedp.Listen(ctx, tab.hear); err != nil { // makes the window; no time limit here either
		t.Fatalf("open a window: %v", err)
	}
	t.Cleanup(tab.complain)
	tab.ctx = ctx
	tab.Resize(width)
	return tab
}

func (b *Tab) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.note(fmt.Sprintf("%s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		switch e.Type {
		case runtime.ConsoleAPICalledTypeError, runtime.ConsoleAPICalledTypeWarning, runtime.ConsoleAPICalledTypeAssert:
			for _, a := range e.Args {
				b.note(string(a.Value) + a.Description)
			}
		}
	case *log.EventEntryAdded:
		if (e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning) && !b.refusal(e.Entry) {
			b.note(e.Entry.Text + " " + e.Entry.URL)
		}
	}
}

// Expect has the console complain, in words that contain these.
func (b *Tab) Expect(words ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expected = append(b.expected, words...)
}

// refusal is a page that answers 403, 404, 422 or 429, as its test expects.
func (b *Tab) refusal(e *log.Entry) bool {
	if e.Source != log.EntrySourceNetwork || strings.HasPrefix(e.URL, b.site.URL+"/static/") {
		return false
	}
	for _, status := range []int{
		http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusTooManyRequests,
	} {
		if strings.Contains(e.Text, fmt.Sprintf("a status of %d", status)) {
			return true
		}
	}
	return false
}

func (b *Tab) note(complaint string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints = append(b.complaints, complaint)
}

func (b *Tab) complain() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaints {
		if slices.ContainsFunc(b.expected, func(text string) bool { return strings.Contains(c, text) }) {
			continue
		}
		b.t.Errorf("the console says: %s", c)
	}
}

// step is the context of one thing that is done in the tab.
func (b *Tab) step() (context.Context, context.CancelFunc) {
	return context.WithTimeout(b.ctx, stepLimit)
}

// Do does steps of chromedp.
func (b *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, done := b.step()
	defer done()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v", b.where(), err)
	}
}

// Ask gives the value of an expression in the page, and waits for it when it is a promise.
func Ask[T any](b *Tab, expression string) T {
	b.t.Helper()
	ctx, done := b.step()
	defer done()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %s: %v", b.where(), expression, err)
	}
	return got
}

// Until waits until an expression is true in a page that is there as a whole: before its styles are, nothing stands where it
// will be clicked. It asks from outside, so it works without scripts and while the page changes.
func (b *Tab) Until(expression string) {
	b.t.Helper()
	ctx, done := b.step()
	defer done()
	whole := "document.readyState === 'complete' && (" + expression + ")"
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(lookAgain) {
		if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](whole)); err == nil && ok {
			return
		}
	}
	b.t.Fatalf("%s: never true: %s", b.where(), expression)
}

// where is the page, its heading, what has the focus and what is wrong, for messages.
func (b *Tab) where() string {
	ctx, done := b.step()
	defer done()
	place, err := chromedp.Run(ctx, chromedp.Evaluate[string](
		`location.pathname + ' "' + (document.querySelector('h1')?.textContent.trim() ?? '') + '", focus on ' +
			document.activeElement.outerHTML.slice(0, 120) + ' ' + (document.querySelector('.problems')?.textContent.replace(/\s+/g, ' ') ?? '')`))
	if err != nil {
		return "no page"
	}
	return place
}

// Open goes to an address of the site.
func (b *Tab) Open(path string) {
	b.t.Helper()
	b.Do(chromedp.Navigate(b.site.URL + path))
}

// At waits until the page of that path and heading is there as a whole.
func (b *Tab) At(path, heading string) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`location.pathname === %q &&
		document.querySelector('h1')?.textContent.trim() === %q`, path, heading))
}

// Status is that of the page as it was loaded.
func (b *Tab) Status() int {
	b.t.Helper()
	return Ask[int](b, `performance.getEntriesByType('navigation')[0].responseStatus`)
}

// Type presses keys as a keyboard does: when pressing one has done something, its character does nothing more.
func (b *Tab) Type(keys string) {
	b.t.Helper()
	b.Do(chromedp.KeyEvent(keys, func(k *input.DispatchKeyEventParams) {
		if k.Type == input.DispatchKeyEventTypeKeyDown {
			k.Type = input.DispatchKeyEventTypeRawKeyDown
		}
	}))
}

// Resize changes the width of the window.
func (b *Tab) Resize(width int64) {
	b.t.Helper()
	b.Do(chromedp.EmulateViewport(width, tabHeight))
}

// WithoutScripts switches JavaScript off for the pages that are opened from now on. Questions still get answers.
func (b *Tab) WithoutScripts() {
	b.t.Helper()
	off := emulation.SetScriptExecutionDisabledParams{Value: true}
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, off); err != nil {
		b.t.Fatal(err)
	}
}

// Offline cuts the tab off from the site, or connects it again.
func (b *Tab) Offline(is bool) {
	b.t.Helper()
	b.Expect("ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")
	state := network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{{
		Offline: is, DownloadThroughput: -1, UploadThroughput: -1,
	}}}
	if _, err := chromedp.Call(b.ctx, network.EmulateNetworkConditionsByRule, state); err != nil {
		b.t.Fatal(err)
	}
}

// SignIn gives the window a session of somebody whom the site made.
func (b *Tab) SignIn(username string) {
	b.t.Helper()
	cookie := network.SetCookieParams{Name: "sessionid", Value: b.site.SignedIn(username).Cookie(), URL: b.site.URL}
	if _, err := chromedp.Call(b.ctx, network.SetCookie, cookie); err != nil {
		b.t.Fatal(err)
	}
}
