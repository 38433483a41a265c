package cms

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ams/app/cms/block"
	"ams/app/lang"
)

// SampleContent fills the sites with pages, menus and names of an association that does not exist. A second run keeps the
// pages, writes home page and menus anew and doubles nothing. Languages without a site are left out.
func (s *Service) SampleContent(ctx context.Context) error {
	err := s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := lockRoot(ctx, tx); err != nil {
			return err
		}
		linked := map[string]int64{}
		for _, l := range s.cfg.Languages {
			if err := s.sampleSite(ctx, tx, l, linked); err != nil {
				return fmt.Errorf("fill the site in %s: %w", l, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write sample pages: %w", err)
	}
	return nil
}

// sampleSite fills one site; linked holds the pages of the language before, whose translations these are.
func (s *Service) sampleSite(ctx context.Context, tx bun.Tx, l lang.Locale, linked map[string]int64) error {
	home, found, err := homeOf(ctx, tx, l)
	if err != nil || !found {
		return err
	}
	site, found, err := siteIn(ctx, tx, l)
	if err != nil || !found {
		return err
	}
	ids := map[string]int64{}
	parents := map[string]parent{"": home}
	for _, p := range samplePages(l) {
		above, slug := splitPath(p.path)
		id, err := s.keepOrPublish(ctx, tx, draft{
			parent: parents[above], pageType: typeContent, slug: slug, title: p.title, summary: p.summary, members: p.members,
			body: p.body, translates: linked[p.path],
		})
		if err != nil {
			return err
		}
		ids[p.path], linked[p.path] = id, id
		up := parents[above]
		parents[p.path] = parent{ID: id, URLPath: up.URLPath + slug + "/", Depth: up.Depth + 1, LocaleID: up.LocaleID}
	}
	if err := s.sampleHome(ctx, tx, l, home, ids); err != nil {
		return err
	}
	if err := sampleMenus(ctx, tx, site, sampleMenuTexts(l), ids); err != nil {
		return err
	}
	const names = `
		UPDATE association_settings SET association_short_name = ?1, association_long_name = ?1,
		       footer_text = coalesce(nullif(footer_text, ''), ?2)
		WHERE site_id = ?0`
	_, err = tx.NewRaw(names, site, strings.ToUpper(string(l))+" AMS", sampleFooter(l)).Exec(ctx)
	return err
}

func splitPath(path string) (above, slug string) {
	if i := strings.LastIndex(path, "/"); i >= 0 {
		return path[:i], path[i+1:]
	}
	return "", path
}

func (s *Service) keepOrPublish(ctx context.Context, tx bun.Tx, d draft) (int64, error) {
	id, _, err := published(ctx, tx, d, json.RawMessage("{}"))
	if err != nil || id != 0 {
		return id, err
	}
	return s.publish(ctx, tx, d)
}

// sampleHome gives the home page its sample body; its title stays.
func (s *Service) sampleHome(ctx context.Context, tx bun.Tx, l lang.Locale, home parent, ids map[string]int64) error {
	d := draft{pageType: typeHome, slug: string(l), body: sampleHomeBody(l, ids), summary: sampleSummary(l)}
	const query = `
		SELECT r.id, r.url_path, r.depth, h.locale_id, h.title
		FROM pages h JOIN pages r ON r.id = h.parent_id WHERE h.id = ?`
	var up struct {
		parent
		Title string
	}
	if err := tx.NewRaw(query, home.ID).Scan(ctx, &up); err != nil {
		return err
	}
	d.parent, d.title = up.parent, up.Title
	_, err := s.publish(ctx, tx, d)
	return err
}

// menuText is a menu item with the page or the address that it leads to.
type menuText struct{ page, url, text string }

type menuTexts struct {
	main           []menuText
	headings       [2]string
	explore, joins []menuText
}

func sampleMenus(ctx context.Context, tx bun.Tx, site int64, t menuTexts, ids map[string]int64) error {
	const main = `
		INSERT INTO main_menus (site_id) VALUES (?) ON CONFLICT (site_id) DO UPDATE SET max_levels = main_menus.max_levels RETURNING id`
	if err := sampleItems(ctx, tx, "main_menu_items", main, []any{site}, t.main, ids); err != nil {
		return err
	}
	const flat = `
		INSERT INTO flat_menus (site_id, handle, title, heading) VALUES (?0, ?1, ?2, ?3)
		ON CONFLICT (site_id, handle) DO UPDATE SET heading = excluded.heading RETURNING id`
	if err := sampleItems(ctx, tx, "flat_menu_items", flat, []any{site, "footer-1", "Pages", t.headings[0]}, t.explore, ids); err != nil {
		return err
	}
	return sampleItems(ctx, tx, "flat_menu_items", flat, []any{site, "footer-2", "Membership", t.headings[1]}, t.joins, ids)
}

func sampleItems(ctx context.Context, tx bun.Tx, table, menu string, args []any, items []menuText, ids map[string]int64) error {
	var id int64
	if err := tx.NewRaw(menu, args...).Scan(ctx, &id); err != nil {
		return fmt.Errorf("write a menu: %w", err)
	}
	if _, err := tx.NewRaw(`DELETE FROM ? WHERE menu_id = ?`, bun.Ident(table), id).Exec(ctx); err != nil {
		return fmt.Errorf("empty a menu: %w", err)
	}
	for i, item := range items {
		const insert = `INSERT INTO ? (menu_id, position, link_page_id, link_url, link_text) VALUES (?, ?, nullif(?, 0), ?, ?)`
		if _, err := tx.NewRaw(insert, bun.Ident(table), id, i+1, ids[item.page], item.url, item.text).Exec(ctx); err != nil {
			return fmt.Errorf("write item %d of a menu: %w", i+1, err)
		}
	}
	return nil
}

// blocks writes the blocks of one page. Their ids follow from the page's name: written again, the page is the same.
type blocks struct {
	page string
	n    int
}

func (b *blocks) id() string {
	b.n++
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(b.page+"#"+strconv.Itoa(b.n))).String()
}

func (b *blocks) node(kind string, value any) block.Node {
	raw, err := json.Marshal(value)
	if err != nil { // strings and lists of them always marshal
		raw = nil
	}
	return block.Node{ID: b.id(), Type: kind, V: 1, Value: raw}
}

func (b *blocks) title(text, subtitle string) block.Node {
	line := func(text, size, weight string) block.TitleText {
		return block.TitleText{Text: text, Size: size, Weight: weight, Colour: "#222222"}
	}
	return b.node(block.TitleKind, block.Title{
		Title: line(text, "4", "bold"), Subtitle: block.Subtitle{TitleText: line(subtitle, "6", "light"), Position: "after"},
		Alignment: "left",
	})
}

func (b *blocks) heading(size, text string) block.Node {
	return b.node("heading_block", block.Heading{Text: text, Size: size, Alignment: "left"})
}

func (b *blocks) paragraph(html string) block.Node { return b.node("paragraph_block", html) }

func (b *blocks) columns(layout string, columns ...block.Stream) block.Node {
	value := block.Columns{Layout: layout}
	for _, stream := range columns {
		value.Columns = append(value.Columns, block.Column{ID: b.id(), Type: "item", Value: stream})
	}
	return b.node("columns_block", value)
}
