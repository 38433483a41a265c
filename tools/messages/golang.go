package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	langImport = "ams/app/lang"
	langFolder = "app/lang" // calls its own functions without the name of the package
)

// goFiles reads all Go files but tests, one package after the other, because constants may stand in another file.
func (s *sources) goFiles(root string, files []string) error {
	folders := map[string][]string{}
	for _, f := range files {
		if strings.HasSuffix(f, ".go") && !strings.HasSuffix(f, "_test.go") {
			folders[path.Dir(f)] = append(folders[path.Dir(f)], f)
		}
	}
	for folder, names := range folders {
		if err := s.goPackage(root, folder, names); err != nil {
			return err
		}
	}
	return nil
}

func (s *sources) goPackage(root, folder string, names []string) error {
	positions := token.NewFileSet()
	parsed := map[string]*ast.File{}
	constants := map[string]ast.Expr{}
	for _, name := range names {
		f, err := parser.ParseFile(positions, filepath.Join(root, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("extract: %w", err)
		}
		parsed[name] = f
		collectConstants(f, constants)
	}
	for name, f := range parsed {
		g := goFile{
			sources: s, name: name, positions: positions, constants: constants,
			alias: importName(f), own: folder == langFolder,
		}
		g.walk(f)
	}
	return nil
}

func collectConstants(f *ast.File, into map[string]ast.Expr) {
	for _, d := range f.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok || decl.Tok != token.CONST {
			continue
		}
		for _, spec := range decl.Specs {
			v := spec.(*ast.ValueSpec)
			for i := range min(len(v.Names), len(v.Values)) {
				into[v.Names[i].Name] = v.Values[i]
			}
		}
	}
}

func importName(f *ast.File) string {
	for _, i := range f.Imports {
		if i.Path.Value != strconv.Quote(langImport) {
			continue
		}
		if i.Name != nil {
			return i.Name.Name
		}
		return path.Base(langImport)
	}
	return ""
}

type goFile struct {
	*sources
	name      string
	positions *token.FileSet
	constants map[string]ast.Expr
	alias     string // how the file names package lang, empty where it does not import it
	own       bool   // the file belongs to package lang
}

func (g goFile) place(n ast.Node) string {
	return g.name + ":" + strconv.Itoa(g.positions.Position(n.Pos()).Line)
}

func (g goFile) walk(f *ast.File) {
	called := map[ast.Node]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			called[n.Fun] = true
			if name := g.function(n.Fun); name != "" {
				g.call(name, n)
			} else {
				g.method(n)
			}
		case *ast.SelectorExpr:
			if !called[n] && g.function(n) != "" {
				g.fault(g.place(n), "lang.%s is not called here, so its texts cannot be extracted", n.Sel.Name)
			}
		case *ast.CompositeLit:
			if sel, ok := n.Type.(*ast.SelectorExpr); ok && !g.own && g.isLang(sel) && sel.Sel.Name == "Message" &&
				len(n.Elts) > 0 {
				g.fault(g.place(n), "write lang.M, lang.N or lang.C instead of lang.Message{…}")
			}
		}
		return true
	})
}

// function is M, N or C where an expression names one of these functions of package lang.
func (g goFile) function(e ast.Expr) string {
	name := ""
	switch e := e.(type) {
	case *ast.SelectorExpr:
		if g.isLang(e) {
			name = e.Sel.Name
		}
	case *ast.Ident:
		if g.own {
			name = e.Name
		}
	}
	if slices.Contains([]string{"M", "N", "C"}, name) {
		return name
	}
	return ""
}

func (g goFile) isLang(e *ast.SelectorExpr) bool {
	x, ok := e.X.(*ast.Ident)
	return ok && x.Name == g.alias
}

func (g goFile) call(name string, c *ast.CallExpr) {
	fixed := map[string]int{"M": 1, "N": 3, "C": 2}[name]
	constants := min(fixed, 2) // ids, plural and context; the number of N decides itself
	if len(c.Args) < fixed {
		g.fault(g.place(c), "lang.%s has too few arguments", name)
		return
	}
	var words []string
	for _, a := range c.Args[:constants] {
		word, ok := g.constant(a, 0)
		if !ok {
			g.fault(g.place(c), "the text of lang.%s is not a constant", name)
			return
		}
		words = append(words, word)
	}
	u := use{args: len(c.Args) - fixed}
	if c.Ellipsis.IsValid() {
		u.args = unknownArgs
	}
	switch name {
	case "M":
		u.id = words[0]
	case "N":
		u.id, u.many = words[0], words[1]
	case "C":
		u.context, u.id = words[0], words[1]
	}
	g.add(g.name, g.place(c), u)
}

// method refuses the functions of templates in Go code, where nobody would find their texts.
func (g goFile) method(c *ast.CallExpr) {
	sel, ok := c.Fun.(*ast.SelectorExpr)
	if !ok || g.own || len(c.Args) == 0 || !slices.Contains([]string{"T", "N", "C"}, sel.Sel.Name) {
		return
	}
	if _, ok := g.constant(c.Args[0], 0); ok {
		g.fault(g.place(c), "say lang.M, lang.N or lang.C in Go; %s is for templates", sel.Sel.Name)
	}
}

// constant is the value of a string literal, a constant of the package, or their concatenation.
func (g goFile) constant(e ast.Expr, depth int) (string, bool) {
	if depth > 20 { // a constant that names itself
		return "", false
	}
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil && e.Kind == token.STRING
	case *ast.ParenExpr:
		return g.constant(e.X, depth+1)
	case *ast.Ident:
		if value, ok := g.constants[e.Name]; ok {
			return g.constant(value, depth+1)
		}
	case *ast.BinaryExpr:
		left, ok := g.constant(e.X, depth+1)
		right, also := g.constant(e.Y, depth+1)
		return left + right, ok && also && e.Op == token.ADD
	}
	return "", false
}
