// Package app puts the program together: settings, connections, services, jobs and routes, and one function for each
// command. It is the only place that knows everything.
package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"ams/app/account"
	"ams/app/admin"
	"ams/app/billing"
	"ams/app/billing/manual"
	"ams/app/clock"
	"ams/app/cms"
	"ams/app/database"
	"ams/app/dev/inbox"
	"ams/app/factor"
	"ams/app/lang"
	"ams/app/limit"
	"ams/app/mail"
	"ams/app/membership"
	"ams/app/metrics"
	"ams/app/organisation"
	"ams/app/privacy"
	"ams/app/profile"
	"ams/app/seal"
	"ams/app/session"
	"ams/app/staff"
	"ams/app/terms"
	"ams/app/web"
	"ams/app/web/accounts"
	"ams/app/web/dev"
	"ams/app/web/forum"
	"ams/app/web/invoices"
	"ams/app/web/memberships"
	"ams/app/web/organisations"
	"ams/app/web/site"
	termpages "ams/app/web/terms"
	"ams/jobs"
	"ams/static"
	"ams/storage"
	"ams/views"
)

// Outside is what the program talks to beside its database. Tests put servers of their own here.
type Outside struct {
	Clock clock.Clock
	Mail  mail.Transport
	Inbox *inbox.Inbox // shown below /dev; nil in production
	Log   *slog.Logger
	// Trace hears how long requests and jobs took; nil for nobody.
	Trace func(ctx context.Context, operation, name, outcome string, took time.Duration)
	// AfterHash runs behind each hash of a password, which keeps its room until then; nil for what the profile needs.
	AfterHash func()

	Metrics   *metrics.Metrics // counts; nil where nobody looks
	operators *operators       // hears of errors; nil where nobody is named
	// Provider stands between billing and the provider that the settings name; nil for nothing in between.
	Provider func(billing.Provider) billing.Provider
}

// App is the whole program on one database.
type App struct {
	Handler  http.Handler
	Registry *jobs.Registry
	People   *account.Service
	Staff    *admin.Admin
	Editor   *admin.Admin
	Content  *cms.Service
	Bills    *billing.Service
	Members  *membership.Service
	Orgs     *organisation.Service
	Factors  *factor.Service
	Profile  *profile.Service
	Terms    *terms.Service
	Privacy  *privacy.Service

	cfg     Config
	db      *database.DB
	out     Outside
	queue   *jobs.Queue
	views   *views.Set
	buckets storage.Buckets
	letters *mail.Post
}

// New composes the program. Everything that is bound by name is checked here, so that a mistake stops the start.
func New(cfg Config, db *database.DB, out Outside) (*App, error) {
	assets, err := static.Load()
	if err != nil {
		return nil, err
	}
	texts, err := lang.Load()
	if err != nil {
		return nil, err
	}
	languages := lang.NewLanguages(cfg.Site.Languages)
	var translators []views.Translator
	for _, l := range languages.Enabled() {
		translators = append(translators, texts.Translator(l))
	}
	set, err := views.Load(views.FS, assets, translators...)
	if err != nil {
		return nil, err
	}
	a := &App{cfg: cfg, db: db, out: out, views: set, Registry: jobs.NewRegistry()}
	a.queue = jobs.NewQueue(a.Registry)
	post, err := a.post(translators)
	if err != nil {
		return nil, err
	}
	a.letters = post
	a.Content = cms.New(db.DB, out.Clock, set, cms.Config{
		Languages: languages.Enabled(), Domain: cfg.Site.Domain, Port: cfg.Site.Port, Off: []string{"events", "resources"},
	}, out.Log)
	if a.buckets, err = cfg.Objects.open(); err != nil {
		return nil, err
	}
	a.buckets.Jobs(a.Registry)
	if err := a.admit(post, languages, texts); err != nil {
		return nil, err
	}
	a.Profile = profile.New(db.DB, out.Clock)
	a.Orgs = organisation.New(db.DB, out.Clock, post, a.People, organisation.Config{
		NotifyStaff: cfg.Members.NotifyOfOrganisations, Texts: texts.Translator, Address: a.address,
		Desk: func(id int64) string { return cfg.Site.BaseURL + a.Staff.Address("organisations.organisation", id) },
	})
	a.sell(post, texts)
	a.Terms = terms.New(db.DB, out.Clock)
	a.protect(post, texts)
	kernel, err := a.kernel(languages, texts, set)
	if err != nil {
		return nil, err
	}
	a.mount(kernel, assets, languages)
	a.Content.Reserve(kernel.Mounts())
	a.Handler = kernel.Handler()
	out.Metrics.Ask(a.backlog())
	return a, errors.Join(set.Err(), post.Err(), a.Registry.Err(), a.Orgs.Err(), a.Staff.Check(), a.Editor.Check())
}

