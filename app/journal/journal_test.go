package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ams/app/journal"
	"ams/jobs"
)

// told gives the lines that a console gets, without their times.
func told(t *testing.T, from slog.Level, tell func(*slog.Logger)) []string {
	t.Helper()
	var out bytes.Buffer
	tell(slog.New(journal.New(journal.Console(&out, from))))
	at := regexp.MustCompile(`^([A-Z]+) \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d\d:\d\d) (.*)\n$`)
	var lines []string
	for line := range strings.Lines(out.String()) {
		parts := at.FindStringSubmatch(line)
		if parts == nil {
			t.Fatalf("the line %q is not level, time, logger, message, fields", line)
		}
		lines = append(lines, parts[1]+" "+parts[2])
	}
	return lines
}

func TestConsole(t *testing.T) {
	t.Parallel()
	ctx := jobs.WithCorrelation(journal.WithUser(t.Context(), 7), "abc-1")
	got := told(t, slog.LevelDebug, func(l *slog.Logger) {
		l.DebugContext(ctx, "looked at it", "ms", 3, "ok", true)
		l.Info("two\nlines\x1b[31m", "text", "a b", "empty", "", "quote", `"`, "break", "a\nb", "te reo", "Ōtautahi")
		l.With("a", 1).WithGroup("g").With("b", 2).Warn("grouped", "c", 3, slog.Group("h", "d", 4))
		l.ErrorContext(ctx, "it broke", "error", fmt.Errorf("read: %w", errors.New("no")), "request_id", "its-own")
		l.Log(ctx, journal.Critical, "no database")
	})
	const logger = " journal_test "
	want := []string{
		"DEBUG" + logger + "looked at it ms=3 ok=true request_id=abc-1 user_id=7",
		"INFO" + logger + `two\nlines\x1b[31m text="a b" empty="" quote="\"" break="a\nb" te reo=Ōtautahi`,
		"WARNING" + logger + "grouped a=1 g.b=2 g.c=3 g.h.d=4",
		"ERROR" + logger + `it broke error="read: no" request_id=its-own user_id=7`,
		"CRITICAL" + logger + "no database request_id=abc-1 user_id=7",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("console (-want +got):\n%s", diff)
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	all := func(l *slog.Logger) {
		for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError, journal.Critical} {
			l.Log(context.Background(), level, "x")
		}
	}
	for from, want := range map[slog.Level]int{slog.LevelDebug: 5, slog.LevelInfo: 4, slog.LevelWarn: 3, slog.LevelError: 2, journal.Critical: 1} {
		if got := told(t, from, all); len(got) != want || !strings.HasPrefix(got[0], journal.Name(from)+" ") {
			t.Errorf("from %s on the console has %q, want %d lines", journal.Name(from), got, want)
		}
	}
}

// Each sink gets what it asked for; what stays near is shipped nowhere.
func TestSinks(t *testing.T) {
	t.Parallel()
	var console bytes.Buffer
	var shipped []string
	l := slog.New(journal.New(journal.Console(&console, slog.LevelInfo), journal.Sink{
		From: slog.LevelWarn, Take: func(e journal.Entry) { shipped = append(shipped, e.Message) },
	}))
	l.Debug("for nobody")
	l.Info("for the console")
	l.Warn("for both")
	l.ErrorContext(journal.Near(t.Context()), "host rejected")
	if diff := cmp.Diff([]string{"for both"}, shipped); diff != "" {
		t.Errorf("shipped (-want +got):\n%s", diff)
	}
	if n := strings.Count(console.String(), "\n"); n != 3 || !strings.Contains(console.String(), "host rejected") {
		t.Errorf("the console has %d lines, want 3 with the rejected host:\n%s", n, console.String())
	}
}

// Sinks are closed side by side: here each waits for the other.
func TestClose(t *testing.T) {
	t.Parallel()
	one, two := make(chan struct{}), make(chan struct{})
	h := journal.New(
		journal.Sink{Close: func() { close(one); <-two }}, journal.Sink{}, journal.Sink{Close: func() { close(two); <-one }})
	done := make(chan struct{})
	go func() { defer close(done); h.Close() }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("after 20 seconds Close() still waits: the sinks are closed one after the other")
	}
	began := time.Now()
	journal.New(journal.Sink{Close: func() { time.Sleep(50 * time.Millisecond) }}, journal.Sink{Close: func() {}}).Close()
	if took := time.Since(began); took < 50*time.Millisecond {
		t.Errorf("Close() took %s, want it to wait for the slowest sink", took)
	}
}

