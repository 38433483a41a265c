package storage_test

import (
	"context"
	"strings"
	"testing"

	"ams/app/dev/objects"
	"ams/storage"
)

// The built-in store runs once per process, so that its cases share it.
func TestProbe(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	store, err := objects.Start(ctx, objects.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		<-store.Done()
	})
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
			b, err := storage.Open(storage.Config{
				Name: c.bucket, Endpoint: store.Endpoint, Region: objects.Region, AccessKey: store.Key, SecretKey: c.secret, Public: c.public,
			})
			if err != nil {
				t.Fatalf("Open() = %v", err)
			}
			err = b.Probe(t.Context())
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("Probe() = %v, want %q", err, c.want)
			}
		})
	}
	if _, err := storage.Open(storage.Config{Name: "x", Endpoint: "host only"}); err == nil {
		t.Error("Open() without scheme = nil, want an error")
	}
}
