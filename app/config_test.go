package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ams/app"
	"ams/app/lang"
)

// productionEnv is an environment with exactly what production needs.
func productionEnv() map[string]string {
	return map[string]string{
		"SITE_DOMAIN": "members.example.org", "DJANGO_SECRET_KEY": strings.Repeat("s3cret", 8),
		"POSTGRES_HOST": "db.example.org", "POSTGRES_DB": "ams", "POSTGRES_USER": "ams", "POSTGRES_PASSWORD": "p@ss/word?",
		"MAILGUN_API_KEY": "key-hidden", "MAILGUN_DOMAIN": "mg.example.org", "SENTRY_DSN": "off", "LOGTAIL_SOURCE_TOKEN": "off",
		"DJANGO_ADMIN_URL":                "/office",
		"DJANGO_MEDIA_PUBLIC_BUCKET_NAME": "public", "DJANGO_MEDIA_PUBLIC_ENDPOINT_URL": "https://syd1.example.org/",
		"DJANGO_MEDIA_PUBLIC_ACCESS_KEY": "public-key", "DJANGO_MEDIA_PUBLIC_SECRET_KEY": "public-secret",
		"DJANGO_MEDIA_PRIVATE_BUCKET_NAME": "private", "DJANGO_MEDIA_PRIVATE_ENDPOINT_URL": "https://syd1.example.org",
		"DJANGO_MEDIA_PRIVATE_ACCESS_KEY": "private-key", "DJANGO_MEDIA_PRIVATE_SECRET_KEY": "private-secret",
	}
}

// env gives a getenv over the environment and some more variables.
func env(base map[string]string, pairs ...string) func(string) string {
	all := maps.Clone(base)
	if all == nil {
		all = map[string]string{}
	}
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return all[name] }
}

func localEnv(pairs ...string) func(string) string {
	return env(nil, append([]string{"DJANGO_SETTINGS_MODULE", "config.settings.local"}, pairs...)...)
}

func readConfig(t *testing.T, getenv func(string) string) app.Config {
	t.Helper()
	c, err := app.ReadConfig(getenv)
	if err != nil {
		t.Fatalf("ReadConfig() = %v, want no error", err)
	}
	return c
}

func TestReadConfigProfiles(t *testing.T) {
	t.Parallel()
	t.Run("Production", func(t *testing.T) {
		t.Parallel()
		c := readConfig(t, env(productionEnv()))
		site := app.SiteConfig{
			Domain: "members.example.org", Port: 80, BaseURL: "https://members.example.org",
			Languages: []lang.Locale{lang.EN}, Open: true, Admin: "office/",
		}
		http := app.HTTPConfig{
			Listen: "0.0.0.0:5000", Hosts: []string{"members.example.org"}, Origins: []string{"https://members.example.org"},
			ProxyCount: 1, SecureOnly: true, HSTSSubdomains: true, HSTSPreload: true, NoSniff: true,
		}
		worker := app.WorkerConfig{Concurrency: 1, Poll: 5 * time.Second}
		for _, diff := range []string{
			cmp.Diff(site, c.Site), cmp.Diff(http, c.HTTP), cmp.Diff(worker, c.Worker), cmp.Diff(app.DevConfig{}, c.Dev),
		} {
			if diff != "" {
				t.Errorf("ReadConfig(production): -want +got\n%s", diff)
			}
		}
		if !c.Deployed || c.Mail.Inbox || c.Sentry.DSN != "" || c.LogLevel != slog.LevelInfo {
			t.Errorf("ReadConfig(production) = %+v, want deployed, no inbox, no error sink, log from INFO", c)
		}
		if c.Objects.Public.Endpoint != "https://syd1.example.org" || c.Objects.Private.Region != "us-east-1" {
			t.Errorf("ReadConfig(production).Objects = %+v, want no slash at the end, the default region", c.Objects)
		}
	})
	t.Run("Local", func(t *testing.T) {
		t.Parallel()
		c := readConfig(t, localEnv())
		if c.Site.BaseURL != "http://localhost:8000" || c.HTTP.SecureOnly || c.Deployed || !c.Mail.Inbox {
			t.Errorf("ReadConfig(local) = %+v, want http on the port listened on, not deployed, with an inbox", c)
		}
		if c.Database.URL != "" || c.Objects.Given() || c.Dev.Dir != ".dev" || !c.Dev.SampleData || !c.Worker.Embedded {
			t.Errorf("ReadConfig(local) = %+v, want no database and no store, and the defaults of `ams dev`", c)
		}
		if want := []string{"localhost", "0.0.0.0", "127.0.0.1"}; !slices.Equal(c.HTTP.Hosts, want) {
			t.Errorf("ReadConfig(local).HTTP.Hosts = %v, want %v", c.HTTP.Hosts, want)
		}
	})
	t.Run("Test", func(t *testing.T) {
		t.Parallel()
		c := readConfig(t, env(nil, "DJANGO_SETTINGS_MODULE", "config.settings.test"))
		if c.Profile != app.Test || c.Site.BaseURL != "http://ams.com" {
			t.Errorf("ReadConfig(test) = %q at %q, want test at http://ams.com", c.Profile, c.Site.BaseURL)
		}
	})
	t.Run("EmptyIsUnset", func(t *testing.T) {
		t.Parallel()
		empty := map[string]string{}
		for _, s := range app.Settings() {
			empty[s.Name] = ""
		}
		if diff := cmp.Diff(readConfig(t, localEnv()), readConfig(t, env(empty, "DJANGO_SETTINGS_MODULE", "local"))); diff != "" {
			t.Errorf("ReadConfig(all empty) differs from ReadConfig(nothing set): -want +got\n%s", diff)
		}
	})
}

