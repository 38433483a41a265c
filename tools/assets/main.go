// Command assets bundles the browser assets from pinned npm sources into static/dist, which is committed: building and
// running the application needs no npm.
//
//	npm ci --prefix tools/assets && go run ./tools/assets            write static/dist
//	go run ./tools/assets --check                                    fail when static/dist is not what the sources give
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
)

const (
	sources = "tools/assets"
	dist    = "static/dist"
	axe     = "app/web/webtest/testdata/axe.min.js"
)

func main() {
	check := flag.Bool("check", false, "compare with the committed files instead of writing them")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	if _, err := os.Stat(filepath.Join(sources, "node_modules")); err != nil {
		return errors.New("run from the top of the repository, after npm ci --prefix " + sources)
	}
	files, err := build()
	if err != nil {
		return err
	}
	source, err := os.ReadFile(filepath.Join(sources, "node_modules/axe-core/axe.min.js"))
	if err != nil {
		return err
	}
	if check {
		return errors.Join(compareDir(files), compare(axe, source))
	}
	return errors.Join(writeDir(files), write(axe, source))
}

// manifest is what package static reads at start-up.
type manifest struct {
	Files map[string]string `json:"files"` // source name → hashed name
	Icons []string          `json:"icons"`
}

// build gives the contents of static/dist by file name. The same sources always give the same bytes.
func build() (map[string][]byte, error) {
	icons, err := iconNames()
	if err != nil {
		return nil, err
	}
	drawn, err := sprite(icons)
	if err != nil {
		return nil, err
	}
	favicon, err := os.ReadFile(filepath.Join(sources, "src/favicon.svg"))
	if err != nil {
		return nil, err
	}
	named, licences, err := bundle()
	if err != nil {
		return nil, err
	}
	named["icons.svg"], named["favicon.svg"] = drawn, favicon

	m := manifest{Files: map[string]string{}, Icons: icons}
	files := map[string][]byte{"licences.txt": licences}
	for name, content := range named {
		hashed := hashedName(name, content)
		m.Files[name] = hashed
		files[hashed] = content
		if files[hashed+".gz"], err = gzipped(content); err != nil {
			return nil, err
		}
		if files[hashed+".br"], err = brotlied(content); err != nil {
			return nil, err
		}
	}
	files["manifest.json"], err = json.MarshalIndent(m, "", "  ")
	files["manifest.json"] = append(files["manifest.json"], '\n')
	return files, err
}

func hashedName(name string, content []byte) string {
	sum := sha256.Sum256(content)
	ext := filepath.Ext(name)
	return strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:6]) + ext
}

func gzipped(content []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func brotlied(content []byte) ([]byte, error) {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, brotli.BestCompression)
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func writeDir(files map[string][]byte) error {
	if err := os.RemoveAll(dist); err != nil {
		return err
	}
	var errs []error
	for name, content := range files {
		errs = append(errs, write(filepath.Join(dist, name), content))
	}
	return errors.Join(errs...)
}

func write(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

func compareDir(files map[string][]byte) error {
	entries, err := os.ReadDir(dist)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		if _, ok := files[e.Name()]; !ok {
			errs = append(errs, fmt.Errorf("%s/%s is left over: run go run ./%s", dist, e.Name(), sources))
		}
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		errs = append(errs, compare(filepath.Join(dist, name), files[name]))
	}
	return errors.Join(errs...)
}

// compare looks inside gzip files, because the compressor of another Go release may pack the same text differently.
func compare(path string, want []byte) error {
	got, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if strings.HasSuffix(path, ".gz") {
		if got, err = gunzipped(got); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if want, err = gunzipped(want); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("%s is out of date: run go run ./%s", path, sources)
	}
	return nil
}

func gunzipped(content []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
