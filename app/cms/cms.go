// Package cms holds the public pages of an association: the page tree with its blocks, menus, names and theme, one site for
// each language. What visitors see is kept in memory until the version of the content rises.
package cms

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/uptrace/bun"

	"ams/app/clock"
	"ams/app/cms/block"
	"ams/app/fault"
	"ams/app/lang"
	"ams/views"
)

// Product is the name where the association has none.
const Product = "Association Management Software"

// ErrNoRoot says that the database was emptied, or never migrated.
var ErrNoRoot = errors.New("the page tree has no root: run migrate or ensure_cms_root first")

// Config is what the pages take from the settings.
type Config struct {
	Languages []lang.Locale // enabled, in the order of the switches
	Domain    string        // SITE_DOMAIN, recorded with the sites
	Port      int           // SITE_PORT, likewise
	Off       []string      // modules that are switched off: "events", "resources"
}

// Mounts are the first segments of the addresses that the router serves itself.
type Mounts struct {
	Bare     []string // without a language: "billing", "static"
	Prefixed []string // under the language: "accounts", "users"
}

// Service answers what pages, menus and themes look like.
type Service struct {
	db     *bun.DB
	clock  clock.Clock
	cfg    Config
	log    *slog.Logger
	blocks block.Sets
	body   views.Part[views.BlockPage]
	mounts atomic.Pointer[Mounts]
	frames *shelf[lang.Locale, *Frame]
	pages  *shelf[pageKey, Page]
	styles styles
}

// pagesKept bounds the memory of rendered pages; a site of an association has fewer.
const pagesKept = 256

// New binds the templates of all blocks; Set.Err tells which are missing.
func New(db *bun.DB, c clock.Clock, set *views.Set, cfg Config, log *slog.Logger) *Service {
	s := &Service{
		db: db, clock: c, cfg: cfg, log: log,
		blocks: block.Bind(set),
		body:   views.BindPart[views.BlockPage](set, "block/page"),
		frames: newShelf[lang.Locale, *Frame](len(lang.Available())),
		pages:  newShelf[pageKey, Page](pagesKept),
	}
	s.mounts.Store(&Mounts{})
	return s
}

// Reserve tells what the router serves itself, once all routes are there: pages directly below a home page may not have
// these slugs, and links to addresses without a language keep them.
func (s *Service) Reserve(m Mounts) { s.mounts.Store(&m) }

// Reserved are the slugs that a page directly below a home page may not have, sorted.
func (s *Service) Reserved() []string {
	m := s.mounts.Load()
	all := slices.Concat(m.Bare, m.Prefixed)
	for _, l := range s.cfg.Languages {
		all = append(all, string(l))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (s *Service) set(pageType string) block.Set {
	if pageType == typeHome {
		return s.blocks.Home
	}
	return s.blocks.Content
}

// skipped notes a block that visitors do not see.
func (s *Service) skipped(page int64) func(block.Skipped) {
	return func(b block.Skipped) {
		s.log.Warn("block left out", "page", page, "block", b.ID, "type", b.Type, "error", b.Err)
	}
}

func noPage() error { return fault.NotFound(lang.M("There is no page at this address.")) }

// firstSegment gives the first segment of a path without query and fragment.
func firstSegment(path string) string {
	path, _, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path = path[:i]
	}
	return path
}