func TestReadConfigValues(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		getenv func(string) string
		got    func(app.Config) any
		want   any
	}{
		{"Flag1", localEnv("DEPLOYED", "1"), func(c app.Config) any { return c.Deployed }, true},
		{"FlagYes", localEnv("DEPLOYED", " YES "), func(c app.Config) any { return c.Deployed }, true},
		{"Flag0", localEnv("AMS_DEV_SAMPLE_DATA", "0"), func(c app.Config) any { return c.Dev.SampleData }, false},
		{"FlagOther", localEnv("AMS_DEV_SAMPLE_DATA", "off"), func(c app.Config) any { return c.Dev.SampleData }, false},
		{"ProductionIsDeployed", env(productionEnv(), "DEPLOYED", "False"), func(c app.Config) any { return c.Deployed }, true},
		{"Port", localEnv("PORT", "3000"), func(c app.Config) any { return c.Site.BaseURL }, "http://localhost:3000"},
		{"SitePort", localEnv("PORT", "3000", "SITE_PORT", "4000"), func(c app.Config) any { return c.Site.BaseURL }, "http://localhost:4000"},
		{"SitePort443", localEnv("SITE_PORT", "443"), func(c app.Config) any { return c.Site.BaseURL }, "http://localhost"},
		{"DeployedHasNoPort", localEnv("DEPLOYED", "True"), func(c app.Config) any { return c.Site.BaseURL }, "https://localhost"},
		{
			"Languages", localEnv("AMS_ENABLED_LANGUAGES", " mi,, en,fr,mi"),
			func(c app.Config) any { return c.Site.Languages },
			[]lang.Locale{lang.MI, lang.EN},
		},
		{
			"Tunnel", localEnv("NGROK_HOST", "abc.ngrok-free.dev"), func(c app.Config) any { return c.HTTP.Origins },
			[]string{"http://localhost:8000", "https://abc.ngrok-free.dev"},
		},
		{
			"NoTunnelInProduction", env(productionEnv(), "NGROK_HOST", "abc.ngrok-free.dev"),
			func(c app.Config) any { return c.HTTP.Hosts },
			[]string{"members.example.org"},
		},
		{
			"Hosts", env(productionEnv(), "DJANGO_ALLOWED_HOSTS", "a.example, .example.org,*"),
			func(c app.Config) any { return c.HTTP.Hosts },
			[]string{"a.example", ".example.org", "*"},
		},
		{"Prefix", localEnv("DJANGO_EMAIL_SUBJECT_PREFIX", "[AMS] "), func(c app.Config) any { return c.Mail.SubjectPrefix }, "[AMS] "},
		{"OneUse", localEnv("CONN_MAX_AGE", "0"), func(c app.Config) any { return c.Database.Lifetime < 0 }, true},
		{"LogLevel", localEnv("DJANGO_LOG_LEVEL", "warning"), func(c app.Config) any { return c.LogLevel }, slog.LevelWarn},
		{
			"Now", localEnv("AMS_DEV_NOW", "2026-01-31T09:00:00+13:00"), func(c app.Config) any { return c.Dev.Now.UTC() },
			time.Date(2026, time.January, 30, 20, 0, 0, 0, time.UTC),
		},
		{
			"Sentry", env(productionEnv(), "SENTRY_DSN", "https://k@o.ingest.example/1"),
			func(c app.Config) any { return c.Sentry.DSN.Reveal() },
			"https://k@o.ingest.example/1",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.got(readConfig(t, tt.getenv))); diff != "" {
				t.Errorf("ReadConfig(): -want +got\n%s", diff)
			}
		})
	}
}

