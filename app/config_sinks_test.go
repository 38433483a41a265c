package app_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ams/app"
	"ams/app/journal"
	"ams/app/membership"
	"ams/app/web/webtest"
)

// What is wrong keeps the program from starting, and is told all at once, without a secret.
func TestWrongSettings(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-hunter2"
	refused := func(t *testing.T, getenv func(string) string, want ...string) {
		t.Helper()
		code, out, errs := run(t, getenv, "", "web")
		if code != 1 {
			t.Errorf("ams web = %d, want 1", code)
		}
		for _, w := range want {
			if !strings.Contains(errs, w) {
				t.Errorf("ams web says %q, want %q in it", errs, w)
			}
		}
		if strings.Contains(out+errs, secret) {
			t.Errorf("ams web shows a secret: %s%s", out, errs)
		}
	}
	for _, esp := range []string{"sendgrid", "postmark", "mailtrap", "SMTPS"} {
		t.Run("BIL-50 the transport "+esp+" is refused with the allowed ones", func(t *testing.T) {
			t.Parallel()
			refused(t, env(productionEnv(), "DJANGO_EMAIL_ESP", esp), "DJANGO_EMAIL_ESP", `"`+esp+`"`, "mailgun, smtp")
		})
	}
	t.Run("BIL-57 five settings wrong at once are all listed and no secret is printed", func(t *testing.T) {
		t.Parallel()
		getenv := env(productionEnv(), "SITE_DOMAIN", "https://example.org", "PORT", "eighty", "DJANGO_SECRET_KEY", secret,
			"SENTRY_DSN", secret, "EMAIL_HOST_PASSWORD", secret)
		refused(t, getenv, "\n  SITE_DOMAIN ", "\n  PORT ", "\n  DJANGO_SECRET_KEY ", "\n  SENTRY_DSN ", "\n  EMAIL_HOST_USER ")
		if _, _, errs := run(t, getenv, "", "web"); strings.Count(errs, "\n  ") != 5 {
			t.Errorf("ams web says %q, want five lines", errs)
		}
		code, _, errs := run(t, getenv, "", "check_config", "--offline")
		if code != 1 || strings.Count(errs, "\n  ") != 5 {
			t.Errorf("ams check_config = %d, %q, want the same five lines", code, errs)
		}
	})
	t.Run("BIL-77 AMS_DEV_NOW keeps production from starting", func(t *testing.T) {
		t.Parallel()
		refused(t, env(productionEnv(), "AMS_DEV_NOW", "2031-05-04T09:00:00+12:00"), "AMS_DEV_NOW", "production")
	})
	t.Run("BIL-77 in the local profile today and issue dates follow AMS_DEV_NOW", func(t *testing.T) {
		t.Parallel()
		cfg := readConfig(t, localEnv("AMS_DEV_NOW", "2031-05-04T21:00:00+12:00"))
		s := webtest.NewWith(t, func(o *app.Outside) { o.Clock = cfg.Clock() })
		s.Person("kea")
		v, option := s.SignedIn("kea"), fmt.Sprint(s.Option(membership.Option{}, "49.99"))
		const apply = "/en/users/memberships/apply-individual/"
		v.Post(apply, "membership_option", option, "start_date", "2030-05-03").Status(http.StatusUnprocessableEntity)
		v.Post(apply, "membership_option", option, "start_date", "2031-05-04").Status(http.StatusSeeOther)
		s.Work()
		if n := s.Count("SELECT count(*) FROM invoices WHERE issue_date = '2031-05-04'"); n != 1 {
			t.Errorf("%d invoices of that day, want 1", n)
		}
	})
	t.Run("BIL-80 languages without English keep it from starting", func(t *testing.T) {
		t.Parallel()
		for _, languages := range []string{"mi", "fr", ","} {
			refused(t, env(productionEnv(), "AMS_ENABLED_LANGUAGES", languages), "AMS_ENABLED_LANGUAGES")
		}
	})
}

