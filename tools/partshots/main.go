// Command partshots photographs the page of all shared parts, light and dark, on a phone and on a wide screen, into
// docs/parts. It needs Chromium.
//
//	go run ./tools/partshots
package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"
)

const folder = "docs/parts"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "partshots:", err)
		os.Exit(1)
	}
}

func run() error {
	pages, err := handler()
	if err != nil {
		return err
	}
	server := httptest.NewServer(pages)
	defer server.Close()
	browser, stop, err := newBrowser(context.Background())
	if err != nil {
		return err
	}
	defer stop()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, mode := range []string{"light", "dark"} {
		for _, width := range []int64{360, 1440} {
			if err := shoot(browser, server.URL, mode, width); err != nil {
				return fmt.Errorf("photograph %s at %d: %w", mode, width, err)
			}
		}
	}
	return nil
}

// newBrowser starts Chromium without the parts that talk to the network by themselves, and without motion: a click would
// miss what still moves. Ended by the function returned.
func newBrowser(ctx context.Context) (context.Context, context.CancelFunc, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-back-forward-cache", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("force-prefers-reduced-motion", true))
	allocator, end := chromedp.NewExecAllocator(ctx, options...)
	browser, stop := chromedp.NewContext(allocator)
	// The first call starts it; its context must have no time limit.
	err := chromedp.Do(browser)
	return browser, func() { stop(); end() }, err
}

// sections are photographed apart, so that no picture grows too large to look at. The first begins at the top.
func sections() []string { return []string{"top", "cards", "lists", "forms", "refused", "asked"} }

func shoot(browser context.Context, address, mode string, width int64) error {
	tab, done := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	defer done()
	err := chromedp.Do(tab, chromedp.EmulateViewport(width, 900), chromedp.Navigate(address+"/?mode="+mode),
		chromedp.WaitVisible("#refused"), chromedp.WaitVisible("#id_refused_rules-text"))
	if err != nil {
		return err
	}
	name := func(part string) string { return filepath.Join(folder, fmt.Sprintf("%s-%s-%d.png", part, mode, width)) }
	// A window as high as the page shows what sticks to its edges where it belongs.
	height, err := chromedp.Run(tab, chromedp.Evaluate[int64]("document.documentElement.scrollHeight"))
	if err != nil {
		return err
	}
	if err := chromedp.Do(tab, chromedp.EmulateViewport(width, height), chromedp.WaitVisible("#refused")); err != nil {
		return err
	}
	picture, err := photograph(tab)
	if err != nil {
		return err
	}
	// Where each section begins, a little above its heading, and where the page ends.
	tops, err := chromedp.Run(tab, chromedp.Evaluate[[]float64](`[24,
		...['cards', 'lists', 'forms', 'refused', 'asked'].map(id => document.getElementById(id).getBoundingClientRect().top + scrollY),
		document.documentElement.scrollHeight + 24].map(top => top - 24)`))
	if err != nil {
		return err
	}
	for i, section := range sections() {
		part := image.Rect(0, int(tops[i]), int(width), int(tops[i+1])).Intersect(picture.Bounds())
		if err := save(name(section), picture, part); err != nil {
			return err
		}
	}
	return shootOpened(tab, name, width)
}

// shootOpened photographs the window with what opens above the page: the question, and the menu of that width.
func shootOpened(tab context.Context, name func(string) string, width int64) error {
	if err := chromedp.Do(tab, chromedp.EmulateViewport(width, 900)); err != nil {
		return err
	}
	menu, opened := ".site-menu details summary", ".site-menu details .menu-list"
	if width < 992 {
		menu, opened = ".navbar-toggler", "#side-menu .offcanvas-body"
	}
	for _, o := range []struct{ part, press, shown string }{
		{"menu", menu, opened},
		{"dialog", "#asked .section-heading a", "#actionModal"},
	} {
		if err := chromedp.Do(tab, chromedp.Click(o.press), chromedp.WaitVisible(o.shown)); err != nil {
			return err
		}
		picture, err := photograph(tab)
		if err != nil {
			return err
		}
		if err := save(name(o.part), picture, picture.Bounds()); err != nil {
			return err
		}
		if err := chromedp.Do(tab, chromedp.KeyEvent("\u001b")); err != nil {
			return err
		}
	}
	return nil
}

func photograph(tab context.Context) (image.Image, error) {
	whole, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
	if err != nil {
		return nil, err
	}
	return png.Decode(bytes.NewReader(whole))
}

func save(path string, picture image.Image, part image.Rectangle) error {
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, reduced(picture, part)); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}