// What opens something, and where people can be reached, is told to no sink, however it gets into a record.
func TestNeverTold(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-hunter2"
	header := http.Header{"Cookie": {"sessionid=" + secret}, "Authorization": {"Bearer " + secret}}
	request := &http.Request{Header: header, URL: &url.URL{}}
	for name, tell := range map[string]func(*slog.Logger){
		"Fields": func(l *slog.Logger) {
			for _, key := range []string{
				"password", "new_password", "Password1", "token", "csrf_token", "secret", "client_secret", "cookie", "Set-Cookie",
				"authorization", "Authorisation", "x-xero-signature", "api_key", "MAILGUN_API_KEY", "sig", "sso", "key", "next", "sessionid",
				"body", "html", "headers",
			} {
				l.Info("x", key, secret)
				l.With(slog.Group("g", key, secret)).Info("x")
			}
		},
		"Groups": func(l *slog.Logger) {
			inner := slog.Group("headers", "X-Own", secret, slog.Group("more", "X-Other", secret))
			l.Info("x", inner)
			l.With(slog.Group("request", inner)).Info("x")
			headers := l.WithGroup("request").WithGroup("Headers")
			headers.Info("x", "X-Own", secret, slog.Group("", "X-Other", secret))
			headers.With("X-Own", secret).WithGroup("more").Info("x", "X-Other", secret)
		},
		"Types": func(l *slog.Logger) {
			l.Info("x", "a", header, "b", request, "c", url.Values{"email": {secret}}, "d", []byte(secret), "e", &http.Cookie{Name: "a", Value: secret})
		},
		"Texts": func(l *slog.Logger) {
			for _, text := range []string{
				"/en/accounts/?token=" + secret, "/forum/sso?sso=" + secret + "&sig=" + secret, "password=" + secret + " host=db",
				`{"password": "` + secret + `"}`, "Authorization: Basic " + secret, "Cookie: a=b; c=" + secret, "postgres://ams:" + secret + "@db/ams",
				"it sent Bearer " + secret, "X-Xero-Signature: " + secret, "api_key=" + secret, "client_secret='" + secret + "'",
				`password="two ` + secret + `" host=db`, `password='two ` + secret + `'`, `{"password": "two ` + secret + `"}`, `{'token':'a, ` + secret + `'}`,
				`{"secret":"a \"quoted\" ` + secret + `"}`, `"{\"password\": \"two ` + secret + `\"}"`, `"{\"token\":\"` + secret + `\"}"`,
				`password: "two ` + secret + `"`, `password = "two ` + secret, `dsn="host=db password=` + secret + `"`,
			} {
				l.Info(text)
				l.Info("x", "error", errors.New(text), "address", text)
				l.Info("x", "error", fmt.Errorf("send: %w", errors.New(text)))
			}
		},
		"Addresses": func(l *slog.Logger) {
			for _, address := range []string{secret + "@example.org", "ngā." + secret + "@whare.māori.nz", secret + "+x@a-b.co", secret + "@māori.nz"} {
				l.Info("to "+address, "to", address, "error", errors.New("Mailgun answers 400: '"+address+"' is no address"))
				l.Info("x", "to", []string{address, address})
				for _, encoded := range []string{url.QueryEscape(address), strings.Replace(address, "@", "%40", 1)} { // as a line of the browser holds it
					l.Info("GET /en/?email="+encoded+"&page=2", "path", "/en/?email="+encoded, "error", errors.New("no page /en/?email="+encoded))
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, line := range told(t, slog.LevelDebug, tell) {
				if strings.Contains(line, secret) {
					t.Errorf("the line holds the secret: %s", line)
				}
			}
		})
	}
	t.Run("Mailbox", func(t *testing.T) { // the trace of an invitation is found by its address, and only that field tells one
		t.Parallel()
		got := told(t, slog.LevelInfo, func(l *slog.Logger) {
			l.Info("accepted by ana@example.org", journal.Mailbox, "mere@example.org", "other", "tui@example.org")
		})
		if diff := cmp.Diff([]string{"INFO journal_test accepted by [e-mail] mailbox=mere@example.org other=[e-mail]"}, got); diff != "" {
			t.Errorf("console (-want +got):\n%s", diff)
		}
	})
	t.Run("WhatStandsBesideIt", func(t *testing.T) {
		t.Parallel()
		got := told(t, slog.LevelInfo, func(l *slog.Logger) {
			l.WithGroup("request").With("a", 1).WithGroup("headers").Info("x", "b", 2)
			l.Info(`password="two words" host=db`, slog.Group("request", "a", 1, slog.Group("headers", "b", 2), "c", 3))
			l.Info(`{"password": "two \"words\"", "host": "db"}`)
			l.Info("/en/?email=mere%40example.org&page=2")
		})
		want := []string{
			"INFO journal_test x request.a=1 request.headers=[hidden]",
			`INFO journal_test password="[hidden]" host=db request.a=1 request.headers=[hidden] request.c=3`,
			`INFO journal_test {"password": "[hidden]", "host": "db"}`,
			"INFO journal_test /en/?email=[e-mail]&page=2",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
	t.Run("TheRestStays", func(t *testing.T) {
		t.Parallel()
		for _, text := range []string{
			"/en/events/?page=2&tag=pets", "job email.send failed: connection refused", "ms=3, bytes=17", "github.com/gin-gonic/gin@v1.12.0/context.go",
			"ratio 3:4 at 10:15", "https://example.org/en/", "no key for it", "invoice AB/12 3 of purchase 7",
		} {
			if got := journal.Scrub(text); got != text {
				t.Errorf("Scrub(%q) = %q, want it as it was", text, got)
			}
		}
	})
}