func TestSinkSettings(t *testing.T) {
	t.Parallel()
	production := func(pairs ...string) app.Config { return readConfig(t, env(productionEnv(), pairs...)) }
	t.Run("BIL-58 an empty SENTRY_LOG_LEVEL is the default", func(t *testing.T) {
		t.Parallel()
		for level, c := range map[slog.Level]app.Config{
			slog.LevelInfo: production("SENTRY_LOG_LEVEL", ""), slog.LevelWarn: production("SENTRY_LOG_LEVEL", "", "DJANGO_LOG_LEVEL", "WARNING"),
			slog.LevelError:  production("SENTRY_LOG_LEVEL", "40", "DJANGO_LOG_LEVEL", "WARNING"),
			journal.Critical: production("SENTRY_LOG_LEVEL", "50"), slog.LevelDebug: production("SENTRY_LOG_LEVEL", "10"),
			slog.LevelDebug - 4: production("SENTRY_LOG_LEVEL", "0"),
		} {
			if c.Sentry.From != level {
				t.Errorf("breadcrumbs from %v, want %v", c.Sentry.From, level)
			}
		}
	})
	t.Run("LogLevel", func(t *testing.T) {
		t.Parallel()
		for want, c := range map[slog.Level]app.Config{
			slog.LevelInfo: production("DJANGO_DEBUG", "True"), journal.Critical: production("DJANGO_LOG_LEVEL", "CRITICAL"),
			slog.LevelDebug: readConfig(t, localEnv()), slog.LevelWarn: readConfig(t, localEnv("DJANGO_LOG_LEVEL", "WARNING")),
		} {
			if c.LogLevel != want {
				t.Errorf("log from %v, want %v", c.LogLevel, want)
			}
		}
		if c := readConfig(t, localEnv("DJANGO_DEBUG", "False")); c.LogLevel != slog.LevelInfo {
			t.Errorf("without debugging log from %v, want INFO", c.LogLevel)
		}
	})
	t.Run("Off", func(t *testing.T) {
		t.Parallel()
		c := production("DJANGO_DEBUG", "1", "LOGTAIL_INGESTING_HOST", "in.example.org")
		want := []string{"DJANGO_DEBUG has no effect in production", "SENTRY_DSN is off", "LOGTAIL_SOURCE_TOKEN is off"}
		if diff := cmp.Diff(want, c.Warnings); diff != "" || c.Logtail != (app.LogtailConfig{}) || c.Sentry.DSN != "" {
			t.Errorf("warnings (-want +got):\n%s\nsinks %+v, %+v, want none", diff, c.Sentry, c.Logtail)
		}
		if c := readConfig(t, localEnv()); len(c.Warnings) > 0 {
			t.Errorf("warnings of the local profile = %v, want none", c.Warnings)
		}
	})
	t.Run("Host", func(t *testing.T) {
		t.Parallel()
		for _, host := range []string{"in.example.org", "https://in.example.org"} {
			if c := production("LOGTAIL_SOURCE_TOKEN", "t", "LOGTAIL_INGESTING_HOST", host); c.Logtail.Host != "https://in.example.org" {
				t.Errorf("LOGTAIL_INGESTING_HOST=%s leads to %q", host, c.Logtail.Host)
			}
		}
		c := readConfig(t, localEnv("LOGTAIL_SOURCE_TOKEN", "t", "LOGTAIL_INGESTING_HOST", "http://127.0.0.1:9"))
		if c.Logtail.Host != "http://127.0.0.1:9" {
			t.Errorf("the host of a test is %q", c.Logtail.Host)
		}
	})
}

func TestMetricsAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "127.0.0.1:9464", "localhost:9464", ":9464", "[::1]:9464", "metrics.internal:65535"} {
		if c := readConfig(t, env(productionEnv(), "AMS_METRICS_ADDR", address)); c.Metrics != address {
			t.Errorf("AMS_METRICS_ADDR=%s is %q", address, c.Metrics)
		}
	}
	for _, address := range []string{"9464", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:http", "http://127.0.0.1:9464", ":7000", "a b:9464"} {
		_, err := app.ReadConfig(env(productionEnv(), "PORT", "7000", "AMS_METRICS_ADDR", address))
		if problems, _ := errors.AsType[app.Problems](err); len(problems) != 1 || problems[0].Name != "AMS_METRICS_ADDR" {
			t.Errorf("AMS_METRICS_ADDR=%s beside PORT=7000: ReadConfig() = %v, want it refused", address, err)
		}
	}
}

// Only the transport that is chosen needs its settings.
func TestMailSettings(t *testing.T) {
	t.Parallel()
	with := func(pairs ...string) app.MailConfig {
		t.Helper()
		return readConfig(t, env(productionEnv(), pairs...)).Mail
	}
	m := with("DJANGO_EMAIL_ESP", "SMTP", "MAILGUN_API_KEY", "", "MAILGUN_DOMAIN", "", "EMAIL_HOST", "smtp.example.org",
		"EMAIL_HOST_USER", "ams", "EMAIL_HOST_PASSWORD", "pw", "DJANGO_EMAIL_BACKEND", "console")
	want := app.SMTPConfig{Host: "smtp.example.org", Port: 587, User: "ams", Password: "pw", TLS: true}
	if m.Transport != "smtp" || m.Inbox || m.SMTP != want {
		t.Errorf("mail = %+v, want it to go by SMTP with TLS at 587 and nowhere else", m)
	}
	if m := with("EMAIL_HOST", ""); m.Transport != "mailgun" || m.ServerFrom != m.From {
		t.Errorf("mail = %+v, want Mailgun, and one sender for all", m)
	}
	for backend, transport := range map[string]string{"": "inbox", "inbox": "inbox", "smtp": "smtp", "console": "console", "memory": "memory"} {
		m := readConfig(t, localEnv("DJANGO_EMAIL_BACKEND", backend, "DJANGO_EMAIL_ESP", "mailgun")).Mail
		if m.Transport != transport || !m.Inbox || m.SMTP != (app.SMTPConfig{Host: "localhost", Port: 1025}) {
			t.Errorf("DJANGO_EMAIL_BACKEND=%s = %+v, want %s, the inbox, and plain SMTP at 1025", backend, m, transport)
		}
	}
}
