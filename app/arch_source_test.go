package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pack is a package of this repository as the architecture sees it. It is parsed, not type-checked, so that the rules
// can be looked at while the code does not compile.
type pack struct {
	Path      string   // inside the repository, "." at its top
	Imports   []string // packages of the repository, without those of its tests
	Libraries []string // other people's packages, likewise
	Files     []*source
}

// support reports whether the package exists for tests alone: app/database/dbtest and the like.
func (p pack) support() bool { return strings.HasSuffix(path.Base(p.Path), "test") }

// program are the files that the built program consists of.
func (p pack) program() []*source {
	if p.support() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.Files), func(s *source) bool { return s.test })
}

// source is one Go file.
type source struct {
	name  string // inside the repository
	test  bool
	fset  *token.FileSet
	tree  *ast.File
	lines int
}

func (s *source) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.name, s.fset.Position(n.Pos()).Line)
}

// calls what the file calls an imported package, "" where it does not import it.
func (s *source) calls(imported string) string {
	for _, i := range s.tree.Imports {
		if i.Path.Value != `"`+imported+`"` {
			continue
		}
		if i.Name != nil {
			return i.Name.Name
		}
		return path.Base(imported)
	}
	return ""
}

func parseSource(name string, text []byte) (*source, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &source{
		name: name, test: strings.HasSuffix(name, "_test.go"), fset: fset, tree: tree,
		lines: bytes.Count(text, []byte("\n")),
	}, nil
}

// repositoryRoot is where go.mod is.
func repositoryRoot(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return root
}

// repository lists and parses every package. Files that do not parse are the compiler's to report.
func repository(t *testing.T, root string) []pack {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-e", "-tags=nomsgpack,nodynamic",
		"-json=ImportPath,Dir,Imports,GoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles", "./...")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packs []pack
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var l struct {
			ImportPath, Dir                                             string
			Imports, GoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles []string
		}
		err := d.Decode(&l)
		if errors.Is(err, io.EOF) {
			return packs
		}
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		p := newPack(l.ImportPath, l.Imports)
		for _, name := range slices.Concat(l.GoFiles, l.IgnoredGoFiles, l.TestGoFiles, l.XTestGoFiles) {
			text, err := os.ReadFile(filepath.Join(l.Dir, name))
			if err != nil {
				continue // gone since it was listed
			}
			if s, err := parseSource(path.Join(p.Path, name), text); err == nil {
				p.Files = append(p.Files, s)
			}
		}
		packs = append(packs, p)
	}
}

// newPack sorts imports into ours and other people's.
func newPack(importPath string, imports []string) pack {
	p := pack{Path: inside(importPath)}
	for _, i := range imports {
		if i == module || strings.HasPrefix(i, module+"/") {
			p.Imports = append(p.Imports, inside(i))
		} else {
			p.Libraries = append(p.Libraries, i)
		}
	}
	return p
}

const module = "ams"

// inside makes a path in the repository of an import path of this module.
func inside(importPath string) string {
	if importPath == module {
		return "."
	}
	return strings.TrimPrefix(importPath, module+"/")
}

// texts gives the files that people write, by their name in the repository, until visit returns an error.
func texts(root string, visit func(name string, text []byte) error) error {
	return filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		switch name = filepath.ToSlash(name); {
		case d.IsDir() && slices.Contains([]string{".git", ".dev", "node_modules", "testdata", "dist"}, d.Name()):
			return fs.SkipDir
		case d.IsDir() || name == ".env":
			return nil
		}
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
			return nil // a picture or a program
		}
		return visit(name, text)
	})
}
