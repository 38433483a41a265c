package app

import (
	"math"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ams/app/lang"
)

// shortestKey is the least number of characters of the secret that all keys come from.
const shortestKey = 32

// shortestForumSecret is what the forum asks for, too.
const shortestForumSecret = 10

// hostName is a name or an IPv4 address, without port.
var hostName = regexp.MustCompile(`^(?i)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

// pathParts is a path without slashes around it.
var pathParts = regexp.MustCompile(`^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$`)

// ReadConfig reads every setting. The error is of type Problems and names all that is wrong at once.
func ReadConfig(getenv func(string) string) (Config, error) {
	e := newEnvironment(getenv)
	c := Config{Profile: e.profile, Deployed: e.flag("DEPLOYED") || e.profile == Production}
	c.LogLevel = e.logLevel()
	c.Site = e.site(c.Deployed)
	c.HTTP = e.http(c.Site)
	c.Database = e.database()
	c.Security = e.security()
	c.Mail = e.mail()
	c.Members = MembersConfig{
		FreeNeedsApproval:     e.flag("AMS_REQUIRE_FREE_MEMBERSHIP_APPROVAL"),
		NotifyStaff:           e.flag("AMS_NOTIFY_STAFF_MEMBERSHIP_EVENTS"),
		NotifyOfOrganisations: e.flag("AMS_NOTIFY_STAFF_ORGANISATION_EVENTS"),
	}
	c.Billing = e.billing()
	c.Forum = e.forum()
	c.Objects = ObjectsConfig{Public: e.bucket("PUBLIC"), Private: e.bucket("PRIVATE")}
	c.Sentry = e.sentry()
	c.Logtail = e.logtail()
	c.Metrics = e.metrics()
	c.Worker = WorkerConfig{
		Concurrency: e.whole("AMS_WORKER_CONCURRENCY", 1, 16),
		Poll:        time.Duration(e.whole("AMS_WORKER_POLL_SECONDS", 1, 60)) * time.Second,
		Embedded:    e.flag("AMS_WORKER_EMBEDDED"),
	}
	c.Samples = SampleConfig{
		AdminEmail: e.address("SAMPLE_DATA_ADMIN_EMAIL"), AdminPassword: e.secret("SAMPLE_DATA_ADMIN_PASSWORD"),
		UserEmail: e.address("SAMPLE_DATA_USER_EMAIL"), UserPassword: e.secret("SAMPLE_DATA_USER_PASSWORD"),
	}
	c.Dev = e.dev()
	c.Warnings = e.warnings
	if len(e.problems) > 0 {
		return Config{}, e.problems
	}
	return c, nil
}

func (e *environment) site(deployed bool) SiteConfig {
	s := SiteConfig{
		Domain: e.fitting("SITE_DOMAIN", hostName.MatchString, "must be a host name without scheme, port and path"),
		Port:   e.whole("SITE_PORT", 1, math.MaxUint16),
		Open:   e.flag("DJANGO_ACCOUNT_ALLOW_REGISTRATION"),
		Admin:  e.adminPath(),
	}
	switch {
	case deployed:
		s.BaseURL = "https://" + s.Domain
	case s.Port == 80 || s.Port == 443:
		s.BaseURL = "http://" + s.Domain
	default:
		s.BaseURL = "http://" + net.JoinHostPort(s.Domain, strconv.Itoa(s.Port))
	}
	const languages = "AMS_ENABLED_LANGUAGES"
	for _, code := range e.list(languages) {
		if l := lang.Locale(code); slices.Contains(lang.Available(), l) && !slices.Contains(s.Languages, l) {
			s.Languages = append(s.Languages, l)
		}
	}
	if !slices.Contains(s.Languages, lang.Default) {
		e.refuse(languages, "must name en among its languages")
	}
	return s
}

// adminPath takes a path with or without the slashes around it.
func (e *environment) adminPath() string {
	e.flag("DJANGO_ADMIN_FORCE_ALLAUTH") // installations set it; there is no other way in than the one it asks for
	const must = "must be a path of letters, digits, hyphens and underscores whose first part no other page uses"
	fits := func(s string) bool {
		path := strings.TrimSuffix(strings.TrimPrefix(s, "/"), "/")
		first, _, _ := strings.Cut(path, "/")
		return pathParts.MatchString(path) && !slices.Contains(takenByOthers(), first)
	}
	path := strings.TrimSuffix(strings.TrimPrefix(e.fitting("DJANGO_ADMIN_URL", fits, must), "/"), "/")
	return path + "/"
}

// takenByOthers are the first parts of addresses that are not the administration's.
func takenByOthers() []string {
	taken := strings.Fields("_util accounts billing cms cms-documents dev events favicon.ico forum healthz livez organisations readyz " +
		"resources robots.txt sitemap.xml static terms theme users 400 403 404 500")
	for _, l := range lang.Available() {
		taken = append(taken, string(l))
	}
	return taken
}

func (e *environment) http(site SiteConfig) HTTPConfig {
	h := HTTPConfig{
		Listen:         net.JoinHostPort("0.0.0.0", strconv.Itoa(e.whole("PORT", 1, math.MaxUint16))),
		Hosts:          e.list("DJANGO_ALLOWED_HOSTS"),
		Origins:        []string{site.BaseURL},
		ProxyCount:     e.whole("AMS_TRUSTED_PROXY_COUNT", 0, 10),
		SecureOnly:     e.flag("DJANGO_SECURE_SSL_REDIRECT"),
		HSTSSubdomains: e.flag("DJANGO_SECURE_HSTS_INCLUDE_SUBDOMAINS"),
		HSTSPreload:    e.flag("DJANGO_SECURE_HSTS_PRELOAD"),
		NoSniff:        e.flag("DJANGO_SECURE_CONTENT_TYPE_NOSNIFF"),
	}
	for _, host := range h.Hosts {
		if host != "*" && !hostName.MatchString(strings.TrimPrefix(host, ".")) {
			e.refuse("DJANGO_ALLOWED_HOSTS", "must be a list of host names without scheme and port")
			break
		}
	}
	if e.profile == Production {
		return h
	}
	if tunnel := e.fitting("NGROK_HOST", hostName.MatchString, "must be a host name"); tunnel != "" {
		h.Hosts = append(h.Hosts, tunnel)
		h.Origins = append(h.Origins, "https://"+tunnel)
	}
	return h
}

func (e *environment) security() SecurityConfig {
	const name = "DJANGO_SECRET_KEY"
	long := func(key string) bool { return e.profile != Production || len(key) >= shortestKey }
	return SecurityConfig{
		Master: Secret(e.fitting(name, long, "is too short: it takes at least 32 characters")), Issuer: e.text("MFA_TOTP_ISSUER"),
	}
}

func (e *environment) billing() BillingConfig {
	const class, long = "AMS_BILLING_SERVICE_CLASS", "ams.billing.providers.mock.MockBillingService"
	chosen := e.choice(class, "none", "mock", long)
	b := BillingConfig{Development: chosen != "none"}
	pattern := func(s string) (ok bool) {
		var err error
		b.Mailable, err = regexp.Compile(s)
		return err == nil
	}
	e.fitting("AMS_BILLING_EMAIL_WHITELIST_REGEX", pattern, "must be a regular expression (RE2)")
	return b
}

// forum needs both of its settings or none.
func (e *environment) forum() (f ForumConfig) {
	const domain, secret = "DISCOURSE_REDIRECT_DOMAIN", "DISCOURSE_CONNECT_SECRET"
	origin := func(s string) bool {
		u, err := url.Parse(s)
		if err != nil || !webAddress(s) || !hostName.MatchString(u.Hostname()) || strings.Trim(u.Path, "/") != "" ||
			u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return false
		}
		f.Origin = u.Scheme + "://" + u.Host
		return true
	}
	long := func(s string) bool { return utf8.RuneCountInString(s) >= shortestForumSecret }
	given := e.fitting(domain, origin, "must be scheme and host of the forum and nothing after them")
	f.Secret = Secret(e.fitting(secret, long, "is too short: it takes at least 10 characters"))
	switch {
	case given != "" && f.Secret == "":
		e.refuse(secret, "is missing, while "+domain+" is given")
	case given == "" && f.Secret != "":
		e.refuse(domain, "is missing, while "+secret+" is given")
	}
	return f
}

func (e *environment) dev() DevConfig {
	if e.profile == Production {
		if e.value("AMS_DEV_NOW") != "" {
			e.refuse("AMS_DEV_NOW", "must be empty in production")
		}
		return DevConfig{}
	}
	d := DevConfig{
		Dir: e.text("AMS_DEV_DIR"), SampleData: e.flag("AMS_DEV_SAMPLE_DATA"), PostgresBin: e.text("AMS_PG_BIN"),
	}
	instant := func(s string) (ok bool) {
		at, err := time.Parse(time.RFC3339, s)
		d.Now = at
		return err == nil
	}
	e.fitting("AMS_DEV_NOW", instant, "must be an instant as in RFC 3339")
	return d
}

func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
