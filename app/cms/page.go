package cms

import (
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"

	"ams/app/cms/block"
	"ams/app/lang"
	"ams/views"
)

var bodyID = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_-]{0,99}$`)

// deepest is how many slugs an address may have.
const deepest = 30

// Page is a live page as visitors see it. Whoever serves it looks at MembersOnly first and at StructureOnly second.
type Page struct {
	ID          int64
	Path        string // its address, with language: "/en/about/"
	Home        bool
	Title       string
	SEOTitle    string // replaces the whole title of the window; usually empty
	Description string // empty: that of the frame
	Heading     string // empty on home pages, whose body brings one
	BodyID      string
	Body        template.HTML
	Ancestors   []views.Crumb     // between home and this page
	Alternates  []views.Alternate // the same page in other languages, as paths

	MembersOnly   bool   // only active members may see it
	StructureOnly bool   // shows nothing itself: visitors go on to First
	First         string // first live page beneath; empty: there is nothing to see
}

type pageKey struct {
	lang lang.Locale
	path string
}

// Page gives the live page at a path without its language ("/about/team/", "/") as it is at a version of the content.
func (s *Service) Page(ctx context.Context, version int64, path string, l lang.Locale) (Page, error) {
	slugs, ok := slugsOf(path)
	if !ok {
		return Page{}, noPage()
	}
	frame, err := s.Frame(ctx, version, l)
	if err != nil {
		return Page{}, err
	}
	if frame.root == "" {
		return Page{}, noPage()
	}
	return s.pages.get(ctx, version, pageKey{l, path}, func(ctx context.Context) (Page, error) {
		return s.loadPage(ctx, frame, slugs)
	})
}

func slugsOf(path string) ([]string, bool) {
	if !pagePath.MatchString(path) {
		return nil, false
	}
	slugs := strings.Split(strings.Trim(path, "/"), "/")
	if slugs[0] == "" {
		slugs = nil
	}
	return slugs, len(slugs) <= deepest
}

// content is the part of a page's stored content that visitors see. Each field is read by itself: a damaged one must not
// take the others along.
type content struct{ fields map[string]json.RawMessage }

func readContent(raw json.RawMessage) (content, error) {
	var c content
	if err := json.Unmarshal(raw, &c.fields); err != nil {
		return c, fmt.Errorf("read the content: %w", err)
	}
	return c, nil
}

func (c content) text(name string) string {
	var s string
	if json.Unmarshal(c.fields[name], &s) != nil {
		return ""
	}
	return s
}

func (s *Service) loadPage(ctx context.Context, frame *Frame, slugs []string) (Page, error) {
	row, ancestors, err := pageAt(ctx, s.db, frame.root, slugs)
	if err != nil {
		return Page{}, err
	}
	c, err := readContent(row.LiveContent)
	if err != nil {
		s.log.Error("page without readable content", "page", row.ID, "error", err)
	}
	p := Page{
		ID: row.ID, Path: row.URLPath, Home: row.PageType == typeHome, Title: row.Title,
		SEOTitle: c.text("seo_title"), Description: c.text("search_description"),
		Ancestors: ancestors, MembersOnly: row.Visibility == "members", StructureOnly: row.StructureOnly,
	}
	if id := c.text("css_id"); bodyID.MatchString(id) {
		p.BodyID = id
	}
	if !p.Home {
		p.Heading = p.Title
	}
	if p.Alternates, err = s.alternates(ctx, row, slugs, frame.Lang); err != nil {
		return Page{}, err
	}
	if p.StructureOnly {
		p.First, err = firstBelow(ctx, s.db, row.ID)
		if err == nil && p.First == "" && !p.MembersOnly {
			err = noPage()
		}
		return p, err
	}
	p.Body, err = s.renderBody(ctx, row, c.fields["body"], frame)
	return p, err
}

func (s *Service) renderBody(ctx context.Context, row pageRow, raw json.RawMessage, frame *Frame) (template.HTML, error) {
	skip := s.skipped(row.ID)
	body := s.set(row.PageType).Decode(raw, skip)
	var linked []int64
	for _, ref := range body.Refs() {
		if ref.Kind == block.RefPage {
			linked = append(linked, ref.ID)
		}
	}
	paths, err := pathsOf(ctx, s.db, linked)
	if err != nil {
		return "", err
	}
	model := views.BlockPage{Home: row.PageType == typeHome}
	model.Blocks = body.Render(block.Env{Locale: frame.Lang, Links: s.links(paths, frame.Lang)}, skip)
	titled := slices.ContainsFunc(model.Blocks.Blocks, func(b views.Block) bool { return b.Kind == block.TitleKind })
	if model.Home && !titled {
		model.Name = frame.Name
	}
	return s.body.Render(string(frame.Lang), model)
}

func (s *Service) alternates(ctx context.Context, row pageRow, slugs []string, l lang.Locale) ([]views.Alternate, error) {
	others, err := s.elsewhere(ctx, row.TranslationKey, slugs, l)
	if err != nil {
		return nil, err
	}
	var out []views.Alternate
	for _, o := range others {
		out = append(out, views.Alternate{Lang: string(o.Lang), Href: o.Path})
	}
	return out, nil
}

// Elsewhere is a page in another language.
type Elsewhere struct {
	Lang        lang.Locale
	Path, Title string
	MembersOnly bool // its title is for active members only
}

// Elsewhere finds the page at the same path in the other languages, for visitors who found nothing in this one. A page counts
// when all pages above it are live, too.
func (s *Service) Elsewhere(ctx context.Context, path string, l lang.Locale) ([]Elsewhere, error) {
	slugs, ok := slugsOf(path)
	if !ok {
		return nil, nil
	}
	return s.elsewhere(ctx, "", slugs, l)
}
