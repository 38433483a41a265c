package cms

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/cms/block"
	"ams/app/fault"
	"ams/app/lang"
)

// contentV is the version of the form in which content is stored.
const contentV = 1

// draft is a page to be put online.
type draft struct {
	parent     parent
	pageType   string
	slug       string
	title      string
	summary    string
	members    bool
	body       block.Stream
	translates int64 // page whose translation it is; 0: none
}

type parent struct {
	ID       int64
	URLPath  string `bun:"url_path"`
	Depth    int
	LocaleID int64
}

// stored is the content value of a page.
type stored struct {
	V                 int          `json:"v"`
	Title             string       `json:"title"`
	Slug              string       `json:"slug"`
	SEOTitle          string       `json:"seo_title"`
	SearchDescription string       `json:"search_description"`
	ShowInMenus       bool         `json:"show_in_menus"`
	CSSID             string       `json:"css_id"`
	GoLiveAt          *string      `json:"go_live_at"`
	ExpireAt          *string      `json:"expire_at"`
	Visibility        string       `json:"visibility,omitempty"`
	StructureOnly     *bool        `json:"is_structure_only,omitempty"`
	Body              block.Stream `json:"body"`
}

func (s *Service) content(d draft) (json.RawMessage, error) {
	var problems fault.Fields
	if d.pageType == typeContent {
		if p := s.CheckSlug(d.slug, d.parent.Depth == 2); !p.Empty() {
			problems.Add("slug", p)
		}
	}
	body, inBlocks := s.set(d.pageType).Clean(d.body, block.Publish)
	for _, p := range inBlocks.List() {
		problems.Add(p.Name, p.Text)
	}
	if problems.Any() {
		return nil, fault.Invalid(problems)
	}
	c := stored{V: contentV, Title: d.title, Slug: d.slug, SearchDescription: d.summary, ShowInMenus: true, Body: body}
	if d.pageType == typeContent {
		c.Visibility, c.StructureOnly = "public", new(bool)
		if d.members {
			c.Visibility = "members"
		}
	}
	return json.Marshal(c)
}

// publish puts a page online with a revision of its own, or gives an existing one new content. The same content again
// changes nothing.
func (s *Service) publish(ctx context.Context, tx bun.Tx, d draft) (int64, error) {
	content, err := s.content(d)
	if err != nil {
		return 0, fmt.Errorf("publish %s%s/: %w", d.parent.URLPath, d.slug, err)
	}
	id, same, err := published(ctx, tx, d, content)
	if err != nil || same {
		return id, err
	}
	if id == 0 {
		if id, err = insertPage(ctx, tx, d, content); err != nil {
			return 0, err
		}
	}
	const revise = `
		WITH revision AS (
			INSERT INTO page_revisions (page_id, content, title, created_at, updated_at) VALUES (?0, ?1, ?2, ?3, ?3) RETURNING id
		)
		UPDATE pages SET draft_content = ?1, live_content = ?1, draft_title = ?2, title = ?2, live = true, expired = false,
		       has_unpublished_changes = false, show_in_menus = true, first_published_at = coalesce(first_published_at, ?3),
		       visibility = ?1::jsonb ->> 'visibility',
		       is_structure_only = (?1::jsonb ->> 'is_structure_only')::boolean, last_published_at = ?3, latest_revision_created_at = ?3,
		       latest_revision_id = revision.id, live_revision_id = revision.id
		FROM revision WHERE pages.id = ?0`
	if _, err := tx.NewRaw(revise, id, string(content), d.title, s.clock.Now()).Exec(ctx); err != nil {
		return 0, fmt.Errorf("publish page %d: %w", id, err)
	}
	return id, s.refer(ctx, tx, id, s.set(d.pageType), content)
}

// published finds the page that is to have the slug, and whether it shows the very content already.
func published(ctx context.Context, tx bun.Tx, d draft, content json.RawMessage) (id int64, same bool, err error) {
	const query = `SELECT id, coalesce(live_content = ?2::jsonb, false) FROM pages WHERE parent_id = ?0 AND slug = ?1`
	err = tx.NewRaw(query, d.parent.ID, d.slug, string(content)).Scan(ctx, &id, &same)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, false, fmt.Errorf("look for page %s: %w", d.slug, err)
	}
	return id, same, nil
}

// insertPage appends an empty page to its parent's children.
func insertPage(ctx context.Context, tx bun.Tx, d draft, content json.RawMessage) (int64, error) {
	const query = `
		INSERT INTO pages (page_type, parent_id, position, depth, url_path, locale_id, translation_key,
		                   draft_content, draft_title, title, slug, visibility, is_structure_only)
		SELECT ?0, ?1, coalesce((SELECT max(position) FROM pages WHERE parent_id = ?1), 0) + 1, ?2, ?3, ?4,
		       coalesce((SELECT translation_key FROM pages WHERE id = ?5), gen_random_uuid()), ?6, ?7, ?7, ?8,
		       ?6::jsonb ->> 'visibility', (?6::jsonb ->> 'is_structure_only')::boolean
		RETURNING id`
	var id int64
	err := tx.NewRaw(query, d.pageType, d.parent.ID, d.parent.Depth+1, d.parent.URLPath+d.slug+"/", d.parent.LocaleID,
		d.translates, string(content), d.title, d.slug).Scan(ctx, &id)
	if err != nil {
		return 0, fmt.Errorf("add page %s%s/: %w", d.parent.URLPath, d.slug, err)
	}
	return id, nil
}

// refer writes down what a page links to, for draft and live alike.
func (s *Service) refer(ctx context.Context, tx bun.Tx, page int64, set block.Set, content json.RawMessage) error {
	if _, err := tx.NewRaw(`DELETE FROM page_refs WHERE page_id = ?`, page).Exec(ctx); err != nil {
		return fmt.Errorf("forget the references of page %d: %w", page, err)
	}
	c, err := readContent(content)
	if err != nil {
		return err
	}
	type row struct {
		bun.BaseModel `bun:"table:page_refs"`
		PageID        int64
		State, Field  string
		Kind          block.RefKind
		RefID         int64
	}
	var rows []row
	for _, ref := range set.Decode(c.fields["body"], s.skipped(page)).Refs() {
		for _, state := range []string{"draft", "live"} {
			rows = append(rows, row{PageID: page, State: state, Field: ref.Block, Kind: ref.Kind, RefID: ref.ID})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if _, err := tx.NewInsert().Model(&rows).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
		return fmt.Errorf("note the references of page %d: %w", page, err)
	}
	return nil
}

// homeOf finds the home page of a language. Without a root there is nothing to find.
func homeOf(ctx context.Context, db bun.IDB, l lang.Locale) (parent, bool, error) {
	var home parent
	const query = `
		SELECT p.id, p.url_path, p.depth, p.locale_id FROM pages p JOIN locales l ON l.id = p.locale_id
		WHERE p.page_type = 'home' AND l.language_code = ?`
	err := db.NewRaw(query, string(l)).Scan(ctx, &home)
	if errors.Is(err, sql.ErrNoRows) {
		return home, false, nil
	}
	if err != nil {
		return home, false, fmt.Errorf("find the home page in %s: %w", l, err)
	}
	return home, true, nil
}
