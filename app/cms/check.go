package cms

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"ams/app/lang"
)

// Finding is something that is missing or in the way; a fatal one leaves visitors without a home page.
type Finding struct {
	Text  lang.Message
	Fatal bool
}

// Check reports what Setup would mend and what only an editor can. It changes nothing.
func (s *Service) Check(ctx context.Context) ([]Finding, error) {
	var all []Finding
	for _, check := range []func(context.Context) ([]Finding, error){s.checkHomes, s.checkSlugs, s.checkMenus} {
		found, err := check(ctx)
		if err != nil {
			return nil, fmt.Errorf("check the pages: %w", err)
		}
		all = append(all, found...)
	}
	return all, nil
}

func (s *Service) checkHomes(ctx context.Context) ([]Finding, error) {
	var rows []struct {
		Language lang.Locale
		Home     bool
		Live     bool
	}
	const query = `
		SELECT l.language_code AS language, EXISTS (SELECT FROM pages h WHERE h.page_type = 'home' AND h.locale_id = l.id) AS home,
		       EXISTS (SELECT FROM site_settings ss JOIN sites st ON st.id = ss.site_id AND st.is_active
		               JOIN pages r ON r.id = st.root_page_id WHERE ss.language = l.language_code AND r.live) AS live
		FROM locales l WHERE l.language_code IN (?) LIMIT 100`
	if err := s.db.NewRaw(query, bun.List(s.cfg.Languages)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	var found []Finding
	for _, l := range s.cfg.Languages {
		home, live := false, false
		for _, r := range rows {
			if r.Language == l {
				home, live = r.Home, r.Live
			}
		}
		switch {
		case !home:
			found = append(found, Finding{lang.M("There is no home page in %s.", lang.Native(l)), true})
		case !live:
			found = append(found, Finding{lang.M("The site in %s has no live home page.", lang.Native(l)), true})
		}
	}
	return found, nil
}

func (s *Service) checkSlugs(ctx context.Context) ([]Finding, error) {
	var paths []string
	const query = `SELECT url_path FROM pages WHERE depth = 3 AND slug IN (?) ORDER BY url_path LIMIT 100`
	if err := s.db.NewRaw(query, bun.List(s.Reserved())).Scan(ctx, &paths); err != nil {
		return nil, err
	}
	var found []Finding
	for _, path := range paths {
		found = append(found, Finding{Text: lang.M("Nobody can see the page %s: another part of the site has this address. Give it another slug.", path)})
	}
	return found, nil
}

func (s *Service) checkMenus(ctx context.Context) ([]Finding, error) {
	if len(s.cfg.Off) == 0 {
		return nil, nil
	}
	var links []string
	const query = `
		SELECT link_url FROM main_menu_items WHERE link_url <> ''
		UNION SELECT link_url FROM flat_menu_items WHERE link_url <> '' ORDER BY 1 LIMIT 1000`
	if err := s.db.NewRaw(query).Scan(ctx, &links); err != nil {
		return nil, err
	}
	var found []Finding
	for _, link := range links {
		if slices.ContainsFunc(s.cfg.Off, func(module string) bool { return leadsTo(link, module) }) {
			found = append(found, Finding{Text: lang.M("A menu links to %s, which is switched off.", link)})
		}
	}
	return found, nil
}
