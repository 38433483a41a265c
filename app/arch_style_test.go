package app_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

const (
	longestFile     = 400
	longestTest     = 600
	longestFunction = 60
	// A domain that shows more interfaces than these, or wider ones, expects its users to be built around it.
	mostInterfaces = 3
	mostMethods    = 3
)

func checkInit(p pack) (broken []string) {
	for _, s := range p.Files {
		for _, f := range functions(s) {
			if f.Recv == nil && f.Name.Name == "init" {
				broken = append(broken, s.at(f)+": init runs unasked; let whoever needs it call a function")
			}
		}
	}
	return broken
}

func checkVariables(p pack) (broken []string) {
	for _, s := range p.program() {
		for _, d := range s.tree.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				if !constantLike(s, g, v) && !linked(s, v) {
					broken = append(broken, fmt.Sprintf("%s: package variable %s; hand it down from app.go", s.at(v), v.Names[0].Name))
				}
			}
		}
	}
	return broken
}

// constantLike variables are set once, by the declaration, to what nobody changes.
func constantLike(s *source, g *ast.GenDecl, v *ast.ValueSpec) bool {
	if v.Names[0].Name == "_" && v.Type != nil { // that a type has an interface
		return true
	}
	for _, doc := range []*ast.CommentGroup{g.Doc, v.Doc} {
		if doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") }) {
			return true
		}
	}
	made := []string{"regexp.MustCompile", "errors.New", "fmt.Errorf", "sync.OnceValue", "sync.OnceValues"}
	for _, value := range v.Values {
		call, ok := value.(*ast.CallExpr)
		if !ok || !slices.ContainsFunc(made, func(name string) bool {
			from, function, _ := strings.Cut(name, ".")
			return selects(s, call.Fun, from, function)
		}) {
			return false
		}
	}
	return len(v.Values) > 0
}

// linked variables are set by the linker: it knows no constants.
func linked(s *source, v *ast.ValueSpec) bool {
	text, ok := v.Type.(*ast.Ident)
	return s.name == "app/version.go" && ok && text.Name == "string" && len(v.Values) == 0
}

func checkFileLength(p pack) (broken []string) {
	for _, s := range p.Files {
		most := longestFile
		if s.test || p.support() {
			most = longestTest
		}
		if s.lines > most && !ast.IsGenerated(s.tree) {
			broken = append(broken, fmt.Sprintf("%s has %d lines, at most %d are read with pleasure", s.name, s.lines, most))
		}
	}
	return broken
}

func checkFunctionLength(p pack) (broken []string) {
	for _, s := range p.program() {
		for _, f := range functions(s) {
			lines := s.fset.Position(f.End()).Line - s.fset.Position(f.Pos()).Line + 1
			if lines > longestFunction && !ast.IsGenerated(s.tree) {
				broken = append(broken, fmt.Sprintf("%s: %s has %d lines, more than %d", s.at(f), f.Name.Name, lines, longestFunction))
			}
		}
	}
	return broken
}

func checkInterfaces(p pack) (broken []string) {
	if l, _ := level(p.Path); l != domain {
		return nil
	}
	n := 0
	for _, s := range p.program() {
		ast.Inspect(s.tree, func(node ast.Node) bool {
			t, ok := node.(*ast.TypeSpec)
			if !ok || !t.Name.IsExported() {
				return true
			}
			if i, ok := t.Type.(*ast.InterfaceType); ok {
				if n++; i.Methods.NumFields() > mostMethods {
					broken = append(broken, fmt.Sprintf("%s: interface %s has more than %d methods", s.at(t), t.Name.Name, mostMethods))
				}
			}
			return true
		})
	}
	if n > mostInterfaces {
		broken = append(broken, fmt.Sprintf("%s exports %d interfaces, more than %d", p.Path, n, mostInterfaces))
	}
	return broken
}

// checkTrustedHTML keeps what html/template takes as safe to where it is made safe.
func checkTrustedHTML(p pack) (broken []string) {
	trusted := []string{"HTML", "HTMLAttr", "CSS", "JS", "JSStr", "URL", "Srcset"}
	allowed := []string{
		"views", "app/richtext", "app/cms", // with app/cms/block
		"app/mail/templates.go", // comments for one mail program, out of our own templates
	}
	return uses(p, "html/template", trusted, allowed, "only views and the CMS say what is safe", func(s *source, f func(ast.Expr)) {
		ast.Inspect(s.tree, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				f(call.Fun)
			}
			return true
		})
	})
}

// checkMachineClock keeps rules to the application's clock.
func checkMachineClock(p pack) (broken []string) {
	allowed := []string{
		".", "tools", "bench", "app/clock", "app/dev", "app/web", "jobs",
		"app/database/wait.go",  // for a server that starts
		"app/database/count.go", // for how long statements take
		"app/inspect.go",        // for the heartbeat of a worker
		"app/mail/mailgun.go",   // until the date of a Retry-After
		"app/mail/smtp.go",      // for time limits, and the date of a message that leaves now
	}
	asks := []string{"Now", "Since", "Until"}
	return uses(p, "time", asks, allowed, "rules take clock.Clock or a time", func(s *source, f func(ast.Expr)) {
		ast.Inspect(s.tree, func(n ast.Node) bool {
			if e, ok := n.(*ast.SelectorExpr); ok {
				f(e)
			}
			return true
		})
	})
}

// uses finds names of a package in the program outside the allowed packages and files; each gives what to look at.
func uses(p pack, from string, names, allowed []string, reason string, each func(*source, func(ast.Expr))) (broken []string) {
	for _, s := range p.program() {
		if under(p.Path, allowed...) || slices.Contains(allowed, s.name) {
			continue
		}
		each(s, func(e ast.Expr) {
			for _, name := range names {
				if selects(s, e, from, name) {
					broken = append(broken, fmt.Sprintf("%s: %s.%s; %s", s.at(e), from, name, reason))
				}
			}
		})
	}
	return broken
}

// selects reports whether an expression is a name of an imported package.
func selects(s *source, e ast.Expr, from, name string) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name != "" && x.Name == s.calls(from)
}

func functions(s *source) (all []*ast.FuncDecl) {
	for _, d := range s.tree.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			all = append(all, f)
		}
	}
	return all
}

// unfinished are notes to oneself; what is left to do is in the issues. The words are cut so that this file has none.
var unfinished = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`)

// registries are settings of the machine that something was built on.
var registries = regexp.MustCompile(`"resolved":|^registry\s*=|\n\s*registry\s*=|GOPROXY\s*=|GOSUMDB\s*=|--registry|--(extra-)?index-url|\bindex-url\s*=`)

// checkText looks at any file that people write.
func checkText(name, text string) (broken []string) {
	if found := unfinished.FindStringIndex(text); found != nil {
		broken = append(broken, fmt.Sprintf("%s:%d: a note to oneself; finish it or file it", name, line(text, found[0])))
	}
	if found := registries.FindStringIndex(text); found != nil && !strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, ".md") {
		broken = append(broken, fmt.Sprintf("%s:%d: where packages come from is the machine's business", name, line(text, found[0])))
	}
	return broken
}

func line(text string, at int) int { return strings.Count(text[:at], "\n") + 1 }
