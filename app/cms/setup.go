package cms

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/cms/theme"
	"ams/app/lang"
)

// settingUp lets one process at a time set the sites up.
const settingUp = 0x636d73 // "cms"

// Prepared is what Setup did.
type Prepared struct {
	Sites       []PreparedSite
	SwitchedOff []lang.Locale // sites that are no longer served, because their language is not enabled
	Unlabelled  int           // sites without a language, which nobody can reach
}

// PreparedSite is the site of an enabled language.
type PreparedSite struct {
	Language lang.Locale
	Path     string
	Created  bool
}

// Setup sees to it that every enabled language has a home page and a site with settings and a theme. What exists keeps its
// texts, names, menus and theme; only slug, host, port and the like are brought up to date.
func (s *Service) Setup(ctx context.Context) (Prepared, error) {
	var done Prepared
	err := s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		done = Prepared{}
		root, err := lockRoot(ctx, tx)
		if err != nil {
			return err
		}
		for _, l := range s.cfg.Languages {
			site, err := s.prepare(ctx, tx, root, l)
			if err != nil {
				return fmt.Errorf("set up the site in %s: %w", l, err)
			}
			done.Sites = append(done.Sites, site)
		}
		if err := s.switchOff(ctx, tx, &done); err != nil {
			return err
		}
		return tx.NewRaw(`SELECT count(*) FROM sites st LEFT JOIN site_settings ss ON ss.site_id = st.id
			WHERE coalesce(ss.language, '') = ''`).Scan(ctx, &done.Unlabelled)
	})
	if err != nil {
		return Prepared{}, fmt.Errorf("set up the pages: %w", err)
	}
	return done, nil
}

// lockRoot waits for other processes that set up, and finds the root.
func lockRoot(ctx context.Context, tx bun.Tx) (parent, error) {
	var root parent
	if _, err := tx.NewRaw(`SELECT pg_advisory_xact_lock(?)`, settingUp).Exec(ctx); err != nil {
		return root, err
	}
	err := tx.NewRaw(`SELECT id, url_path, depth, locale_id FROM pages WHERE page_type = 'root'`).Scan(ctx, &root)
	if errors.Is(err, sql.ErrNoRows) {
		return root, ErrNoRoot
	}
	return root, err
}

func (s *Service) prepare(ctx context.Context, tx bun.Tx, root parent, l lang.Locale) (PreparedSite, error) {
	done := PreparedSite{Language: l, Path: "/" + string(l) + "/"}
	home, err := s.prepareHome(ctx, tx, root, l)
	if err != nil {
		return done, err
	}
	site, found, err := siteIn(ctx, tx, l)
	if err != nil {
		return done, err
	}
	if !found {
		if site, err = insertSite(ctx, tx, l, home, s.cfg); err != nil {
			return done, err
		}
		done.Created = true
	}
	if err := updateSite(ctx, tx, site, l, home, s.cfg); err != nil {
		return done, err
	}
	return done, s.prepareTheme(ctx, tx, site)
}

// prepareHome finds or makes the home page of a language. All home pages are translations of each other.
func (s *Service) prepareHome(ctx context.Context, tx bun.Tx, root parent, l lang.Locale) (int64, error) {
	locale, err := localeOf(ctx, tx, l)
	if err != nil {
		return 0, err
	}
	home, found, err := homeOf(ctx, tx, l)
	if err != nil {
		return 0, err
	}
	if found {
		return home.ID, renameHome(ctx, tx, home, l)
	}
	root.LocaleID = locale
	first, _, err := homeOf(ctx, tx, lang.Default)
	if err != nil {
		return 0, err
	}
	return s.publish(ctx, tx, draft{
		parent: root, pageType: typeHome, slug: string(l), title: "Home", body: welcome(l), translates: first.ID,
	})
}

func localeOf(ctx context.Context, tx bun.Tx, l lang.Locale) (int64, error) {
	var id int64
	err := tx.NewRaw(`SELECT id FROM locales WHERE language_code = ?`, string(l)).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		err = tx.NewRaw(`INSERT INTO locales (language_code) VALUES (?) RETURNING id`, string(l)).Scan(ctx, &id)
	}
	return id, err
}

// renameHome corrects a slug that is not the language, and with it the addresses of all pages below.
func renameHome(ctx context.Context, tx bun.Tx, home parent, l lang.Locale) error {
	path := "/" + string(l) + "/"
	if home.URLPath == path {
		return nil
	}
	const slug = `
		UPDATE pages SET slug = ?1, draft_content = draft_content || jsonb_build_object('slug', ?1),
		       live_content = live_content || jsonb_build_object('slug', ?1)
		WHERE id = ?0`
	if _, err := tx.NewRaw(slug, home.ID, string(l)).Exec(ctx); err != nil {
		return fmt.Errorf("correct the slug of a home page: %w", err)
	}
	const below = `UPDATE pages SET url_path = ?1 || substr(url_path, length(?0) + 1) WHERE starts_with(url_path, ?0)`
	if _, err := tx.NewRaw(below, home.URLPath, path).Exec(ctx); err != nil {
		return fmt.Errorf("correct the addresses below a home page: %w", err)
	}
	return nil
}

