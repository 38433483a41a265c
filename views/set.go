package views

import (
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"reflect"
	"strings"
	"sync/atomic"
	"text/template/parse"
)

// Set holds every template once per language. It never changes after start-up, so requests share it without locks.
type Set struct {
	locales map[string]*template.Template
	bound   []binding
	faults  []error
}

type binding struct {
	name string
	zero any
}

// Load parses all pages of files for each language. Mail templates are parsed by the package that sends them.
func Load(files fs.FS, assets Assets, languages ...Translator) (*Set, error) {
	s := &Set{locales: map[string]*template.Template{}}
	for _, tr := range languages {
		root, err := load(files, funcs(tr, assets))
		if err != nil {
			return nil, fmt.Errorf("load templates in %s: %w", tr.Code(), err)
		}
		s.locales[tr.Code()] = root
	}
	return s, nil
}

func load(files fs.FS, fm template.FuncMap) (*template.Template, error) {
	root := template.New("").Funcs(fm)
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".html") || strings.HasPrefix(path, "mail/") {
			return err
		}
		src, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		return addFile(root, strings.TrimSuffix(path, ".html"), string(src), fm)
	})
	return root, err
}

// addFile parses one file apart from the others, because html/template silently lets a second definition of a name
// replace the first.
func addFile(root *template.Template, name, src string, fm template.FuncMap) error {
	trees, err := parse.Parse(name, src, "", "", fm, builtins())
	if err != nil {
		return err
	}
	if err := foldAll(trees, fm); err != nil {
		return err
	}
	for defined, tree := range trees {
		if defined != name && !strings.HasPrefix(defined, name+"#") {
			return fmt.Errorf("%s.html defines %q: a fragment is named %s#…", name, defined, name)
		}
		if root.Lookup(defined) != nil {
			return fmt.Errorf("%q is defined twice", defined)
		}
		if _, err := root.AddParseTree(defined, tree); err != nil {
			return err
		}
	}
	return nil
}

// builtins names the functions that the template packages bring; the parser only asks whether they exist.
func builtins() map[string]any {
	names := map[string]any{}
	for _, n := range strings.Fields("and call html index slice js len not or print printf println urlquery eq ge gt le lt ne") {
		names[n] = fmt.Sprint
	}
	return names
}

// Page is a template for a whole page's content together with the type of its model.
type Page[T any] struct{ Part[T] }

// Part is a template for a fragment together with the type of its model.
type Part[T any] struct {
	set  *Set
	name string
	size *atomic.Int64 // of what it gave last: the next will be about as long
}

// BindPage promises that template name is rendered from a T. A missing template is reported by Set.Err.
func BindPage[T any](s *Set, name string) Page[T] { return Page[T]{BindPart[T](s, name)} }

// BindPart promises that fragment name is rendered from a T. A missing template is reported by Set.Err.
func BindPart[T any](s *Set, name string) Part[T] {
	for code, root := range s.locales {
		if root.Lookup(name) == nil {
			s.faults = append(s.faults, fmt.Errorf("no template %q in %s", name, code))
		}
	}
	var zero T
	s.bound = append(s.bound, binding{name: name, zero: zero})
	return Part[T]{set: s, name: name, size: new(atomic.Int64)}
}

// Err gives every binding that failed; ask once all pages are bound.
func (s *Set) Err() error { return errors.Join(s.faults...) }

// Render gives the fragment in a language. Nothing is written on the way, so an error never leaves half a page.
func (p Part[T]) Render(locale string, model T) (template.HTML, error) {
	root, ok := p.set.locales[locale]
	if !ok {
		return "", fmt.Errorf("render %s: no templates in %q", p.name, locale)
	}
	var out strings.Builder
	out.Grow(int(p.size.Load()))
	if err := root.ExecuteTemplate(&out, p.name, model); err != nil {
		return "", fmt.Errorf("render %s in %s: %w", p.name, locale, err)
	}
	p.size.Store(int64(out.Len()))
	return template.HTML(out.String()), nil
}

// Each calls check for every bound template with its zero model, in each language. Tests use it to compare templates
// with types and to execute them once, because a tag left open by a branch shows only then.
func (s *Set) Each(check func(t *template.Template, name string, zero any) error) error {
	var faults []error
	for code, root := range s.locales {
		for _, b := range s.bound {
			if err := check(root.Lookup(b.name), b.name, b.zero); err != nil {
				faults = append(faults, fmt.Errorf("%s in %s: %w", b.name, code, err))
			}
		}
	}
	return errors.Join(faults...)
}

// Types gives the type of every bound model by template name.
func (s *Set) Types() map[string]reflect.Type {
	types := map[string]reflect.Type{}
	for _, b := range s.bound {
		types[b.name] = reflect.TypeOf(b.zero)
	}
	return types
}
