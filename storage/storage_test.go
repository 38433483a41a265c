package storage_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"ams/app/database/dbtest"
	"ams/app/dev/objects"
	"ams/jobs"
	"ams/storage"
)

// opened gives the two buckets of a store of its own; change adapts their settings. The store runs once per process, so
// that the cases of a test share it.
func opened(t *testing.T, store *objects.Store, bucket string, change func(*storage.Config)) *storage.Bucket {
	t.Helper()
	cfg := storage.Config{
		Name: bucket, Endpoint: store.Endpoint, Region: objects.Region, AccessKey: store.Key, SecretKey: store.Secret,
		Public: bucket == objects.PublicBucket,
	}
	if change != nil {
		change(&cfg)
	}
	b, err := storage.Open(cfg)
	if err != nil {
		t.Fatalf("Open() = %v", err)
	}
	return b
}

func started(t *testing.T) *objects.Store {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	store, err := objects.Start(ctx, objects.Config{Dir: t.TempDir()})
	if err != nil {
		stop()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		<-store.Done()
	})
	return store
}

func put(t *testing.T, b *storage.Bucket, key, body string) string {
	t.Helper()
	got, err := b.Put(t.Context(), storage.Object{Key: key, Type: "text/plain", Size: int64(len(body)), Body: strings.NewReader(body)})
	if err != nil {
		t.Fatalf("Put(%s) = %v", key, err)
	}
	return got
}

// fetched asks for an address without any credentials beside those that it holds.
func fetched(t *testing.T, address string) (*http.Response, string) {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

func TestBucket(t *testing.T) {
	store := started(t)
	public, private := opened(t, store, objects.PublicBucket, nil), opened(t, store, objects.PrivateBucket, nil)

	t.Run("Public", func(t *testing.T) {
		key := put(t, public, "pictures/Tūī & friends.txt", "kererū")
		answer, body := fetched(t, public.URL(key))
		if answer.StatusCode != http.StatusOK || body != "kererū" {
			t.Errorf("GET %s = %d %q, want the object", public.URL(key), answer.StatusCode, body)
		}
		if got := answer.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("Cache-Control = %q, want to be kept for ever", got)
		}
		if got := answer.Header.Get("Content-Type"); got != "text/plain" {
			t.Errorf("Content-Type = %q, want the one that was given", got)
		}
		if !strings.HasPrefix(public.URL(key), public.Origin()+"/") {
			t.Errorf("URL() = %s, want it to begin with the origin %s", public.URL(key), public.Origin())
		}
	})
	t.Run("Private", func(t *testing.T) {
		key := put(t, private, "documents/Ngā tikanga.txt", "secret")
		if answer, body := fetched(t, private.URL(key)); answer.StatusCode != http.StatusForbidden || strings.Contains(body, "secret") {
			t.Errorf("GET unsigned = %d %q, want 403", answer.StatusCode, body)
		}
		link, err := private.Link(key, `Ngā "tikanga".txt`)
		if err != nil {
			t.Fatalf("Link() = %v", err)
		}
		answer, body := fetched(t, link)
		if answer.StatusCode != http.StatusOK || body != "secret" {
			t.Fatalf("GET signed = %d %q, want the object", answer.StatusCode, body)
		}
		if got := answer.Header.Get("Cache-Control"); got != "private, max-age=0" {
			t.Errorf("Cache-Control = %q, want that nobody keeps it", got)
		}
		if got := answer.Header.Get("Content-Disposition"); got != "attachment; filename*=utf-8''Ng%C4%81%20%22tikanga%22.txt" {
			t.Errorf("Content-Disposition = %q, want a download with the name", got)
		}
		for name, forged := range map[string]string{
			"another object": strings.Replace(link, "tikanga.txt?", "tikanga2.txt?", 1),
			"a longer life":  strings.Replace(link, "X-Amz-Expires=3600", "X-Amz-Expires=360000", 1),
			"another name":   strings.Replace(link, "filename", "filenam", 1),
		} {
			if answer, _ := fetched(t, forged); forged == link || answer.StatusCode != http.StatusForbidden {
				t.Errorf("GET a link forged for %s = %d, want 403", name, answer.StatusCode)
			}
		}
	})
	t.Run("BIL-54 two uploads of one name are two objects", func(t *testing.T) {
		first, second := put(t, private, "documents/plan.pdf", "first"), put(t, private, "documents/plan.pdf", "second")
		if first != "documents/plan.pdf" || !strings.HasPrefix(second, "documents/plan_") || !strings.HasSuffix(second, ".pdf") || len(second) != len(first)+8 {
			t.Errorf("Put() twice = %s, %s, want seven characters more before the second extension", first, second)
		}
		for key, want := range map[string]string{first: "first", second: "second"} {
			if got := read(t, private, key); got != want {
				t.Errorf("Get(%s) = %q, want %q", key, got, want)
			}
		}
	})
	t.Run("AtOnce", func(t *testing.T) {
		keys := make([]string, 8)
		var all sync.WaitGroup
		for i := range keys {
			all.Go(func() { keys[i] = put(t, private, "documents/race.txt", fmt.Sprint(i)) })
		}
		all.Wait()
		for i, key := range keys {
			if got := read(t, private, key); got != fmt.Sprint(i) {
				t.Errorf("Get(%s) = %q, want %d: an upload was overwritten", key, got, i)
			}
		}
	})
	t.Run("Delete", func(t *testing.T) {
		key := put(t, private, "documents/gone.txt", "x")
		for range 2 { // jobs may run twice
			if err := private.Delete(t.Context(), key); err != nil {
				t.Errorf("Delete() = %v", err)
			}
		}
		if _, err := private.Get(t.Context(), key); err == nil || !strings.Contains(err.Error(), storage.ErrMissing.Error()) {
			t.Errorf("Get() after Delete() = %v, want ErrMissing", err)
		}
	})
	t.Run("DeleteJob", func(t *testing.T) {
		r := jobs.NewRegistry()
		storage.Buckets{Public: public, Private: private}.Jobs(r)
		db := dbtest.New(t)
		for _, secret := range []bool{false, true} {
			kept, gone := public, private
			if !secret {
				kept, gone = private, public
			}
			key := put(t, gone, "documents/job.txt", "x")
			put(t, kept, "documents/job.txt", "x")
			err := db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
				return jobs.NewQueue(r).Add(ctx, tx, storage.Delete{Private: secret, Object: key})
			})
			if err == nil {
				_, err = jobs.Drain(t.Context(), db.DB, r)
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := gone.Get(t.Context(), key); err == nil {
				t.Errorf("private %v: the object is there after the job", secret)
			}
			if _, err := kept.Get(t.Context(), "documents/job.txt"); err != nil {
				t.Errorf("private %v: the object of the same key in the other bucket = %v, want it kept", secret, err)
			}
			_ = kept.Delete(t.Context(), "documents/job.txt")
		}
	})
	for _, key := range []string{"", "/a", "a/../b", "..", "a/..", "a\nb", "a\x00", "a\xffb", "a/", strings.Repeat("a", 1025)} {
		t.Run("ErrKey", func(t *testing.T) {
			if _, err := private.Put(t.Context(), storage.Object{Key: key, Body: strings.NewReader("")}); err == nil {
				t.Errorf("Put(%q) = nil, want an error", key)
			}
		})
	}
}

