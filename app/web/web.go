// Package web is the HTTP kernel: it turns requests into a Ctx, handlers' answers into pages or fragments, and errors
// into the right status on a themed page. It knows no page of its own but those of errors.
package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"

	"ams/app/account"
	"ams/app/cms"
	"ams/app/lang"
	"ams/app/limit"
	"ams/app/session"
	"ams/views"
)

// Config is what the kernel takes from the settings.
type Config struct {
	BaseURL        string   // scheme, host and port of absolute addresses
	Hosts          []string // allowed Host headers: exact, ".example.org" with its subdomains, or "*"
	TrustedProxies int      // hops at the right end of X-Forwarded-For that are ours
	TrustedOrigins []string // more origins whose forms are accepted, usually none
	FormTargets    []string // origins that the answer to a form may lead to; browsers stop redirects to others
	Secure         bool     // the site is reached by HTTPS: strict transport security, secure cookies
	RedirectHTTPS  bool     // plain HTTP is sent to HTTPS
	HSTSSubdomains bool
	HSTSPreload    bool
	SignUp         bool          // the header offers it
	Desks          []Desk        // where things are looked after, in the order of menus
	TimeLimit      time.Duration // of one request; 0 means 30 seconds
	BodyLimit      int64         // in bytes; 0 means one mebibyte
}

// Web is the kernel. Areas mount their routes on Localised or Plain, then Handler serves.
type Web struct {
	cfg       Config
	engine    *gin.Engine
	languages lang.Languages
	texts     map[lang.Locale]*lang.Translator
	sessions  *session.Store
	site      *cms.Service
	pictures  Pictures
	member    func(context.Context, account.Person) (bool, error)
	proof     func(context.Context, account.Person) (string, error)
	owes      func(context.Context, account.Person) (bool, error)
	take      func(context.Context, string, limit.Rule) (bool, time.Duration, error)
	log       *slog.Logger
	observe   func(context.Context, Served)
	origin    *http.CrossOriginProtection
	routes    routes
	layout    views.Part[views.Shell]
	staff     views.Part[views.Shell]
	bare      views.Part[views.Bare]
	failure   views.Page[errorPage]
	messages  views.Part[views.Messages]
	content   views.Page[views.Content]
}

// Parts are what the kernel works with.
type Parts struct {
	Views     *views.Set
	Languages lang.Languages
	Texts     *lang.Catalogues
	Sessions  *session.Store
	Site      *cms.Service
	Pictures  Pictures
	Member    func(context.Context, account.Person) (bool, error) // whether everything for members is open to somebody
	// Proof is the page, below the language, on which somebody proves once more who they are; "" for people who have
	// nothing to prove it with.
	Proof func(context.Context, account.Person) (string, error)
	Owes  func(context.Context, account.Person) (bool, error) // whether somebody has terms to accept
	// Take counts an act under a key, or says after which time the rule allows another one.
	Take    func(ctx context.Context, key string, r limit.Rule) (ok bool, after time.Duration, err error)
	Log     *slog.Logger
	Observe func(context.Context, Served) // hears of every request once it is answered; nil for nobody
}

// Pictures says where browsers find the pictures of people. The zero Pictures: nowhere.
type Pictures struct {
	Origin string                  // scheme and host, for the content policy
	URL    func(key string) string // of an object
	// Missing hears of a person whose thumbnail a page would have shown, if there were one.
	Missing func(ctx context.Context, p account.Person)
}

// Served is a request that was answered.
type Served struct {
	Method, Route string // the route as it was mounted, "" where nothing is
	Status        int
	Took          time.Duration
}

// New prepares a kernel without routes.
func New(cfg Config, p Parts) (*Web, error) {
	if cfg.TimeLimit == 0 {
		cfg.TimeLimit = 30 * time.Second
	}
	if cfg.BodyLimit == 0 {
		cfg.BodyLimit = 1 << 20
	}
	w := &Web{
		cfg: cfg, languages: p.Languages, texts: map[lang.Locale]*lang.Translator{}, sessions: p.Sessions, site: p.Site, pictures: p.Pictures,
		member: p.Member, owes: p.Owes, take: p.Take, proof: p.Proof, log: p.Log, observe: p.Observe, origin: http.NewCrossOriginProtection(),
		routes:  routes{uploads: map[string]int64{}},
		layout:  views.BindPart[views.Shell](p.Views, "layout/site"),
		staff:   views.BindPart[views.Shell](p.Views, "layout/staff"),
		bare:    views.BindPart[views.Bare](p.Views, "layout/bare"),
		failure: views.BindPage[errorPage](p.Views, "error/page"), messages: views.BindPart[views.Messages](p.Views, "shared/messages"),
		content: views.BindPage[views.Content](p.Views, "site/page"),
	}
	for _, o := range cfg.TrustedOrigins {
		if err := w.origin.AddTrustedOrigin(o); err != nil {
			return nil, err
		}
	}
	for _, l := range p.Languages.Enabled() {
		w.texts[l] = p.Texts.Translator(l)
	}
	w.engine = w.newEngine()
	return w, nil
}

func (w *Web) newEngine() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.RedirectTrailingSlash = false // it would take slashes away; missing answers them
	e.HandleMethodNotAllowed = true
	e.UseRawPath = true // an encoded slash is part of a name, not of the path
	e.UnescapePathValues = true
	e.Use(w.begin, gin.CustomRecoveryWithWriter(io.Discard, w.panicked), w.guard) // so that a request that broke is logged
	e.NoRoute(w.adapt(w.missing))
	e.NoMethod(w.adapt(w.wrongMethod))
	return e
}

// Handler serves every request that the mounted areas, the content pages and the error pages answer.
func (w *Web) Handler() http.Handler { return w.engine }

// panicked answers for a handler that broke.
func (w *Web) panicked(g *gin.Context, cause any) {
	if cause == http.ErrAbortHandler {
		panic(cause)
	}
	w.apologise(ctxOf(g), fmt.Errorf("panic: %v", cause), "stack", string(debug.Stack()))
}