func TestBillingSettings(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"": true, "mock": true, "ams.billing.providers.mock.MockBillingService": true, "none": false,
	} {
		if c := readConfig(t, localEnv("AMS_BILLING_SERVICE_CLASS", value)); c.Billing.Development != want {
			t.Errorf("AMS_BILLING_SERVICE_CLASS=%q: development provider = %v, want %v", value, c.Billing.Development, want)
		}
	}
	if c := readConfig(t, env(productionEnv())); c.Billing.Development {
		t.Error("production raises invoices at the development provider without being told to")
	}
	// Anywhere in the address, and case counts.
	for pattern, want := range map[string][3]bool{
		"": {true, true, true}, "@example.com": {true, true, false}, "@example.com$": {true, false, false},
	} {
		c := readConfig(t, localEnv("AMS_BILLING_EMAIL_WHITELIST_REGEX", pattern))
		for i, address := range []string{"a@example.com", "a@example.com.au", "a@EXAMPLE.com"} {
			if got := c.Billing.MayMail(address); got != want[i] {
				t.Errorf("MayMail(%q) by %q = %v, want %v", address, pattern, got, want[i])
			}
		}
	}
}

func TestForumSettings(t *testing.T) {
	t.Parallel()
	const domain, secret = "DISCOURSE_REDIRECT_DOMAIN", "DISCOURSE_CONNECT_SECRET"
	for _, c := range []struct{ domain, secret, origin, wrong string }{
		{"", "", "", ""},
		{"https://forum.example.org", "0123456789", "https://forum.example.org", ""},
		{" https://forum.example.org/ ", "āāāāāāāāāā", "https://forum.example.org", ""},
		{"http://localhost:4200/", "0123456789", "http://localhost:4200", ""},
		{"https://forum.example.org", "", "", secret},
		{"", "0123456789", "", domain},
		{"https://forum.example.org", "012345678", "", secret},
		{"forum.example.org", "0123456789", "", domain},
		{"ftp://forum.example.org", "0123456789", "", domain},
		{"https://forum.example.org/community", "0123456789", "", domain},
		{"https://forum.example.org/?a=1", "0123456789", "", domain},
		{"https://forum.example.org/#a", "0123456789", "", domain},
		{"https://user@forum.example.org", "0123456789", "", domain},
		{"https://forum.example.org;script-src", "0123456789", "", domain},
		{"https://", "0123456789", "", domain},
	} {
		got, err := app.ReadConfig(env(productionEnv(), domain, c.domain, secret, c.secret))
		problems, _ := errors.AsType[app.Problems](err)
		switch {
		case c.wrong != "" && (len(problems) != 1 || problems[0].Name != c.wrong || c.secret != "" && strings.Contains(err.Error(), c.secret)):
			t.Errorf("ReadConfig(%q, %q) = %v, want one problem, with %s and without the secret", c.domain, c.secret, err, c.wrong)
		case c.wrong == "" && (err != nil || got.Forum.Origin != c.origin || got.Forum.Secret.Reveal() != c.secret):
			t.Errorf("ReadConfig(%q, %q) has %q, %v, want %q", c.domain, c.secret, got.Forum.Origin, err, c.origin)
		}
	}
}