// mount gives every area its addresses.
func (a *App) mount(kernel *web.Web, assets *static.Files, languages lang.Languages) {
	accounts.New(accounts.Domains{
		People: a.People, Factors: a.Factors, Members: a.Members, Orgs: a.Orgs, Questions: a.Profile, Privacy: a.Privacy,
		Desk: func(person int64) string { return a.Staff.Address("users.user", person) },
	}, a.out.Clock, a.views).Routes(kernel)
	memberships.New(a.Members, a.Orgs, a.out.Clock, a.views).Routes(kernel)
	organisations.New(a.Orgs, a.Members, a.out.Clock, a.views).Routes(kernel)
	invoices.New(a.Bills, a.views).Routes(kernel)
	forum.New(forum.Config{
		Origin: a.cfg.Forum.Origin, Secret: a.cfg.Forum.Secret.Reveal(), Picture: a.pictures().URL,
	}, a.People, a.Members, a.out.Log).Routes(kernel)
	termpages.New(a.Terms, a.Content, a.views).Routes(kernel)
	a.administer(kernel, languages)
	site.New(assets, a.Content, site.Health{
		Database: a.db.PingContext,
		Pending:  func(ctx context.Context) (int, error) { return database.Pending(ctx, a.db) },
	}).Routes(kernel)
	if a.out.Inbox != nil {
		dev.New(a.out.Inbox, a.views).Routes(kernel)
	}
}

// administer mounts where the association and its website are looked after.
func (a *App) administer(kernel *web.Web, languages lang.Languages) {
	domains := staff.Domains{
		People: a.People, Members: a.Members, Orgs: a.Orgs, Bills: a.Bills, Factors: a.Factors, Questions: a.Profile, Terms: a.Terms, Privacy: a.Privacy,
		Links: a.Content.Links, Clock: a.out.Clock, Database: a.db.DB,
	}
	a.Staff = admin.New(a.db.DB, a.out.Clock, a.views, staff.Office(a.cfg.Site.Admin))
	a.Editor = admin.New(a.db.DB, a.out.Clock, a.views, staff.Editor())
	a.Staff.Beside(a.Editor)
	a.Members.KeepHistory(a.Staff.Note)
	staff.Declare(a.Staff, domains, languages.Enabled())
	staff.DeclareEditor(a.Editor, domains, languages.Enabled())
	a.Staff.Routes(kernel)
	a.Editor.Routes(kernel)
}

// Buckets are where files lie; nil ones where none are configured.
func (a *App) Buckets() storage.Buckets { return a.buckets }

// address is the absolute address of a path in a language, for letters: it never trusts a request.
func (a *App) address(l lang.Locale, path string) string {
	return a.cfg.Site.BaseURL + "/" + string(l) + path
}

// desk is the absolute address of a membership in the administration, for letters to staff.
func (a *App) desk(m billing.Ref) string {
	if m.Organisation != 0 {
		return a.cfg.Site.BaseURL + a.Staff.Address("memberships.organisationmembership", m.Organisation)
	}
	return a.cfg.Site.BaseURL + a.Staff.Address("memberships.individualmembership", m.Individual)
}

func (a *App) post(translators []views.Translator) (*mail.Post, error) {
	mail.NewCourier(a.db.DB, a.out.Clock, a.out.Mail, a.out.Metrics.Mail).Jobs(a.Registry)
	a.registerCleanup()
	return mail.New(mail.Config{
		From: a.cfg.Mail.From, SubjectPrefix: a.cfg.Mail.SubjectPrefix, BaseURL: a.cfg.Site.BaseURL,
		Association: cms.LetterName,
	}, a.out.Clock, a.queue, views.FS, translators...)
}

// admit prepares who people are and how they come in.
func (a *App) admit(post *mail.Post, languages lang.Languages, texts *lang.Catalogues) (err error) {
	a.People, err = account.New(a.db.DB, a.out.Clock, a.queue, post, account.Config{
		Secret: a.cfg.Security.Key("account"), ResetSecret: a.cfg.Security.Key("password reset"), EndSessions: session.EndAll,
		Open: a.cfg.Site.Open, Languages: languages.Enabled(), Address: a.address,
		Texts: texts.Translator, Pictures: a.buckets.Public,
		HashesAtOnce: 1, AfterHash: a.afterHash(), // each takes 19 MiB: a storm of sign-ins waits instead of growing the process
	})
	if err != nil {
		return err
	}
	a.People.Jobs(a.Registry)
	a.Factors, err = factor.New(a.db.DB, a.out.Clock, a.People, factor.Config{
		Key: a.cfg.Security.Key("second factor"), Issuer: a.issuer,
	})
	return err
}

