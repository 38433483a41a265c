package cms

import (
	"context"
	"html/template"
	"sync"

	"ams/app/cms/theme"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/richtext"
	"ams/views"
)

// ThemePath is where the style sheets of themes are served, named by their hash.
const ThemePath = "/static/theme/"

// Frame is what the shell of every page shows in one language. It never changes.
type Frame struct {
	Lang        lang.Locale
	Home        string // "/mi/"
	Name        string // short name of the association, else the product's
	Strapline   string // its long name; empty when it has none
	Brand       views.Brand
	FooterLogo  views.Brand
	SignInLabel string // empty: the usual words
	SignUpLabel string
	SignInClass string
	SignUpClass string
	Mode        string // light or dark
	NavbarMode  string
	FooterMode  string
	ThemeStyle  string        // address of the style sheet; empty without a site
	ThemeHead   template.HTML // written by people who hold the right to
	LinkedIn    string
	Facebook    string
	Columns     []views.FooterColumn // three, or none
	FooterText  template.HTML

	menu []entry
	root string // address of the site's home page; empty without a site
}

// Description is what pages without a description of their own say about themselves.
func (f *Frame) Description() string {
	if f.Strapline != "" {
		return f.Strapline
	}
	return f.Name
}

// Frame gives the frame in a language as it is at a version of the content.
func (s *Service) Frame(ctx context.Context, version int64, l lang.Locale) (*Frame, error) {
	return s.frames.get(ctx, version, l, func(ctx context.Context) (*Frame, error) { return s.loadFrame(ctx, l) })
}

func (s *Service) loadFrame(ctx context.Context, l lang.Locale) (*Frame, error) {
	f := &Frame{Lang: l, Home: "/" + string(l) + "/", Name: Product}
	f.wear(theme.Default())
	site, found, err := siteFor(ctx, s.db, l)
	if err != nil {
		return nil, err
	}
	if found {
		err = s.furnish(ctx, f, site)
	}
	f.Brand, f.FooterLogo = views.Brand{Name: f.Name}, views.Brand{Name: f.Name}
	return f, err
}

func (s *Service) furnish(ctx context.Context, f *Frame, site siteRow) error {
	if site.ShortName != "" {
		f.Name = site.ShortName
	}
	f.root, f.Strapline, f.LinkedIn, f.Facebook = site.Root, site.LongName, site.LinkedIn, site.Facebook
	f.SignInLabel, f.SignUpLabel = site.SignInLabel, site.SignUpLabel
	t, damaged := theme.Read(site.Theme)
	if len(damaged) > 0 {
		s.log.Warn("theme settings replaced by defaults", "site", site.ID, "settings", damaged)
	}
	f.wear(t)
	f.ThemeStyle, f.ThemeHead = ThemePath+s.styles.add(t.CSS())+".css", template.HTML(t.Of("custom_html"))
	if err := s.loadMenus(ctx, f, site.ID); err != nil {
		return err
	}
	links, err := s.Links(ctx, f.Lang, site.FooterText)
	f.FooterText = richtext.Render(richtext.Line, site.FooterText, links)
	return err
}

func (f *Frame) wear(t theme.Theme) {
	f.Mode, f.NavbarMode, f.FooterMode = t.Mode(), t.NavbarMode(), t.FooterMode()
	f.SignInClass, f.SignUpClass = t.SignInClass(), t.SignUpClass()
}

// Links tells where the links of some texts lead on a page in a language.
func (s *Service) Links(ctx context.Context, l lang.Locale, texts ...string) (richtext.Links, error) {
	var all []int64
	for _, text := range texts {
		pages, _ := richtext.Targets(text)
		all = append(all, pages...)
	}
	paths, err := pathsOf(ctx, s.db, all)
	return s.links(paths, l), err
}

func (s *Service) links(paths map[int64]string, l lang.Locale) richtext.Links {
	return richtext.Links{
		Page:     func(id int64) (string, bool) { path, ok := paths[id]; return path, ok },
		Localise: func(href string) string { return s.Localise(href, l) },
	}
}

// stylesKept are more than all languages have; the rest serves pages that were sent before a theme changed.
const stylesKept = 16

// styles are the style sheets in use, by hash.
type styles struct {
	mu   sync.Mutex
	kept map[string]string
}

func (s *styles) add(css string) (hash string) {
	hash = theme.Hash(css)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil || len(s.kept) >= stylesKept && s.kept[hash] == "" {
		s.kept = map[string]string{}
	}
	s.kept[hash] = css
	return hash
}

func (s *styles) of(hash string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	css, ok := s.kept[hash]
	return css, ok
}

// ThemeCSS gives the style sheet with a hash. One that is neither in use nor was lately is not found: under an address
// that browsers keep for a year there must never be another sheet.
func (s *Service) ThemeCSS(ctx context.Context, hash string) (string, error) {
	if css, ok := s.styles.of(hash); ok {
		return css, nil
	}
	// Another process may have sent the page.
	version, err := s.Version(ctx)
	if err != nil {
		return "", err
	}
	for _, l := range s.cfg.Languages {
		if _, err := s.Frame(ctx, version, l); err != nil {
			return "", err
		}
	}
	if css, ok := s.styles.of(hash); ok {
		return css, nil
	}
	return "", fault.NotFound(lang.M("There is no style sheet at this address."))
}
