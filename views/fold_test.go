package views

import (
	"html/template"
	"io/fs"
	"strings"
	"testing"
	"text/template/parse"
)

// tricky is a language whose words need escaping wherever they stand.
type tricky struct{}

func (tricky) Code() string                                 { return "en" }
func (tricky) T(id string, _ ...any) string                 { return id + ` +<b> & "it" 'is'` }
func (t tricky) N(one, _ string, _ int, args ...any) string { return t.T(one, args...) }
func (t tricky) C(_, id string, args ...any) string         { return t.T(id, args...) }

// somewhere has every asset.
type somewhere struct{}

func (somewhere) URL(name string) (string, error)  { return "/static/" + name, nil }
func (somewhere) Icon(name string) (string, error) { return "/static/icons.svg#" + name, nil }

// TestFold compares what folding makes of every template with what html/template itself makes of it, on a way through
// all conditions and on a way past them.
func TestFold(t *testing.T) {
	t.Parallel()
	fm := funcs(tricky{}, somewhere{})
	places := 0
	err := fs.WalkDir(FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".html") || strings.HasPrefix(path, "mail/") {
			return err
		}
		src, err := fs.ReadFile(FS, path)
		if err != nil {
			return err
		}
		for _, into := range []bool{true, false} {
			plain, folded := way(t, path, string(src), fm, into), way(t, path, string(src), fm, into)
			for name, tree := range folded {
				places += strings.Count(plain[name].Root.String(), "{{")
				if err := fold(tree.Root, fm); err != nil {
					t.Errorf("fold(%s) = %v", name, err)
				}
				if strings.Contains(tree.Root.String(), "{{") {
					t.Errorf("fold(%s) leaves %s", name, tree.Root)
				}
				if got, want := executed(t, name, tree, fm), executed(t, name, plain[name], fm); got != want {
					t.Errorf("%s, folded:\n%s\nwant\n%s", name, got, want)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if places < 100 {
		t.Errorf("there are %d constant calls in all templates, want many", places)
	}
}

// way is a file without conditions: their inside or what stands otherwise, and of the calls only the constant ones.
func way(t *testing.T, name, src string, fm template.FuncMap, into bool) map[string]*parse.Tree {
	t.Helper()
	trees, err := parse.Parse(name, src, "", "", fm, builtins())
	if err != nil {
		t.Fatal(err)
	}
	for _, tree := range trees {
		tree.Root.Nodes = straight(t, tree.Root, fm, into)
	}
	return trees
}

func straight(t *testing.T, list *parse.ListNode, fm template.FuncMap, into bool) (nodes []parse.Node) {
	t.Helper()
	if list == nil {
		return nil
	}
	branch := func(b parse.BranchNode) {
		if into || b.ElseList == nil {
			nodes = append(nodes, straight(t, b.List, fm, into)...)
			return
		}
		nodes = append(nodes, straight(t, b.ElseList, fm, into)...)
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			nodes = append(nodes, n)
		case *parse.ActionNode:
			if _, constant, err := constantOf(n.Pipe, fm); constant && err == nil {
				nodes = append(nodes, n)
			}
		case *parse.IfNode:
			branch(n.BranchNode)
		case *parse.RangeNode:
			branch(n.BranchNode)
		case *parse.WithNode:
			branch(n.BranchNode)
		}
	}
	return nodes
}

func executed(t *testing.T, name string, tree *parse.Tree, fm template.FuncMap) string {
	t.Helper()
	tmpl, err := template.New("").Funcs(fm).AddParseTree(name, tree)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := tmpl.ExecuteTemplate(&out, name, nil); err != nil {
		t.Fatalf("%s = %v", name, err)
	}
	return out.String()
}

func TestFoldLeavesTheRest(t *testing.T) {
	t.Parallel()
	fm := funcs(tricky{}, somewhere{})
	for src, want := range map[string]string{
		`{{t "Name"}}`:         "Name",
		`{{t "Name %s" .X}}`:   `{{t "Name %s" .X}}`,
		`{{icon .X}}`:          `{{icon .X}}`,
		`{{.X}}`:               `{{.X}}`,
		`{{$x := t "Name"}}`:   `{{$x := t "Name"}}`,
		`{{t "Name" | print}}`: `{{t "Name" | print}}`,
		`{{tn "a" "b" 2}}`:     `{{tn "a" "b" 2}}`,
		`{{if .X}}{{t "Name"}}{{else}}{{range .X}}{{path "/a/"}}{{end}}{{end}}`: "{{else}}{{range .X}}/en/a/{{end}}",
	} {
		trees, err := parse.Parse("x", src, "", "", fm, builtins())
		if err != nil {
			t.Fatal(err)
		}
		if err := foldAll(trees, fm); err != nil {
			t.Fatal(err)
		}
		if got := trees["x"].Root.String(); !strings.Contains(got, want) || want == "Name" && strings.Contains(got, "{{") {
			t.Errorf("fold(%s) = %s, want %s", src, got, want)
		}
	}
}
