package cms

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/lang"
)

// EnsureRoot makes again what the pages cannot do without, in a database that was emptied: the default locale, the root of
// the tree, a first home page with the default site, and the root of the collections. It names what it made, in English for
// the operator, and changes nothing that exists: to bring sites up to date is Setup's.
func (s *Service) EnsureRoot(ctx context.Context) (made []string, err error) {
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		e := ensuring{Service: s, tx: tx}
		err := e.all(ctx)
		made = e.made
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make the root of the pages: %w", err)
	}
	return made, nil
}

// ensuring is one run of EnsureRoot.
type ensuring struct {
	*Service
	tx   bun.Tx
	made []string
}

// all waits for others who set up, as Setup does.
func (e *ensuring) all(ctx context.Context) error {
	root, err := lockRoot(ctx, e.tx)
	if err != nil && !errors.Is(err, ErrNoRoot) {
		return err
	}
	const locale, ofLocale = `SELECT FROM locales WHERE language_code = ?`, `INSERT INTO locales (language_code) VALUES (?)`
	if err := e.row(ctx, "the default locale", locale, ofLocale, string(lang.Default)); err != nil {
		return err
	}
	const page, ofPage = `SELECT FROM pages WHERE page_type = 'root'`, `
		INSERT INTO pages (page_type, position, depth, url_path, locale_id, draft_content, draft_title, title, slug)
		SELECT 'root', 1, 1, '/', id, '{}', 'Root', 'Root', 'root' FROM locales WHERE language_code = ?`
	if err := e.row(ctx, "the root of the page tree", page, ofPage, string(lang.Default)); err != nil {
		return err
	}
	if root.ID == 0 {
		if root, err = lockRoot(ctx, e.tx); err != nil {
			return err
		}
	}
	if err := e.site(ctx, root); err != nil {
		return err
	}
	const collection, ofCollection = `SELECT FROM collections WHERE parent_id IS NULL`, `INSERT INTO collections (name, path) VALUES ('Root', '/')`
	return e.row(ctx, "the root collection", collection, ofCollection)
}

// row inserts what a query does not find. It looks first, because an insert that does nothing makes all processes load their
// pages again, too.
func (e *ensuring) row(ctx context.Context, what, find, insert string, args ...any) error {
	if there, err := e.finds(ctx, find, args...); err != nil || there {
		return err
	}
	if _, err := e.tx.NewRaw(insert, args...).Exec(ctx); err != nil {
		return fmt.Errorf("make %s: %w", what, err)
	}
	e.made = append(e.made, what)
	return nil
}

func (e *ensuring) finds(ctx context.Context, query string, args ...any) (there bool, err error) {
	err = e.tx.NewRaw(`SELECT EXISTS (`+query+`)`, args...).Scan(ctx, &there)
	return there, err
}

// site makes a home page and a site in the default language. A default site in another language is one.
func (e *ensuring) site(ctx context.Context, root parent) error {
	home, found, err := homeOf(ctx, e.tx, lang.Default)
	if err != nil {
		return err
	}
	if !found {
		if home.ID, err = e.prepareHome(ctx, e.tx, root, lang.Default); err != nil {
			return fmt.Errorf("make a home page: %w", err)
		}
		e.made = append(e.made, "a home page")
	}
	const standard = `SELECT FROM sites st LEFT JOIN site_settings ss ON ss.site_id = st.id WHERE st.is_default_site OR ss.language = ?`
	if there, err := e.finds(ctx, standard, string(lang.Default)); err != nil || there {
		return err
	}
	site, err := insertSite(ctx, e.tx, lang.Default, home.ID, e.cfg)
	if err != nil {
		return err
	}
	if err := updateSite(ctx, e.tx, site, lang.Default, home.ID, e.cfg); err != nil {
		return err
	}
	e.made = append(e.made, "the default site")
	return e.prepareTheme(ctx, e.tx, site)
}