func TestDatabaseURL(t *testing.T) {
	t.Parallel()
	const named = "postgres://u:p@h:1/d"
	tests := []struct {
		name                           string
		getenv                         func(string) string
		host, user, password, database string
		port                           uint16
	}{
		{"Production", env(productionEnv()), "db.example.org", "ams", "p@ss/word?", "ams", 5432},
		{"ProductionIgnoresURL", env(productionEnv(), "DATABASE_URL", named), "db.example.org", "ams", "p@ss/word?", "ams", 5432},
		{
			"Socket", env(productionEnv(), "POSTGRES_HOST", "/var/run/pg", "POSTGRES_PORT", "6000"),
			"/var/run/pg", "ams", "p@ss/word?", "ams", 6000,
		},
		{"IPv6", env(productionEnv(), "POSTGRES_HOST", "::1", "POSTGRES_PORT", "25060"), "::1", "ams", "p@ss/word?", "ams", 25060},
		{"LocalURL", localEnv("DATABASE_URL", named), "h", "u", "p", "d", 1},
		{"LocalURLWins", localEnv("DATABASE_URL", named, "POSTGRES_HOST", "other"), "h", "u", "p", "d", 1},
		{"LocalHost", localEnv("POSTGRES_HOST", "postgres", "POSTGRES_PASSWORD", "x"), "postgres", "postgres", "x", "ams", 5432},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := pgx.ParseConfig(readConfig(t, tt.getenv).Database.URL.Reveal())
			if err != nil {
				t.Fatalf("the driver refuses the URL: %v", err)
			}
			got := []any{c.Host, c.User, c.Password, c.Database, c.Port}
			if diff := cmp.Diff([]any{tt.host, tt.user, tt.password, tt.database, tt.port}, got); diff != "" {
				t.Errorf("the URL leads elsewhere: -want +got\n%s", diff)
			}
		})
	}
}