// afterHash returns memory to the system, which takes as long as the heap is large: small in a deployment, but not where
// many sites run in one process, as in tests.
func (a *App) afterHash() func() {
	if a.out.AfterHash == nil && a.cfg.Profile == Production {
		return debug.FreeOSMemory
	}
	return a.out.AfterHash
}

// issuer names the association in authenticator apps.
func (a *App) issuer(ctx context.Context, in lang.Locale) (string, error) {
	short, err := cms.ShortName(ctx, a.db, in)
	if err != nil {
		return "", err
	}
	long, err := cms.LetterName(ctx, a.db, in)
	return cmp.Or(short, a.cfg.Security.Issuer, long, a.cfg.Site.Domain), err
}

// proof is where somebody shows once more who they are: with their password, else with a code of their app.
func (a *App) proof(ctx context.Context, p account.Person) (string, error) {
	has, err := a.People.HasPassword(ctx, p)
	if has || err != nil {
		return accounts.PasswordProofPath, err
	}
	on, err := factor.On(ctx, a.db, p.ID)
	if !on || err != nil {
		return "", err
	}
	return accounts.CodeProofPath, nil
}

// sell prepares what people buy and how they pay for it.
func (a *App) sell(post *mail.Post, texts *lang.Catalogues) {
	var provider billing.Provider
	if a.cfg.Billing.Development {
		provider = manual.New(a.db.DB, post, texts.Translator)
	}
	if provider != nil && a.out.Provider != nil {
		provider = a.out.Provider(provider)
	}
	a.Bills = billing.New(a.db.DB, a.out.Clock, a.queue, post, a.People, provider, billing.Config{
		Mailable: a.cfg.Billing.MayMail, Texts: texts.Translator, Address: a.address, Desk: a.desk, Observe: a.billed,
		Failed: func() string { return a.cfg.Site.BaseURL + a.Staff.List("billing.purchase", "state=FAILED") },
	})
	a.Members = membership.New(a.db.DB, a.out.Clock, a.queue, post, a.People, a.Bills, a.Profile, membership.Config{
		FreeNeedsApproval: a.cfg.Members.FreeNeedsApproval, NotifyStaff: a.cfg.Members.NotifyStaff,
		Texts: texts.Translator, Address: a.address, Desk: a.desk,
	})
	a.Orgs.Serve(organisation.Memberships{Full: a.Members.Full, CancelAll: a.Members.CancelAll, Discard: a.Members.DiscardAll})
	a.Bills.Jobs(a.Registry)
	a.Members.Jobs(a.Registry)
}

// protect prepares what people may ask about their own data.
func (a *App) protect(post *mail.Post, texts *lang.Catalogues) {
	a.Privacy = privacy.New(a.db.DB, a.out.Clock, a.queue, post, privacy.Domains{People: a.People, Bills: a.Bills, Members: a.Members}, privacy.Config{
		Buckets: a.buckets, Address: a.address, Texts: texts.Translator,
		Desk: func(person int64) string { return a.cfg.Site.BaseURL + a.Staff.Address("users.user", person) },
	})
	a.Privacy.Jobs(a.Registry)
}

func (a *App) kernel(languages lang.Languages, texts *lang.Catalogues, set *views.Set) (*web.Web, error) {
	secure := a.cfg.Profile == Production
	box, err := seal.New(a.cfg.Security.Key("session contents"))
	if err != nil {
		return nil, err
	}
	sessions := session.NewStore(a.db.DB, a.out.Clock, session.Config{
		CookieKey: a.cfg.Security.Key("session cookie"), FingerprintKey: a.cfg.Security.Key("session fingerprint"), Box: box,
		Secure: secure, Along: cms.VersionSQL,
	})
	w, err := web.New(web.Config{
		BaseURL: a.cfg.Site.BaseURL, Hosts: a.cfg.HTTP.Hosts, TrustedProxies: a.cfg.HTTP.ProxyCount,
		TrustedOrigins: a.cfg.HTTP.Origins, FormTargets: a.cfg.Forum.Targets(), Secure: secure, RedirectHTTPS: a.cfg.HTTP.SecureOnly,
		HSTSSubdomains: a.cfg.HTTP.HSTSSubdomains, HSTSPreload: a.cfg.HTTP.HSTSPreload, SignUp: a.cfg.Site.Open, Desks: []web.Desk{staff.Office(a.cfg.Site.Admin).Desk, staff.Editor().Desk},
	}, web.Parts{
		Views: set, Languages: languages, Texts: texts, Sessions: sessions, Site: a.Content, Pictures: a.pictures(),
		Member: a.Members.IsMember, Owes: a.Terms.Owes,
		Proof: a.proof,
		Take: func(ctx context.Context, key string, r limit.Rule) (bool, time.Duration, error) {
			return limit.Take(ctx, a.db, key, a.out.Clock.Now(), r)
		},
		Log: a.out.Log, Observe: a.served,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare the web server: %w", err)
	}
	return w, nil
}
