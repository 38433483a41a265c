package cms

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"ams/app/lang"
)

var (
	pagePath  = regexp.MustCompile(`^/(?:[\p{L}\p{N}_-]+/)*$`)
	slugForm  = regexp.MustCompile(`^[\p{L}\p{N}_-]+$`)
	notInSlug = regexp.MustCompile(`[^\p{L}\p{N}_\s-]+`)
	slugGap   = regexp.MustCompile(`[\s-]+`)
	scheme    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)
)

// longestSlug is in characters.
const longestSlug = 255

// Slug makes a slug of a title: "Mō mātou" gives mō-mātou.
func Slug(title string) string {
	slug := strings.ToLower(norm.NFKC.String(title))
	slug = slugGap.ReplaceAllString(notInSlug.ReplaceAllString(slug, ""), "-")
	if runes := []rune(slug); len(runes) > longestSlug {
		slug = string(runes[:longestSlug])
	}
	return strings.Trim(slug, "-_")
}

// CheckSlug says what is wrong with a slug, or nothing. Reserved ones matter only directly below a home page.
func (s *Service) CheckSlug(slug string, belowHome bool) lang.Message {
	if !slugForm.MatchString(slug) {
		return lang.M("Use only letters, digits, hyphens and underscores.")
	}
	if len([]rune(slug)) > longestSlug {
		return lang.M("Use at most %d characters.", longestSlug)
	}
	if reserved := s.Reserved(); belowHome && slices.Contains(reserved, slug) {
		return lang.M("“%s” is reserved. Choose a slug other than these: %s.", slug, strings.Join(reserved, ", "))
	}
	return lang.Message{}
}

// Localise puts the language before an address that an editor typed, unless it leads elsewhere or has a language, or is
// served without one.
func (s *Service) Localise(url string, l lang.Locale) string {
	switch {
	case url == "", strings.HasPrefix(url, "#"), strings.HasPrefix(url, "?"), strings.HasPrefix(url, "//"):
		return url
	case strings.Contains(url, "://"), scheme.MatchString(url):
		return url
	}
	first := firstSegment(url)
	if strings.HasPrefix(url, "/") && first == "" || s.enabled(lang.Locale(first)) || slices.Contains(s.mounts.Load().Bare, first) {
		return url
	}
	return "/" + string(l) + "/" + strings.TrimPrefix(url, "/")
}

// Translate gives the address of a page in another language by its form alone; where the pages of two languages are linked,
// Page.Alternates knows better.
func (s *Service) Translate(url string, to lang.Locale) string {
	first := firstSegment(url)
	if !s.enabled(to) || !strings.HasPrefix(url, "/") || !s.enabled(lang.Locale(first)) {
		return "/" + string(to) + "/"
	}
	rest := strings.TrimPrefix(url, "/"+first)
	if !strings.HasPrefix(rest, "/") {
		rest = "/" + rest
	}
	return "/" + string(to) + rest
}

func (s *Service) enabled(l lang.Locale) bool { return slices.Contains(s.cfg.Languages, l) }

// leadsTo reports whether an address that an editor typed leads to a module ("events").
func leadsTo(url, module string) bool { return strings.Contains("/"+url+"/", "/"+module+"/") }
