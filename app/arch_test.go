package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestArchitecture holds the repository to the rules of the house.
func TestArchitecture(t *testing.T) {
	t.Parallel()
	root := repositoryRoot(t)
	packs := repository(t, root)
	if len(packs) < 10 {
		t.Fatalf("go list found %d packages, which cannot be all", len(packs))
	}
	for _, p := range packs {
		for _, check := range rules() {
			for _, broken := range check(p) {
				t.Error(broken)
			}
		}
	}
	err := texts(root, func(name string, text []byte) error {
		for _, broken := range checkText(name, string(text)) {
			t.Error(broken)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// rule says what in a package is against the architecture, one line each.
type rule func(pack) []string

func rules() []rule {
	return []rule{
		checkLevels, checkDomains, checkLibraries, checkTestSupport, checkNames, checkInit, checkVariables,
		checkFileLength, checkFunctionLength, checkInterfaces, checkTrustedHTML, checkMachineClock,
	}
}

// The levels of the house, lowest first. A package imports only from below.
const (
	ground  = iota // files and plumbing; nothing of app
	kernel         // knows no domain
	domain         // what the association does
	front          // HTTP kernel
	engine         // staff administration, for any domain
	part           // how a thing looks on several pages
	page           // addresses and pages
	wiring         // composition root
	command        // main programs
)

// places are the packages of each level; those below them belong there, too. Domains stand in mayImport.
func places() map[int][]string {
	return map[int][]string{
		ground: {"views", "static", "migrations", "jobs", "storage"},
		kernel: {
			"app/clock", "app/database", "app/dev", "app/fault", "app/field", "app/href", "app/journal", "app/lang", "app/limit", "app/listing",
			"app/mail", "app/metrics", "app/money", "app/password", "app/picture", "app/richtext", "app/seal", "app/sheet", "app/totp",
		},
		front:   {"app/web"},
		engine:  {"app/admin"},
		part:    {"app/web/statement", "app/web/questionnaire"},
		page:    {"app/web/", "app/staff"},
		wiring:  {"app"},
		command: {".", "tools", "bench"},
	}
}

// mayImport is the written order between domains: the first may import the others.
func mayImport() map[string][]string {
	return map[string][]string{
		"access":       nil,
		"account":      {"access"},
		"session":      {"access", "account"},
		"factor":       {"access", "account"},
		"profile":      {"access", "account"},
		"privacy":      {"access", "account", "billing", "membership", "organisation"},
		"terms":        {"access", "account"},
		"organisation": {"access", "account"},
		"billing":      {"access", "account", "organisation"},
		"membership":   {"access", "account", "organisation", "billing", "profile"},
		"entity":       nil,
		"event":        {"entity", "account"},
		"resource":     {"entity", "account"},
		"forum":        {"account", "membership"},
		"cms":          nil,
		// Not domains: the HTTP kernel knows who is signed in and the frame that pages stand in, the engine who may what
		// and how messages reach the next page.
		"web":   {"account", "session", "access", "cms"},
		"admin": {"access", "session"},
	}
}

// level finds the place of a package, or that it has none.
func level(p string) (level int, known bool) {
	closest := ""
	for l, paths := range places() {
		for _, place := range paths {
			// app/web/site is below app/web and a page all the same
			if under(p, place) && len(place) > len(closest) {
				level, closest = l, place
			}
		}
	}
	if closest != "" {
		return level, true
	}
	_, known = mayImport()[domainOf(p)]
	return domain, known
}

// domainOf is the part of the path that names the domain: app/cms/block belongs to cms.
func domainOf(p string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(p, "app/"), "/")
	return name
}

// under reports whether the path is one of the places or below it. A place with a slash at its end has only what is
// below it; app, below which nearly everything is, has only itself.
func under(p string, places ...string) bool {
	return slices.ContainsFunc(places, func(place string) bool {
		above := strings.TrimSuffix(place, "/") + "/"
		return p == place || place != "app" && strings.HasPrefix(p, above)
	})
}

func checkLevels(p pack) (broken []string) {
	mine, known := level(p.Path)
	if !known {
		return []string{p.Path + ": the architecture has no place for this package; give it one in places or mayImport"}
	}
	for _, i := range p.Imports {
		theirs, _ := level(i)
		// Equals of these levels know each other, domains as checkDomains says; pages do not.
		equals := theirs == mine && (mine != page || under(i, p.Path) || under(p.Path, i))
		if theirs >= mine && !equals && !p.support() {
			broken = append(broken, fmt.Sprintf("%s imports %s, which is not below it", p.Path, i))
		}
	}
	return broken
}

func checkDomains(p pack) (broken []string) {
	mine := domainOf(p.Path)
	allowed, ordered := mayImport()[mine]
	if l, _ := level(p.Path); !ordered || l > engine || p.support() {
		return nil
	}
	for _, i := range p.Imports {
		theirs := domainOf(i)
		if l, _ := level(i); l == domain && theirs != mine && !slices.Contains(allowed, theirs) {
			broken = append(broken, fmt.Sprintf("%s imports %s, against the order of the domains", p.Path, i))
		}
	}
	return broken
}

// libraries says who may import what other people wrote, where not everybody may. Commands and test support may.
func libraries() map[string][]string {
	bun := []string{"app/admin", "app/staff", "app/database", "app/limit", "app/mail", "jobs"}
	for d := range mayImport() {
		if d != "web" {
			bun = append(bun, "app/"+d)
		}
	}
	return map[string][]string{
		"github.com/gin-gonic/gin":     {"app/web", "app/admin", "app/staff"},
		"github.com/gin-contrib":       {"app/web", "app/admin", "app/staff"},
		"github.com/uptrace/bun":       bun,
		"github.com/jackc/pgx":         {"app/database", "app/dev/postgres", "jobs"},
		"github.com/pressly/goose":     {"app/database"},
		"github.com/mailgun":           {"app/mail"},
		"github.com/minio":             {"storage", "app/dev/objects"},
		"github.com/kovidgoyal":        {"app/picture"},
		"github.com/gen2brain":         {"app/picture"},
		"github.com/versity/versitygw": {"app/dev/objects"},
		"github.com/vgarvardt/gue":     {"jobs"},
		"github.com/getsentry":         {"app/journal"},
		"github.com/prometheus":        {"app/metrics"},
		"github.com/gorilla/sessions":  {"app/session", "app/web"},
		"github.com/alecthomas/kong":   {"app"},
		"github.com/chromedp":          nil,
		"testing":                      nil,
	}
}

func checkLibraries(p pack) (broken []string) {
	if l, _ := level(p.Path); l == command || p.support() {
		return nil
	}
	for _, i := range p.Libraries {
		for library, users := range libraries() {
			if under(i, library) && !under(p.Path, users...) {
				broken = append(broken, fmt.Sprintf("%s imports %s, which only these may: %v", p.Path, i, users))
			}
		}
	}
	return broken
}

func checkTestSupport(p pack) (broken []string) {
	for _, i := range p.Imports {
		if (pack{Path: i}).support() && !p.support() {
			broken = append(broken, fmt.Sprintf("%s imports %s outside its tests", p.Path, i))
		}
	}
	return broken
}

// checkNames refuses packages that are named for what they hold together by chance.
func checkNames(p pack) (broken []string) {
	refused := []string{
		"base", "common", "core", "helper", "helpers", "lib", "misc", "model", "models", "shared", "type", "types", "util", "utils",
	}
	for _, part := range strings.Split(p.Path, "/") {
		if slices.Contains(refused, part) {
			broken = append(broken, fmt.Sprintf("%s: %q says nothing about what the package is for", p.Path, part))
		}
	}
	return broken
}