func TestReadConfigRefuses(t *testing.T) {
	t.Parallel()
	t.Run("EachMissing", func(t *testing.T) {
		t.Parallel()
		for _, s := range app.Settings() {
			given := []string{"EMAIL_HOST", "smtp.example.org", "LOGTAIL_INGESTING_HOST", "in.example.org", s.Name, ""}
			if other, value, ok := strings.Cut(s.When, "="); ok {
				if name, not := strings.CutSuffix(other, "!"); not {
					given = append(given, name, "another")
				} else {
					given = append(given, name, value)
				}
			}
			if _, err := app.ReadConfig(env(productionEnv(), given...)); s.Required != (err != nil) {
				t.Errorf("ReadConfig(production without %s) = %v, want an error: %v", s.Name, err, s.Required)
			}
		}
	})
	t.Run("AllMissingTogether", func(t *testing.T) {
		t.Parallel()
		_, err := app.ReadConfig(env(nil))
		problems, _ := errors.AsType[app.Problems](err)
		var got, want []string
		for _, p := range problems {
			got = append(got, p.Name)
		}
		for _, s := range app.Settings() {
			if s.Required && s.When != "DJANGO_EMAIL_ESP=smtp" {
				want = append(want, s.Name)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ReadConfig(nothing) names other settings than the required ones: -want +got\n%s", diff)
		}
		if line := "\n  SITE_DOMAIN is missing (example: members.example.org)"; err != nil && !strings.Contains(err.Error(), line) {
			t.Errorf("ReadConfig(nothing) = %q, want the line %q", err, line)
		}
	})
	t.Run("EachWrong", func(t *testing.T) {
		t.Parallel()
		wrong := map[string]string{
			"DJANGO_SETTINGS_MODULE": "config.settings.staging", "SITE_DOMAIN": "https://example.org", "SITE_PORT": "0", "PORT": "65536",
			"AMS_ENABLED_LANGUAGES": "mi", "DJANGO_ALLOWED_HOSTS": "example.org:443", "AMS_TRUSTED_PROXY_COUNT": "-1",
			"POSTGRES_PORT": "x", "POSTGRES_SSLMODE": "on", "CONN_MAX_AGE": "1.5", "DJANGO_SECRET_KEY": strings.Repeat("x", 31),
			"DJANGO_EMAIL_ESP": "pigeon", "MAILGUN_DOMAIN": "mg.example.org/x", "MAILGUN_API_URL": "api.mailgun.net",
			"DJANGO_DEFAULT_FROM_EMAIL": "nobody", "DJANGO_MEDIA_PUBLIC_ENDPOINT_URL": "syd1.example.org",
			"DJANGO_MEDIA_PRIVATE_ENDPOINT_URL": "https://syd1.example.org/bucket", "DJANGO_LOG_LEVEL": "loud", "SENTRY_DSN": "no",
			"AMS_WORKER_CONCURRENCY": "17", "AMS_WORKER_POLL_SECONDS": "0", "AMS_DEV_NOW": "2026-01-31T09:00:00Z",
			"SAMPLE_DATA_ADMIN_EMAIL": "admin", "SAMPLE_DATA_USER_EMAIL": "user",
			"AMS_BILLING_SERVICE_CLASS": "stripe", "AMS_BILLING_EMAIL_WHITELIST_REGEX": "(",
			"DJANGO_ADMIN_URL": "billing/staff/", "SENTRY_LOG_LEVEL": "51", "SENTRY_TRACES_SAMPLE_RATE": "1.1", "LOGTAIL_INGESTING_HOST": "http://in.example.org",
			"AMS_METRICS_ADDR": "127.0.0.1:5000", "EMAIL_HOST": "smtp.example.org:25", "EMAIL_PORT": "0", "EMAIL_HOST_USER": "ams", "EMAIL_HOST_PASSWORD": "hidden",
			"DJANGO_SERVER_EMAIL": "nobody", "AMS_OPERATOR_EMAILS": "ops@example.org,nobody",
		}
		for name, value := range wrong {
			_, err := app.ReadConfig(env(productionEnv(), name, value))
			problems, _ := errors.AsType[app.Problems](err)
			if len(problems) != 1 || problems[0].Name != name && !strings.HasPrefix(name, "EMAIL_HOST_") {
				t.Errorf("ReadConfig(%s=%s) = %v, want one problem, with that setting", name, value, err)
			}
		}
	})
	t.Run("OutsideProduction", func(t *testing.T) {
		t.Parallel()
		for name, value := range map[string]string{
			"AMS_DEV_NOW": "yesterday", "DATABASE_URL": "mysql://x", "NGROK_HOST": "https://x", "PORT": "eighty", "DJANGO_EMAIL_BACKEND": "pigeon",
		} {
			_, err := app.ReadConfig(localEnv(name, value))
			if problems, _ := errors.AsType[app.Problems](err); len(problems) != 1 || problems[0].Name != name {
				t.Errorf("ReadConfig(local, %s=%s) = %v, want one problem, with that setting", name, value, err)
			}
		}
		_, err := app.ReadConfig(localEnv("DJANGO_MEDIA_PUBLIC_BUCKET_NAME", "public", "DJANGO_MEDIA_PUBLIC_ACCESS_KEY", "k"))
		if problems, _ := errors.AsType[app.Problems](err); len(problems) != 2 {
			t.Errorf("ReadConfig(local, half a bucket) = %v, want the two that are missing", err)
		}
	})
}

func TestNoSecretIsShown(t *testing.T) {
	t.Parallel()
	const hidden = "hunter2"
	wrong := map[string]string{"PORT": "wrong", "SENTRY_DSN": hidden}
	for _, s := range app.Settings() {
		if s.Secret {
			wrong[s.Name] = hidden
		}
	}
	for _, profile := range []string{"production", "local"} {
		_, err := app.ReadConfig(env(wrong, "DJANGO_SETTINGS_MODULE", profile))
		if err == nil || strings.Contains(err.Error(), hidden) {
			t.Errorf("ReadConfig(%s with wrong secrets) = %v, want an error without them", profile, err)
		}
	}
	if shown := fmt.Sprint(app.Overview(env(wrong))); strings.Contains(shown, hidden) || !strings.Contains(shown, "wrong") {
		t.Errorf("Overview() = %s, want other values and no secret", shown)
	}

	c := app.Config{Security: app.SecurityConfig{Master: hidden}, Database: app.DatabaseConfig{URL: hidden}}
	var log bytes.Buffer
	for _, l := range []*slog.Logger{slog.New(slog.NewTextHandler(&log, nil)), slog.New(slog.NewJSONHandler(&log, nil))} {
		l.Info("start", "config", c, "secret", c.Security.Master)
	}
	encoded, err := json.Marshal(map[string]any{"config": c, "secret": c.Database.URL})
	if err != nil {
		t.Fatal(err)
	}
	shown := log.String() + string(encoded)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		shown += fmt.Sprintf(verb, c) + fmt.Sprintf(verb, c.Security.Master) + fmt.Sprintf(verb, &c)
	}
	if strings.Contains(shown, hidden) || strings.Contains(shown, fmt.Sprintf("%x", hidden)) {
		t.Errorf("a secret is shown: %s", shown)
	}
	if c.Security.Master.Reveal() != hidden {
		t.Error("Reveal() does not give the value")
	}
}

