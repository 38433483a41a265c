package cms

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"ams/app/lang"
	"ams/views"
)

type pageRow struct {
	ID             int64
	PageType       string
	URLPath        string `bun:"url_path"`
	TranslationKey string
	Title          string
	Live           bool
	LiveContent    json.RawMessage
	Visibility     string
	StructureOnly  bool
}

// pageAt finds the live page below a home page, and the live ones between them.
func pageAt(ctx context.Context, db bun.IDB, root string, slugs []string) (pageRow, []views.Crumb, error) {
	paths := []string{root}
	for _, slug := range slugs {
		paths = append(paths, paths[len(paths)-1]+slug+"/")
	}
	path := paths[len(paths)-1]
	const query = `
		SELECT id, page_type, url_path, translation_key, title, live, coalesce(visibility, '') AS visibility,
		       coalesce(is_structure_only, false) AS structure_only, CASE WHEN url_path = ?1 THEN live_content END AS live_content
		FROM pages WHERE url_path IN (?0) ORDER BY depth LIMIT 50`
	var rows []pageRow
	if err := db.NewRaw(query, bun.List(paths), path).Scan(ctx, &rows); err != nil {
		return pageRow{}, nil, fmt.Errorf("find a page: %w", err)
	}
	if len(rows) == 0 || rows[len(rows)-1].URLPath != path || !rows[len(rows)-1].Live {
		return pageRow{}, nil, noPage()
	}
	var crumbs []views.Crumb
	for _, r := range rows[:len(rows)-1] {
		if r.URLPath == root || !r.Live {
			continue
		}
		crumb := views.Crumb{Text: r.Title, Href: r.URLPath}
		if r.StructureOnly {
			crumb.Href = ""
		}
		crumbs = append(crumbs, crumb)
	}
	return rows[len(rows)-1], crumbs, nil
}

// firstBelow gives the address of the first live page in the tree below a page, empty when there is none.
func firstBelow(ctx context.Context, db bun.IDB, id int64) (string, error) {
	const query = `
		WITH RECURSIVE below AS (
			SELECT id, url_path, live, ARRAY[position] AS place FROM pages WHERE parent_id = ?0
			UNION ALL
			SELECT p.id, p.url_path, p.live, b.place || p.position FROM pages p JOIN below b ON p.parent_id = b.id
		)
		SELECT url_path FROM below WHERE live ORDER BY place LIMIT 1`
	var path string
	err := db.NewRaw(query, id).Scan(ctx, &path)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("find the first page below %d: %w", id, err)
	}
	return path, nil
}

// elsewhere finds a page in the other enabled languages: the linked one, else the one at the same slugs. Without a key only
// the latter counts, and only when everything above it is live.
func (s *Service) elsewhere(ctx context.Context, key string, slugs []string, l lang.Locale) ([]Elsewhere, error) {
	others := slices.DeleteFunc(slices.Clone(s.cfg.Languages), func(o lang.Locale) bool { return o == l })
	if len(others) == 0 {
		return nil, nil
	}
	const query = `
		SELECT ss.language AS lang, p.url_path AS path, p.title, coalesce(p.visibility = 'members', false) AS members_only
		FROM site_settings ss
		JOIN sites st ON st.id = ss.site_id AND st.is_active
		JOIN pages r ON r.id = st.root_page_id
		JOIN pages p ON p.live AND (p.url_path = r.url_path || ?1 OR p.translation_key = nullif(?2, '')::uuid AND p.locale_id = r.locale_id)
		WHERE ss.language IN (?0) AND (?2 <> '' OR NOT EXISTS (
			SELECT FROM pages a WHERE a.depth > 1 AND NOT a.live AND starts_with(p.url_path, a.url_path)))
		ORDER BY (p.translation_key = nullif(?2, '')::uuid) DESC NULLS LAST, p.id LIMIT 20`
	rest := ""
	for _, slug := range slugs {
		rest += slug + "/"
	}
	var rows []Elsewhere
	if err := s.db.NewRaw(query, bun.List(others), rest, key).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("find %s in other languages: %w", strings.Join(slugs, "/"), err)
	}
	return onePerLanguage(rows, others), nil
}

// onePerLanguage keeps the first page of each language, in the order of the switches.
func onePerLanguage(rows []Elsewhere, languages []lang.Locale) []Elsewhere {
	var out []Elsewhere
	for _, l := range languages {
		if i := slices.IndexFunc(rows, func(e Elsewhere) bool { return e.Lang == l }); i >= 0 {
			out = append(out, rows[i])
		}
	}
	return out
}
