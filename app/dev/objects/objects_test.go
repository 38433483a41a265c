package objects_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"ams/app/dev/objects"
)

func client(t *testing.T, s *objects.Store, secret string) *minio.Client {
	t.Helper()
	c, err := minio.New(strings.TrimPrefix(s.Endpoint, "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(s.Key, secret, ""), Region: objects.Region,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// get is an unsigned request: the status and the body of a 200.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		return res.StatusCode, ""
	}
	return res.StatusCode, string(body)
}

// One test starts all the stores, one after the other: a process can have one at a time.
func TestStore(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s, err := objects.Start(ctx, objects.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	c := client(t, s, s.Secret)
	for _, bucket := range []string{objects.PublicBucket, objects.PrivateBucket} {
		_, err := c.PutObject(ctx, bucket, "a/tohu.txt", strings.NewReader("Tohu"), 4, minio.PutObjectOptions{
			ContentType: "text/plain", UserMetadata: map[string]string{"x-amz-acl": "public-read"},
		})
		if err != nil {
			t.Fatalf("put into %s: %v", bucket, err)
		}
	}

	t.Run("Unsigned", func(t *testing.T) {
		type answer struct {
			Status int
			Body   string
		}
		want := map[string]answer{
			"/" + objects.PublicBucket + "/a/tohu.txt":  {200, "Tohu"},
			"/" + objects.PrivateBucket + "/a/tohu.txt": {403, ""},
			"/" + objects.PublicBucket + "/":            {403, ""},
			"/" + objects.PrivateBucket + "/":           {403, ""},
		}
		got := map[string]answer{}
		for path := range want {
			status, body := get(t, s.Endpoint+path)
			got[path] = answer{status, body}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}
	})
	t.Run("ErrSecret", func(t *testing.T) {
		_, err := client(t, s, "wrong").StatObject(ctx, objects.PrivateBucket, "a/tohu.txt", minio.StatObjectOptions{})
		if got := minio.ToErrorResponse(err).StatusCode; got != http.StatusForbidden {
			t.Errorf("stat with a wrong secret = %v, want 403", err)
		}
	})
	t.Run("ErrTwice", func(t *testing.T) {
		if _, err := objects.Start(ctx, objects.Config{Dir: t.TempDir()}); err == nil {
			t.Error("a second store in the same process started")
		}
		if _, err := objects.Start(ctx, objects.Config{Dir: dir, Listen: strings.TrimPrefix(s.Endpoint, "http://")}); err == nil {
			t.Error("a store started on a port that is taken")
		}
	})

	cancel()
	<-s.Done()
	if err := s.Err(); err != nil {
		t.Errorf("Err after the context ended = %v, want nil", err)
	}
	address := strings.TrimPrefix(s.Endpoint, "http://")
	if conn, err := net.Dial("tcp", address); err == nil {
		conn.Close()
		t.Error("the store still listens")
	}

	t.Run("Again", func(t *testing.T) {
		again, err := objects.Start(t.Context(), objects.Config{Dir: dir, Listen: address})
		if err != nil {
			t.Fatal(err)
		}
		if again.Endpoint != s.Endpoint || again.Secret == s.Secret {
			t.Errorf("second start at %s, want %s and another secret", again.Endpoint, s.Endpoint)
		}
		if status, body := get(t, again.Endpoint+"/"+objects.PublicBucket+"/a/tohu.txt"); status != 200 || body != "Tohu" {
			t.Errorf("kept object = %d %q, want 200 Tohu", status, body)
		}
	})
}
