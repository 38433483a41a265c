package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// entries are the bundles: file name in static/dist → source below src.
func entries() map[string]string {
	return map[string]string{
		"site.css": "css/site.css", "site.js": "js/site.js",
		"staff.css": "css/staff.css", "staff.js": "js/staff.js", "mode.js": "js/mode.js",
		"richtext.css": "css/richtext.css", "richtext.js": "js/richtext.js",
	}
}

// bundle gives the minified bundles by name, and the licence texts of every package inside them.
func bundle() (map[string][]byte, []byte, error) {
	out := map[string][]byte{}
	packages := map[string]bool{"bootstrap-icons": true}
	for name, source := range entries() {
		content, used, err := bundleOne(filepath.Join("src", source))
		if err != nil {
			return nil, nil, fmt.Errorf("bundle %s: %w", name, err)
		}
		out[name] = content
		for _, p := range used {
			packages[p] = true
		}
	}
	licences, err := licenceTexts(slices.Sorted(maps.Keys(packages)))
	return out, licences, err
}

func bundleOne(source string) (content []byte, packages []string, err error) {
	dir, err := filepath.Abs(sources)
	if err != nil {
		return nil, nil, err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     dir,
		EntryPoints:       []string{source},
		Bundle:            true,
		Metafile:          true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LegalComments:     api.LegalCommentsNone,
		Format:            api.FormatIIFE,
		Charset:           api.CharsetUTF8,
		Engines: []api.Engine{
			{Name: api.EngineChrome, Version: "117"}, {Name: api.EngineFirefox, Version: "125"}, {Name: api.EngineSafari, Version: "17"},
		},
		Outfile: filepath.Join("out", filepath.Base(source)),
		Write:   false,
		// htmx holds an eval that its setting allowEval switches off.
		LogOverride: map[string]api.LogLevel{"direct-eval": api.LogLevelSilent},
	})
	var faults []error
	for _, m := range append(result.Errors, result.Warnings...) {
		faults = append(faults, errors.New(m.Text))
	}
	if len(faults) > 0 || len(result.OutputFiles) != 1 {
		return nil, nil, errors.Join(append(faults, fmt.Errorf("%d files", len(result.OutputFiles)))...)
	}
	packages, err = packagesIn(result.Metafile)
	return result.OutputFiles[0].Contents, packages, err
}

func packagesIn(metafile string) ([]string, error) {
	var meta struct {
		Inputs map[string]struct{} `json:"inputs"`
	}
	if err := json.Unmarshal([]byte(metafile), &meta); err != nil {
		return nil, err
	}
	var names []string
	for path := range meta.Inputs {
		rest, ok := strings.CutPrefix(path, "node_modules/")
		if !ok {
			continue
		}
		parts := strings.Split(rest, "/")
		name := parts[0]
		if strings.HasPrefix(name, "@") {
			name += "/" + parts[1]
		}
		names = append(names, name)
	}
	return names, nil
}

func licenceTexts(packages []string) ([]byte, error) {
	var out strings.Builder
	out.WriteString("Licences of the software inside the bundles of this folder\n")
	for _, name := range packages {
		var found []byte
		for _, file := range []string{"LICENSE", "LICENSE.md", "LICENSE.txt", "LICENSE-MIT"} {
			content, err := os.ReadFile(filepath.Join(sources, "node_modules", name, file))
			if err == nil {
				found = content
				break
			}
		}
		if found == nil {
			return nil, fmt.Errorf("no licence text in %s", name)
		}
		fmt.Fprintf(&out, "\n%s\n%s\n\n%s\n", name, strings.Repeat("-", len(name)), strings.TrimSpace(string(found)))
	}
	return []byte(out.String()), nil
}

var iconInTemplate = regexp.MustCompile(`icon "([a-z0-9-]+)"`)

// iconNames gives the names listed in src/icons.txt and those that templates draw.
func iconNames() ([]string, error) {
	list, err := os.ReadFile(filepath.Join(sources, "src/icons.txt"))
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, n := range strings.Fields(string(list)) {
		names[n] = true
	}
	err = filepath.WalkDir("views", func(path string, d os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".html") {
			return err
		}
		content, err := os.ReadFile(path)
		for _, m := range iconInTemplate.FindAllSubmatch(content, -1) {
			names[string(m[1])] = true
		}
		return err
	})
	return slices.Sorted(maps.Keys(names)), err
}

var (
	svgBody = regexp.MustCompile(`(?s)^<svg[^>]*viewBox="([^"]+)"[^>]*>(.*)</svg>\s*$`)
	svgGaps = regexp.MustCompile(`>\s+<`)
)

// sprite puts the drawings into one file, each as a symbol with the icon's name as its id.
func sprite(names []string) ([]byte, error) {
	var out strings.Builder
	out.WriteString(`<svg xmlns="http://www.w3.org/2000/svg">`)
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(sources, "node_modules/bootstrap-icons/icons", name+".svg"))
		if err != nil {
			return nil, fmt.Errorf("icon %q: %w", name, err)
		}
		m := svgBody.FindSubmatch(content)
		if m == nil {
			return nil, fmt.Errorf("icon %q is no plain SVG", name)
		}
		body := strings.TrimSpace(svgGaps.ReplaceAllString(string(m[2]), "><"))
		fmt.Fprintf(&out, `<symbol id="%s" viewBox="%s">%s</symbol>`, name, m[1], body)
	}
	out.WriteString("</svg>\n")
	return []byte(out.String()), nil
}
