package webtest

import (
	"context"
	"os"
	"sync"
	"testing"

	"ams/app/dev/objects"
)

// shared is the object store of all tests of this process, because a process can have one at a time. It runs as long
// as a test needs it, so that nothing of it is left afterwards.
var shared = sync.OnceValue(func() *lentStore { return &lentStore{} })

type lentStore struct {
	mu    sync.Mutex
	users int
	dir   string
	store *objects.Store
	end   func()
}

func (l *lentStore) borrow() (*objects.Store, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.users == 0 {
		dir, err := os.MkdirTemp("", "ams-objects-")
		if err != nil {
			return nil, err
		}
		ctx, end := context.WithCancel(context.Background())
		if l.store, err = objects.Start(ctx, objects.Config{Dir: dir}); err != nil {
			end()
			return nil, err
		}
		l.dir, l.end = dir, end
	}
	l.users++
	return l.store, nil
}

func (l *lentStore) giveBack() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.users--; l.users == 0 {
		l.end()
		<-l.store.Done()
		_ = os.RemoveAll(l.dir)
	}
}

// Store gives the settings, as New takes them, of an object store with both buckets. Tests of one process share it.
func Store(t *testing.T) []string {
	t.Helper()
	store, err := shared().borrow()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(shared().giveBack)
	var settings []string
	for which, bucket := range map[string]string{"PUBLIC": objects.PublicBucket, "PRIVATE": objects.PrivateBucket} {
		name := "DJANGO_MEDIA_" + which + "_"
		settings = append(settings, name+"BUCKET_NAME", bucket, name+"ENDPOINT_URL", store.Endpoint, name+"REGION_NAME", objects.Region,
			name+"ACCESS_KEY", store.Key, name+"SECRET_KEY", store.Secret)
	}
	return settings
}
