package app

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ams/jobs"
)

// The error sink learns the error and the request, in the protocol of Sentry.
func TestReporter(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	sink := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			body, _ = gzip.NewReader(r.Body)
		}
		text, _ := io.ReadAll(body)
		got <- r.URL.Path + "\n" + string(text)
	}))
	defer sink.Close()
	report, flush, err := reporter(Config{Profile: Production, Sentry: SentryConfig{
		DSN: Secret(strings.Replace(sink.URL, "http://", "http://key@", 1) + "/7"),
	}})
	if err != nil {
		t.Fatalf("reporter() = %v", err)
	}
	report(jobs.WithCorrelation(t.Context(), "REQUEST7"), errors.New("the shelf fell down"))
	flush()
	envelope := <-got
	for _, want := range []string{"/api/7/envelope/", "the shelf fell down", "REQUEST7", "production"} {
		if !strings.Contains(envelope, want) {
			t.Errorf("the envelope lacks %q:\n%s", want, envelope)
		}
	}
	if _, _, err := reporter(Config{Sentry: SentryConfig{DSN: "nonsense"}}); err == nil {
		t.Error("reporter() with a broken DSN = nil, want an error")
	}
}