// TestSettings keeps the list and the reader together: a variable that is read has its row, a row is read.
func TestSettings(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	for _, given := range []map[string]string{productionEnv(), {"DJANGO_SETTINGS_MODULE": "local"}} {
		recording := func(name string) string {
			asked[name] = true
			return given[name]
		}
		readConfig(t, recording)
		if _, err := app.WithDotEnv(recording, nil); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for _, s := range app.Settings() {
		if s.Group == "" || s.Meaning == "" || s.Example == "" {
			t.Errorf("%s has no group, meaning or example", s.Name)
		}
		if seen[s.Name] {
			t.Errorf("%s is listed twice", s.Name)
		}
		if seen[s.Name] = true; !asked[s.Name] {
			t.Errorf("%s is listed and not read", s.Name)
		}
	}
	for name := range asked {
		if !seen[name] {
			t.Errorf("%s is read and not listed", name)
		}
	}
}

func TestOverview(t *testing.T) {
	t.Parallel()
	for _, l := range app.Overview(env(productionEnv(), "PORT", "7000")) {
		switch {
		case l.Name == "PORT" && (!l.Given || l.Value != "7000"),
			l.Name == "DJANGO_ALLOWED_HOSTS" && (l.Given || l.Value != "members.example.org"),
			l.Name == "MAILGUN_API_KEY" && (!l.Given || l.Value == "" || l.Value == "key-hidden"):
			t.Errorf("Overview() has %+v", l)
		}
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	s := app.SecurityConfig{Master: "one"}
	if k := s.Key("sessions"); len(k) != 32 || !bytes.Equal(k, s.Key("sessions")) {
		t.Errorf("Key() = %d bytes, want the same 32 each time", len(k))
	}
	if bytes.Equal(s.Key("sessions"), s.Key("links")) {
		t.Error("two purposes have the same key")
	}
	if bytes.Equal(s.Key("sessions"), app.SecurityConfig{Master: "two"}.Key("sessions")) {
		t.Error("two secrets give the same key")
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	start := time.Date(2031, time.May, 4, 3, 2, 1, 0, time.UTC)
	c := app.Config{Dev: app.DevConfig{Now: start}}
	if now := c.Clock().Now(); now.Before(start) || now.After(start.Add(time.Minute)) {
		t.Errorf("Clock().Now() = %v, want it to start at %v", now, start)
	}
	if now := (app.Config{}).Clock().Now(); time.Since(now).Abs() > time.Minute {
		t.Errorf("Clock().Now() = %v without a start, want the machine's time", now)
	}
}

func TestDotEnv(t *testing.T) {
	t.Parallel()
	file := func(text string) func(string) ([]byte, error) {
		return func(string) ([]byte, error) { return []byte(text), nil }
	}
	asks := env(nil, "DJANGO_READ_DOT_ENV_FILE", "True", "PORT", "7000")
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		text := "# ports\nPORT=1\r\nexport SITE_PORT = 2\n\nSITE_DOMAIN=\"a b=c\"\nNGROK_HOST=\n"
		getenv, err := app.WithDotEnv(asks, file(text))
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{"PORT": "7000", "SITE_PORT": "2", "SITE_DOMAIN": "a b=c", "NGROK_HOST": "", "X": ""} {
			if got := getenv(name); got != want {
				t.Errorf("getenv(%s) = %q, want %q", name, got, want)
			}
		}
	})
	t.Run("NotAsked", func(t *testing.T) {
		t.Parallel()
		getenv, err := app.WithDotEnv(env(nil), file("PORT=1"))
		if err != nil || getenv("PORT") != "" {
			t.Errorf("WithDotEnv(not asked) = %q, %v; want nothing read", getenv("PORT"), err)
		}
	})
	t.Run("NoFile", func(t *testing.T) {
		t.Parallel()
		missing := func(string) ([]byte, error) { return nil, fs.ErrNotExist }
		if getenv, err := app.WithDotEnv(asks, missing); err != nil || getenv("PORT") != "7000" {
			t.Errorf("WithDotEnv(no file) = %v, want the environment alone", err)
		}
	})
	t.Run("ErrLine", func(t *testing.T) {
		t.Parallel()
		_, err := app.WithDotEnv(asks, file("PORT=1\nhunter2"))
		if err == nil || !strings.Contains(err.Error(), "line 2") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("WithDotEnv(line without =) = %v, want line 2 named and not shown", err)
		}
	})
}

