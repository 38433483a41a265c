package cms

import (
	"context"
	"strings"

	"ams/app/lang"
	"ams/views"
)

// entry is an item of a menu before anybody looks at it.
type entry struct {
	item     views.MenuItem
	path     string // that makes it active; empty for addresses elsewhere
	exact    bool   // home pages are above everything: only they themselves make their items active
	children []entry
}

// Menu is the main menu as a visitor at path ("/en/about/") sees it.
func (f *Frame) Menu(path string) []views.MenuItem { return mark(f.menu, path) }

func mark(entries []entry, path string) []views.MenuItem {
	var items []views.MenuItem
	for _, e := range entries {
		item := e.item
		item.Current = e.path != "" && e.path == path
		item.Active = item.Current || e.path != "" && !e.exact && strings.HasPrefix(path, e.path)
		item.Children = mark(e.children, path)
		items = append(items, item)
	}
	return items
}

func (s *Service) loadMenus(ctx context.Context, f *Frame, site int64) error {
	rows, err := menuItems(ctx, s.db, site)
	if err != nil {
		return err
	}
	var parents []int64
	for _, r := range rows {
		if r.Subnav {
			parents = append(parents, r.PageID)
		}
	}
	below, err := menuChildren(ctx, s.db, parents)
	if err != nil {
		return err
	}
	children := map[int64][]entry{}
	for _, r := range below {
		children[r.ParentID] = append(children[r.ParentID], s.entry(r, f.Lang))
	}
	columns, any := make([]views.FooterColumn, 3), false
	for _, r := range rows {
		e := s.entry(r, f.Lang)
		if r.Menu != "main" {
			n := strings.Index("123", strings.TrimPrefix(r.Menu, "footer-"))
			columns[n].Heading, columns[n].Items, any = r.Heading, append(columns[n].Items, e.item), true
			continue
		}
		if r.Subnav {
			e.children = children[r.PageID]
		}
		if len(e.children) > 0 && r.StructureOnly {
			e.item.Href = ""
		}
		f.menu = append(f.menu, e)
	}
	if any {
		f.Columns = columns
	}
	return nil
}

func (s *Service) entry(r itemRow, l lang.Locale) entry {
	e := entry{item: views.MenuItem{Text: r.LinkText, Href: r.Path + r.URLAppend, Handle: r.Handle}, path: r.Path, exact: r.Home}
	if r.PageID == 0 {
		href := s.Localise(r.LinkURL, l)
		e.item.Href = href + r.URLAppend
		if strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "//") {
			e.path, _, _ = strings.Cut(strings.ReplaceAll(href, "#", "?"), "?")
			e.exact = strings.Count(e.path, "/") < 3 && s.enabled(lang.Locale(firstSegment(e.path))) || e.path == "/"
		}
	}
	if e.item.Text == "" {
		e.item.Text = r.Title
	}
	return e
}
