//go:build unix

package postgres

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fake makes a folder like <base>/<version>/bin whose postgres says that version.
func fake(t *testing.T, base, version string) string {
	t.Helper()
	dir := filepath.Join(base, version, "bin")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\necho 'postgres (PostgreSQL) %s.3 (Some 1.2)'\n", version)
	for _, name := range []string{"initdb", "postgres"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestSearch(t *testing.T) {
	base := t.TempDir()
	v9, v16, v17 := fake(t, base, "9"), fake(t, base, "16"), fake(t, base, "17")
	if diff := cmp.Diff([]string{v17, v16, v9}, newestFirst(base+"/*/bin")); diff != "" {
		t.Errorf("newestFirst (-want +got):\n%s", diff)
	}
	for name, tc := range map[string]struct {
		dirs    []string
		want    string
		problem string
	}{
		"First":  {[]string{"/nowhere", v16, v17}, v16, ""},
		"TooOld": {[]string{v9, v17}, v17, ""},
		"ErrOld": {[]string{"/nowhere", v9}, "", "PostgreSQL 9: AMS needs 15 or newer"},
		"ErrNone": {[]string{"/nowhere"}, "", "apt-get install postgresql, dnf install postgresql-server " +
			"postgresql-contrib, brew install postgresql, or npm ci"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := search(tc.dirs)
			if got.dir != tc.want || (err == nil) != (tc.problem == "") || err != nil && !strings.Contains(err.Error(), tc.problem) {
				t.Errorf("search(%v) = %v, %v, want %s, %q", tc.dirs, got, err, tc.want, tc.problem)
			}
		})
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	old := time.Now().Add(-time.Minute)
	folders := map[string]*folder{}
	for _, name := range []string{"stale", "held", "fresh"} {
		path := filepath.Join(base, "p-"+name)
		if err := os.MkdirAll(filepath.Join(path, "data"), 0o700); err != nil {
			t.Fatal(err)
		}
		lock, err := locked(filepath.Join(path, "lock"))
		if err != nil {
			t.Fatal(err)
		}
		defer lock.Close()
		folders[name] = &folder{path: path, lock: lock}
		if name != "held" {
			lock.Close()
		}
		if name != "fresh" {
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	sweep(base, "p-")
	left := map[string]bool{}
	for name, f := range folders {
		_, err := os.Stat(f.path)
		left[name] = err == nil
	}
	if diff := cmp.Diff(map[string]bool{"stale": false, "held": true, "fresh": true}, left); diff != "" {
		t.Errorf("folders left (-want +got):\n%s", diff)
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	if got := tail([]byte(strings.Repeat("ā", 500))); len(got) > 420 || !strings.HasSuffix(got, "ā)") {
		t.Errorf("tail of a long log = %q (%d bytes)", got, len(got))
	}
	if got := tail(nil); got != "" {
		t.Errorf("tail(nil) = %q, want nothing", got)
	}
}