func TestForDev(t *testing.T) {
	t.Parallel()
	if c := readConfig(t, app.ForDev(env(nil))); c.Profile != app.Local {
		t.Errorf("ForDev() reads the profile %q, want local", c.Profile)
	}
	if c := readConfig(t, app.ForDev(env(productionEnv(), "DJANGO_SETTINGS_MODULE", "production"))); c.Profile != app.Production {
		t.Errorf("ForDev() overrides the profile with %q", c.Profile)
	}
}

func TestMediaDomain(t *testing.T) {
	t.Parallel()
	const name = "DJANGO_MEDIA_PUBLIC_CUSTOM_DOMAIN"
	for given, want := range map[string]string{
		"":                             "",
		"media.example.org":            "https://media.example.org",
		"media.example.org/":           "https://media.example.org",
		"cdn.example.org/a/b":          "https://cdn.example.org/a/b",
		"http://localhost:9000/bucket": "http://localhost:9000/bucket",
	} {
		if got := readConfig(t, env(productionEnv(), name, given)).Objects.Public.Domain; got != want {
			t.Errorf("%s=%q is %q, want %q", name, given, got, want)
		}
	}
	if got := readConfig(t, localEnv(name, "localhost:9000/ams-media-public")).Objects.Public.Domain; got != "http://localhost:9000/ams-media-public" {
		t.Errorf("in development a domain without scheme is %q, want http", got)
	}
	for _, wrong := range []string{"ftp://media.example.org", "https://", "media.example.org?x=1", "me@media.example.org", "media.example.org/#a"} {
		if _, err := app.ReadConfig(env(productionEnv(), name, wrong)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%q: ReadConfig() = %v, want it named", name, wrong, err)
		}
	}
}