func siteIn(ctx context.Context, tx bun.Tx, l lang.Locale) (int64, bool, error) {
	var id int64
	err := tx.NewRaw(`SELECT site_id FROM site_settings WHERE language = ?`, string(l)).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return id, err == nil, err
}

func insertSite(ctx context.Context, tx bun.Tx, l lang.Locale, home int64, cfg Config) (int64, error) {
	var id int64
	const site = `INSERT INTO sites (hostname, port, root_page_id) VALUES (lower(?), ?, ?) RETURNING id`
	if err := tx.NewRaw(site, cfg.Domain, cfg.Port, home).Scan(ctx, &id); err != nil {
		return 0, fmt.Errorf("add a site: %w", err)
	}
	if _, err := tx.NewRaw(`INSERT INTO site_settings (site_id, language) VALUES (?, ?)`, id, string(l)).Exec(ctx); err != nil {
		return 0, fmt.Errorf("give a site its language: %w", err)
	}
	const names = `INSERT INTO association_settings (site_id, association_short_name, association_long_name) VALUES (?0, ?1, ?1)`
	if _, err := tx.NewRaw(names, id, lang.Native(l)+" AMS").Exec(ctx); err != nil {
		return 0, fmt.Errorf("name the association: %w", err)
	}
	return id, nil
}

// updateSite writes only what differs: every statement makes all processes load their pages again.
func updateSite(ctx context.Context, tx bun.Tx, site int64, l lang.Locale, home int64, cfg Config) error {
	name, standard := lang.Native(l)+" Site", l == lang.Default
	var right, otherStandard bool
	const compare = `
		SELECT (hostname, port, site_name, root_page_id, is_default_site, is_active) = (lower(?1), ?2, ?3, ?4, ?5, true),
		       EXISTS (SELECT FROM sites WHERE is_default_site AND id <> ?0)
		FROM sites WHERE id = ?0`
	if err := tx.NewRaw(compare, site, cfg.Domain, cfg.Port, name, home, standard).Scan(ctx, &right, &otherStandard); err != nil {
		return fmt.Errorf("read a site: %w", err)
	}
	if right {
		return nil
	}
	if standard && otherStandard {
		if _, err := tx.NewRaw(`UPDATE sites SET is_default_site = false WHERE is_default_site`).Exec(ctx); err != nil {
			return fmt.Errorf("clear the default site: %w", err)
		}
	}
	const update = `
		UPDATE sites SET hostname = lower(?1), port = ?2, site_name = ?3, root_page_id = ?4, is_default_site = ?5, is_active = true
		WHERE id = ?0`
	if _, err := tx.NewRaw(update, site, cfg.Domain, cfg.Port, name, home, standard).Exec(ctx); err != nil {
		return fmt.Errorf("update a site: %w", err)
	}
	return nil
}

// prepareTheme makes the first theme of a site with its first revision. A fresh row and its first save are versions 1 and 2.
func (s *Service) prepareTheme(ctx context.Context, tx bun.Tx, site int64) error {
	var exists bool
	if err := tx.NewRaw(`SELECT EXISTS (SELECT FROM theme_settings WHERE site_id = ?)`, site).Scan(ctx, &exists); err != nil || exists {
		return err
	}
	values, err := theme.Default().JSON()
	if err != nil {
		return err
	}
	const insert = `INSERT INTO theme_settings (site_id, cache_version, settings) VALUES (?, 2, ?)`
	if _, err := tx.NewRaw(insert, site, string(values)).Exec(ctx); err != nil {
		return fmt.Errorf("add a theme: %w", err)
	}
	const revision = `INSERT INTO theme_settings_revisions (settings_id, data, created_at) VALUES (?, ?, ?)`
	if _, err := tx.NewRaw(revision, site, string(values), s.clock.Now()).Exec(ctx); err != nil {
		return fmt.Errorf("add the first revision of a theme: %w", err)
	}
	return nil
}

// switchOff stops serving the sites of languages that are not enabled; they keep everything.
func (s *Service) switchOff(ctx context.Context, tx bun.Tx, done *Prepared) error {
	var off []struct {
		ID       int64
		Language lang.Locale
	}
	const query = `
		SELECT st.id, ss.language FROM sites st JOIN site_settings ss ON ss.site_id = st.id
		WHERE st.is_active AND ss.language <> '' AND ss.language NOT IN (?) ORDER BY st.id LIMIT 100`
	if err := tx.NewRaw(query, bun.List(s.cfg.Languages)).Scan(ctx, &off); err != nil {
		return fmt.Errorf("find sites of other languages: %w", err)
	}
	for _, site := range off {
		if _, err := tx.NewRaw(`UPDATE sites SET is_active = false WHERE id = ?`, site.ID).Exec(ctx); err != nil {
			return fmt.Errorf("switch a site off: %w", err)
		}
		done.SwitchedOff = append(done.SwitchedOff, site.Language)
	}
	return nil
}
