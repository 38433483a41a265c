package views

import (
	"fmt"
	"html/template"
	"regexp"
	"strings"
)

var iconClasses = regexp.MustCompile(`^[\w\s-]*$`)

// funcs is the closed list of what templates may call. Everything else arrives in the model.
func funcs(tr Translator, assets Assets) template.FuncMap {
	return template.FuncMap{
		"t":     tr.T,
		"tn":    tr.N,
		"tc":    tr.C,
		"lang":  tr.Code,
		"path":  func(p string, args ...any) string { return prefixed(tr.Code(), p, args...) },
		"asset": assets.URL,
		"icon": func(name string, classes ...string) (template.HTML, error) {
			href, err := assets.Icon(name)
			if err != nil {
				return "", err
			}
			return icon(name, href, strings.Join(classes, " ")), nil
		},
	}
}

// prefixed puts the language before a path of the site.
func prefixed(code, path string, args ...any) string {
	if len(args) > 0 {
		path = fmt.Sprintf(path, args...)
	}
	return "/" + code + path
}

// icon draws a decorative icon. Extra classes that hold anything but words are dropped all together.
func icon(name, href, classes string) template.HTML {
	class := "bi bi-" + name
	if classes != "" && iconClasses.MatchString(classes) {
		class += " " + classes
	}
	return template.HTML(`<svg class="` + template.HTMLEscapeString(class) +
		`" width="16" height="16" fill="currentColor" aria-hidden="true" focusable="false"><use href="` +
		template.HTMLEscapeString(href) + `"></use></svg>`)
}
