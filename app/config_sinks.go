package app

import (
	"log/slog"
	"math"
	"net"
	"net/url"
	"strconv"
	"strings"

	"ams/app/journal"
)

// logLevel is the threshold of the log. Debugging lowers it where nobody has chosen one.
func (e *environment) logLevel() slog.Level {
	const name = "DJANGO_LOG_LEVEL"
	debug := e.flag("DJANGO_DEBUG")
	if debug && e.profile == Production {
		e.warn("DJANGO_DEBUG has no effect in production")
		debug = false
	}
	chosen := e.choice(name, "INFO", "DEBUG", "WARNING", "ERROR", "CRITICAL")
	if e.getenv(name) == "" && !debug {
		chosen = "INFO"
	}
	for _, l := range []slog.Level{slog.LevelDebug, slog.LevelWarn, slog.LevelError, journal.Critical} {
		if journal.Name(l) == chosen {
			return l
		}
	}
	return slog.LevelInfo
}

// numbered takes levels as installations write them: 10 for DEBUG up to 50 for CRITICAL, 0 for all.
func numbered(n int) slog.Level { return slog.Level((n - 20) * 4 / 10) }

// off reports whether a sink is switched off, which is worth a warning where somebody did it.
func (e *environment) off(name string) bool {
	if !strings.EqualFold(e.text(name), "off") {
		return false
	}
	if e.getenv(name) != "" {
		e.warn(name + " is off")
	}
	return true
}

func (e *environment) sentry() SentryConfig {
	const name, level = "SENTRY_DSN", "SENTRY_LOG_LEVEL"
	s := SentryConfig{Environment: e.text("SENTRY_ENVIRONMENT"), From: numbered(20), Traces: e.share("SENTRY_TRACES_SAMPLE_RATE")}
	if e.getenv("DJANGO_LOG_LEVEL") != "" {
		s.From = e.logLevel()
	}
	if e.text(level) != "" {
		s.From = numbered(e.whole(level, 0, 50))
	}
	if e.off(name) {
		return s
	}
	project := func(s string) bool {
		u, err := url.Parse(s)
		return err == nil && e.webAddress(s) && u.User.Username() != "" && strings.Trim(u.Path, "/") != ""
	}
	s.DSN = Secret(e.fitting(name, project, "must be the DSN of a project, or off"))
	return s
}

func (e *environment) logtail() LogtailConfig {
	const token, name = "LOGTAIL_SOURCE_TOKEN", "LOGTAIL_INGESTING_HOST"
	off := e.off(token)
	host := func(s string) bool {
		u, err := url.Parse(withScheme(s))
		return err == nil && e.webAddress(withScheme(s)) && strings.Trim(u.Path, "/") == "" && u.User == nil && u.RawQuery == ""
	}
	l := LogtailConfig{Host: withScheme(e.fitting(name, host, "must be a host name, with or without https://"))}
	if off {
		return LogtailConfig{}
	}
	l.Token = e.secret(token)
	return l
}

// metrics is an address of its own, so that nobody can ask for them at the port of the site.
func (e *environment) metrics() string {
	site := e.whole("PORT", 1, math.MaxUint16)
	own := func(s string) bool {
		host, port, err := net.SplitHostPort(s)
		n, wrong := strconv.Atoi(port)
		return err == nil && wrong == nil && n > 0 && n <= math.MaxUint16 && n != site &&
			(host == "" || hostName.MatchString(host) || net.ParseIP(host) != nil)
	}
	return e.fitting("AMS_METRICS_ADDR", own, "must be an address and a port other than PORT, with a colon between them")
}

func withScheme(host string) string {
	if host == "" || strings.Contains(host, "://") {
		return host
	}
	return "https://" + host
}

// webAddress takes http outside production only: what is sent there holds a key.
func (e *environment) webAddress(s string) bool {
	return webAddress(s) && (e.profile != Production || strings.HasPrefix(s, "https://"))
}

// share is a number from 0 to 1.
func (e *environment) share(name string) float64 {
	f, err := strconv.ParseFloat(e.text(name), 64)
	if err != nil || math.IsNaN(f) || f < 0 || f > 1 {
		e.refuse(name, "must be a number from 0.0 to 1.0")
	}
	return f
}