func read(t *testing.T, b *storage.Bucket, key string) string {
	t.Helper()
	object, err := b.Get(t.Context(), key)
	if err != nil {
		t.Fatalf("Get(%s) = %v", key, err)
	}
	defer object.Close()
	body, err := io.ReadAll(object)
	if err != nil {
		t.Fatalf("read %s = %v", key, err)
	}
	return string(body)
}

// The header goes out even where the built-in store does not go by it.
func TestACL(t *testing.T) {
	store := started(t)
	target, err := url.Parse(store.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	seen := map[string]string{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host // the signature names the proxy's host
		if r.In.Method == http.MethodPut {
			mu.Lock()
			seen[r.In.URL.Path] = r.In.Header.Get("X-Amz-Acl")
			mu.Unlock()
		}
	}}
	between := httptest.NewServer(proxy)
	defer between.Close()
	through := func(c *storage.Config) { c.Endpoint = between.URL }
	put(t, opened(t, store, objects.PublicBucket, through), "a", "x")
	put(t, opened(t, store, objects.PrivateBucket, through), "b", "x")
	mu.Lock()
	defer mu.Unlock()
	if got := seen["/"+objects.PublicBucket+"/a"]; got != "public-read" {
		t.Errorf("x-amz-acl of a public object = %q, want public-read", got)
	}
	if got := seen["/"+objects.PrivateBucket+"/b"]; got != "private" {
		t.Errorf("x-amz-acl of a private object = %q, want private", got)
	}
}

