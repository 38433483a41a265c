// Package static holds the browser assets and serves them below /static/ under names that change with their content.
package static

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
)

// prefix is where the assets are served.
const prefix = "/static/"

//go:embed dist
var dist embed.FS

// Files are the assets of this program, read once and never changed.
type Files struct {
	hashed  map[string]string // source name → name with hash
	icons   map[string]bool
	content map[string]file // by name with hash
}

type file struct {
	kind              string
	plain, gzip, brot []byte
}

// Load reads the embedded assets.
func Load() (*Files, error) {
	root, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, err
	}
	return load(root)
}

func load(root fs.FS) (*Files, error) {
	raw, err := fs.ReadFile(root, "manifest.json")
	if err != nil {
		return nil, fmt.Errorf("read the list of assets: %w", err)
	}
	var m struct {
		Files map[string]string
		Icons []string
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("read the list of assets: %w", err)
	}
	f := &Files{hashed: m.Files, icons: map[string]bool{}, content: map[string]file{}}
	for _, name := range m.Icons {
		f.icons[name] = true
	}
	for _, name := range m.Files {
		if f.content[name], err = read(root, name); err != nil {
			return nil, fmt.Errorf("read asset %s: %w", name, err)
		}
	}
	licences, err := fs.ReadFile(root, "licences.txt")
	f.content["licences.txt"] = file{kind: "text/plain; charset=utf-8", plain: licences}
	return f, err
}

func read(root fs.FS, name string) (file, error) {
	kind, ok := contentType(name)
	if !ok {
		return file{}, fmt.Errorf("no content type for it")
	}
	plain, err := fs.ReadFile(root, name)
	if err != nil {
		return file{}, err
	}
	gz, err := fs.ReadFile(root, name+".gz")
	if err != nil {
		return file{}, err
	}
	br, err := fs.ReadFile(root, name+".br")
	return file{kind: kind, plain: plain, gzip: gz, brot: br}, err
}

func contentType(name string) (string, bool) {
	switch name[strings.LastIndexByte(name, '.')+1:] {
	case "css":
		return "text/css; charset=utf-8", true
	case "js":
		return "text/javascript; charset=utf-8", true
	case "svg":
		return "image/svg+xml", true
	case "woff2":
		return "font/woff2", true
	case "png":
		return "image/png", true
	}
	return "", false
}

// URL gives the address of an asset by its source name ("site.css"). It changes when the content does.
func (f *Files) URL(name string) (string, error) {
	hashed, ok := f.hashed[name]
	if !ok {
		return "", fmt.Errorf("no asset %q: add it to tools/assets", name)
	}
	return prefix + hashed, nil
}

// Icon gives the address of a drawing in the sprite ("person").
func (f *Files) Icon(name string) (string, error) {
	if !f.icons[name] {
		return "", fmt.Errorf("no icon %q: add it to tools/assets/src/icons.txt", name)
	}
	sprite, err := f.URL("icons.svg")
	return sprite + "#" + name, err
}

// ServeHTTP answers GET and HEAD below /static/ with the smallest form that the browser accepts. Hashed names may be
// kept for a year, because other content has another name.
func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name, _ := strings.CutPrefix(r.URL.Path, prefix)
	found, ok := f.content[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", found.kind)
	h.Set("X-Content-Type-Options", "nosniff")
	if name == "licences.txt" {
		h.Set("Cache-Control", "public, max-age=3600")
	} else {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body := found.choose(h, r.Header.Get("Accept-Encoding"))
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the browser has gone away
	}
}

func (f file) choose(h http.Header, accepted string) []byte {
	if f.gzip == nil {
		return f.plain
	}
	h.Set("Vary", "Accept-Encoding")
	switch {
	case accepts(accepted, "br"):
		h.Set("Content-Encoding", "br")
		return f.brot
	case accepts(accepted, "gzip"):
		h.Set("Content-Encoding", "gzip")
		return f.gzip
	}
	return f.plain
}

// accepts reads an Accept-Encoding header; "br;q=0" means never.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		value, found := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		if !found {
			return true
		}
		q, err := strconv.ParseFloat(value, 64)
		return err == nil && q > 0
	}
	return false
}
