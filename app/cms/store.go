package cms

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/lang"
)

// The kinds of pages as they are stored. Lists of articles come with their own kinds.
const (
	typeHome    = "home"
	typeContent = "content"
)

// VersionSQL is the version of the content, for the query that a request makes anyway.
const VersionSQL = `coalesce((SELECT version FROM cms_version), 0)`

// Version is the version of the content, for requests that make no query of their own.
func (s *Service) Version(ctx context.Context) (int64, error) {
	var v int64
	if err := s.db.NewRaw(`SELECT `+VersionSQL).Scan(ctx, &v); err != nil {
		return 0, fmt.Errorf("read the version of the content: %w", err)
	}
	return v, nil
}

type siteRow struct {
	ID          int64
	Root        string // address of its home page
	ShortName   string
	LongName    string
	LinkedIn    string `bun:"linkedin_url"`
	Facebook    string `bun:"facebook_url"`
	SignInLabel string
	SignUpLabel string
	FooterText  string
	Theme       json.RawMessage
}

// siteFor finds the active site of a language, else the default one.
func siteFor(ctx context.Context, db bun.IDB, l lang.Locale) (siteRow, bool, error) {
	const query = `
		SELECT st.id, r.url_path AS root, coalesce(btrim(a.association_short_name), '') AS short_name,
		       coalesce(btrim(a.association_long_name), '') AS long_name, coalesce(a.linkedin_url, '') AS linkedin_url,
		       coalesce(a.facebook_url, '') AS facebook_url, coalesce(a.navbar_signin_label, '') AS sign_in_label,
		       coalesce(a.navbar_signup_label, '') AS sign_up_label, coalesce(a.footer_text, '') AS footer_text,
		       coalesce(t.settings, '{}') AS theme
		FROM sites st
		JOIN pages r ON r.id = st.root_page_id
		LEFT JOIN site_settings ss ON ss.site_id = st.id
		LEFT JOIN association_settings a ON a.site_id = st.id
		LEFT JOIN theme_settings t ON t.site_id = st.id
		WHERE st.is_active AND (ss.language = ?0 OR st.is_default_site)
		ORDER BY coalesce(ss.language = ?0, false) DESC, st.id
		LIMIT 1`
	var row siteRow
	err := db.NewRaw(query, string(l)).Scan(ctx, &row)
	if errors.Is(err, sql.ErrNoRows) {
		return row, false, nil
	}
	if err != nil {
		return row, false, fmt.Errorf("find the site in %s: %w", l, err)
	}
	return row, true, nil
}

type itemRow struct {
	Menu          string // "main" or the handle of a flat menu
	Heading       string
	Subnav        bool
	PageID        int64
	ParentID      int64
	Path          string
	Title         string
	Home          bool
	StructureOnly bool
	LinkURL       string
	URLAppend     string
	LinkText      string
	Handle        string
}

// menuItems gives the items of all menus of a site that visitors see, in order.
func menuItems(ctx context.Context, db bun.IDB, site int64) ([]itemRow, error) {
	const shown = `(i.link_page_id IS NULL OR p.live AND NOT p.expired AND p.show_in_menus)`
	const page = `coalesce(p.id, 0) AS page_id, coalesce(p.url_path, '') AS path, coalesce(p.title, '') AS title,
		       coalesce(p.page_type = 'home', false) AS home, coalesce(p.is_structure_only, false) AS structure_only,
		       i.link_url, i.url_append, i.link_text, i.handle`
	const query = `
		SELECT * FROM (
			SELECT 'main' AS menu, '' AS heading, i.position, coalesce(i.allow_subnav AND m.max_levels > 1 AND p.depth > 2, false) AS subnav, ` + page + `
			FROM main_menus m JOIN main_menu_items i ON i.menu_id = m.id LEFT JOIN pages p ON p.id = i.link_page_id
			WHERE m.site_id = ?0 AND ` + shown + `
			UNION ALL
			SELECT m.handle, m.heading, i.position, false, ` + page + `
			FROM flat_menus m JOIN flat_menu_items i ON i.menu_id = m.id LEFT JOIN pages p ON p.id = i.link_page_id
			WHERE m.site_id = ?0 AND ` + shown + `) items
		ORDER BY menu, position LIMIT 500`
	type row struct {
		itemRow
		Position int
	}
	var rows []row
	if err := db.NewRaw(query, site).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read the menus of site %d: %w", site, err)
	}
	items := make([]itemRow, len(rows))
	for i, r := range rows {
		items[i] = r.itemRow
	}
	return items, nil
}

// menuChildren gives the pages of the sub-menus of the given pages, in tree order.
func menuChildren(ctx context.Context, db bun.IDB, parents []int64) ([]itemRow, error) {
	if len(parents) == 0 {
		return nil, nil
	}
	const query = `
		SELECT p.parent_id, p.id AS page_id, p.url_path AS path, p.title
		FROM pages p
		WHERE p.parent_id IN (?0) AND p.live AND NOT p.expired AND p.show_in_menus
		ORDER BY p.parent_id, p.position LIMIT 1000`
	var rows []itemRow
	if err := db.NewRaw(query, bun.List(parents)).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read the sub-menus: %w", err)
	}
	return rows, nil
}

// pathsOf gives the addresses of those pages that are live.
func pathsOf(ctx context.Context, db bun.IDB, ids []int64) (map[int64]string, error) {
	paths := map[int64]string{}
	if len(ids) == 0 {
		return paths, nil
	}
	var rows []struct {
		ID      int64
		URLPath string `bun:"url_path"`
	}
	if err := db.NewRaw(`SELECT id, url_path FROM pages WHERE id IN (?0) AND live`, bun.List(ids)).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("find linked pages: %w", err)
	}
	for _, r := range rows {
		paths[r.ID] = r.URLPath
	}
	return paths, nil
}