func TestDomain(t *testing.T) {
	store := started(t)
	other := strings.Replace(store.Endpoint, "127.0.0.1", "localhost", 1) // the same server by another name
	t.Run("BIL-53 a private object behind a custom domain is signed for it", func(t *testing.T) {
		b := opened(t, store, objects.PrivateBucket, func(c *storage.Config) { c.Domain = other + "/" + objects.PrivateBucket })
		key := put(t, b, "documents/a b.txt", "secret")
		link, err := b.Link(key, "a.txt")
		if err != nil || !strings.HasPrefix(link, other+"/"+objects.PrivateBucket+"/documents/a%20b.txt?") {
			t.Fatalf("Link() = %s, %v, want one at %s", link, err, other)
		}
		if answer, body := fetched(t, link); answer.StatusCode != http.StatusOK || body != "secret" {
			t.Errorf("GET signed = %d %q, want the object", answer.StatusCode, body)
		}
		if answer, _ := fetched(t, b.URL(key)); answer.StatusCode != http.StatusForbidden {
			t.Errorf("GET unsigned = %d, want 403", answer.StatusCode)
		}
		if answer, _ := fetched(t, strings.Replace(link, "localhost", "127.0.0.1", 1)); answer.StatusCode != http.StatusForbidden {
			t.Errorf("GET signed, at another host = %d, want 403", answer.StatusCode)
		}
	})
	t.Run("Public", func(t *testing.T) {
		for domain, want := range map[string]string{
			"https://media.example.org":      "https://media.example.org/a%2Bb/%C4%81.png",
			"https://media.example.org/":     "https://media.example.org/a%2Bb/%C4%81.png",
			"https://cdn.example.org/a/deep": "https://cdn.example.org/a/deep/a%2Bb/%C4%81.png",
		} {
			b := opened(t, store, objects.PublicBucket, func(c *storage.Config) { c.Domain = domain })
			if got := b.URL("a+b/ā.png"); got != want {
				t.Errorf("URL() at %s = %s, want %s", domain, got, want)
			}
		}
	})
}

func TestProbe(t *testing.T) {
	store := started(t)
	for name, c := range map[string]struct {
		bucket string
		public bool
		secret string
		want   string // in the error, "" for none
	}{
		"Public":              {objects.PublicBucket, true, store.Secret, ""},
		"Private":             {objects.PrivateBucket, false, store.Secret, ""},
		"ErrPublicIsClosed":   {objects.PrivateBucket, true, store.Secret, "answers 403 to everybody"},
		"ErrPrivateIsOpen":    {objects.PublicBucket, false, store.Secret, "answers 200 without a signature"},
		"ErrWrongCredentials": {objects.PublicBucket, true, "wrong", "store probe/"},
		"ErrNoBucket":         {"nothing", true, store.Secret, "store probe/"},
	} {
		t.Run(name, func(t *testing.T) {
			b := opened(t, store, c.bucket, func(cfg *storage.Config) { cfg.Public, cfg.SecretKey = c.public, c.secret })
			err := b.Probe(t.Context())
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("Probe() = %v, want %q", err, c.want)
			}
		})
	}
	for _, cfg := range []storage.Config{{Name: "x", Endpoint: "host only"}, {Name: "x", Endpoint: store.Endpoint, Domain: "host"}} {
		if _, err := storage.Open(cfg); err == nil {
			t.Errorf("Open(%v) = nil, want an error", cfg)
		}
	}
}

func TestCleanName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"my document.docx":       "my_document.docx",
		"  Ngā tikanga 2027.pdf": "Ngā_tikanga_2027.pdf",
		`C:\letters\a.txt`:       "a.txt",
		"../../etc/passwd":       "passwd",
		"a<b>&\"'.html":          "ab.html",
		"..":                     "",
		"?":                      "",
		"":                       "",
		"abcdefghijklmnopqrstuvwxyz0123456789.jpeg": "abcdefghijklmnopqrstuvwxy.jpeg",
		".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	} {
		if got := storage.CleanName(name, 30); got != want {
			t.Errorf("CleanName(%q) = %q, want %q", name, got, want)
		}
	}
}

// silence is a body of so many bytes whose end nobody knows before.
type silence struct{ left int64 }

func (s *silence) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), s.left))
	clear(p[:n])
	s.left -= int64(n)
	return n, nil
}

func TestUnknownSize(t *testing.T) {
	b := opened(t, started(t), objects.PrivateBucket, nil)
	const size = 12 << 20
	for range 2 {
		key, err := b.Put(t.Context(), storage.Object{Key: "documents/long.bin", Size: -1, Body: &silence{size}})
		if err != nil {
			t.Fatalf("Put() = %v", err)
		}
		object, err := b.Get(t.Context(), key)
		if err != nil {
			t.Fatalf("Get() = %v", err)
		}
		n, err := io.Copy(io.Discard, object)
		if err != nil || n != size {
			t.Errorf("%s has %d bytes, %v, want %d", key, n, err, size)
		}
		object.Close()
	}
	if _, err := b.Put(t.Context(), storage.Object{Key: "documents/short.bin", Size: 10, Body: bytes.NewReader(nil)}); err == nil {
		t.Error("Put() of a body that ends early = nil, want an error")
	}
}
