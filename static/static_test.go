package static_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ams/static"

	"github.com/andybalholm/brotli"
)

func files(t *testing.T) *static.Files {
	t.Helper()
	f, err := static.Load()
	if err != nil {
		t.Fatalf("Load() = %v", err)
	}
	return f
}

func ask(f *static.Files, method, path, encodings string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Accept-Encoding", encodings)
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w.Result()
}

func TestURL(t *testing.T) {
	t.Parallel()
	f := files(t)
	for _, name := range []string{"site.css", "site.js", "icons.svg", "favicon.svg"} {
		url, err := f.URL(name)
		stem, ext, _ := strings.Cut(name, ".")
		if err != nil || !strings.HasPrefix(url, "/static/"+stem+"-") || !strings.HasSuffix(url, "."+ext) {
			t.Errorf("URL(%q) = %q, %v; want a hashed name below /static/", name, url, err)
		}
	}
	t.Run("ErrUnknown", func(t *testing.T) {
		t.Parallel()
		if url, err := f.URL("nothing.css"); err == nil || url != "" {
			t.Errorf("URL(nothing.css) = %q, %v; want an error", url, err)
		}
	})
}

func TestIcon(t *testing.T) {
	t.Parallel()
	f := files(t)
	sprite, err := f.URL("icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	if href, err := f.Icon("person"); err != nil || href != sprite+"#person" {
		t.Errorf("Icon(person) = %q, %v; want %q", href, err, sprite+"#person")
	}
	body, err := io.ReadAll(ask(f, "GET", sprite, "").Body)
	if err != nil || !bytes.Contains(body, []byte(`<symbol id="person" `)) {
		t.Errorf("the sprite has no person: %v", err)
	}
	t.Run("ErrUnknown", func(t *testing.T) {
		t.Parallel()
		if href, err := f.Icon("unicorn"); err == nil || href != "" {
			t.Errorf("Icon(unicorn) = %q, %v; want an error", href, err)
		}
	})
}

// Each icon that the specification lists must be drawn.
func TestIconsOfTheSpecification(t *testing.T) {
	t.Parallel()
	f := files(t)
	names := `box-arrow-up-right box-arrow-right archive building calendar-event calendar-x check check-circle-fill clock
		download envelope envelope-plus exclamation-triangle-fill eye facebook file-earmark file-earmark-text file-earmark-pdf
		file-earmark-spreadsheet file-earmark-image file-earmark-slides file-earmark-play file-earmark-music file-earmark-zip
		folder-symlink funnel geo-alt geo-alt-fill globe2 hourglass-split info-circle laptop linkedin lock paperclip person
		person-fill person-plus person-x plus-circle question-circle shield-check shield-x slash-circle star-fill tag-fill x x-circle`
	for _, name := range strings.Fields(names) {
		if _, err := f.Icon(name); err != nil {
			t.Errorf("Icon(%q) = %v", name, err)
		}
	}
}

func TestServeHTTP(t *testing.T) {
	t.Parallel()
	f := files(t)
	css, err := f.URL("site.css")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(ask(f, "GET", css, "").Body)
	if err != nil || len(plain) == 0 {
		t.Fatalf("GET %s: %d bytes, %v", css, len(plain), err)
	}
	for name, c := range map[string]struct {
		accept, encoding string
		unpack           func(io.Reader) (io.Reader, error)
	}{
		"Plain":    {"identity", "", func(r io.Reader) (io.Reader, error) { return r, nil }},
		"Gzip":     {"deflate, gzip", "gzip", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
		"Brotli":   {"gzip, br", "br", func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }},
		"NoBrotli": {"br; q=0, gzip;q=0.5", "gzip", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res := ask(f, "GET", css, c.accept)
			r, err := c.unpack(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(got, plain) {
				t.Errorf("GET with Accept-Encoding %q: %d bytes, %v; want the same %d bytes", c.accept, len(got), err, len(plain))
			}
			want := map[string]string{
				"Content-Encoding": c.encoding, "Vary": "Accept-Encoding", "Content-Type": "text/css; charset=utf-8",
				"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff",
			}
			for header, value := range want {
				if got := res.Header.Get(header); got != value {
					t.Errorf("Accept-Encoding %q: %s = %q, want %q", c.accept, header, got, value)
				}
			}
		})
	}
	t.Run("Head", func(t *testing.T) {
		t.Parallel()
		res := ask(f, "HEAD", css, "")
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != 200 || len(body) != 0 || res.Header.Get("Content-Length") == "" {
			t.Errorf("HEAD %s: %d, %d bytes, length %q, %v", css, res.StatusCode, len(body), res.Header.Get("Content-Length"), err)
		}
	})
	for path, status := range map[string]int{
		"/static/": 404, "/static/site.css": 404, "/static/manifest.json": 404, "/static/../static.go": 404,
		css + ".gz": 404, "/static/dist/": 404, "/static/licences.txt": 200,
	} {
		if res := ask(f, "GET", path, "br"); res.StatusCode != status {
			t.Errorf("GET %s = %d, want %d", path, res.StatusCode, status)
		}
	}
	t.Run("ErrMethod", func(t *testing.T) {
		t.Parallel()
		if res := ask(f, "POST", css, ""); res.StatusCode != 405 || res.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("POST %s = %d, Allow %q; want 405", css, res.StatusCode, res.Header.Get("Allow"))
		}
	})
}
