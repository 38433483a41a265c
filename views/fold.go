package views

import (
	"fmt"
	"html/template"
	"strings"
	"text/template/parse"
)

// fold replaces calls that give the same in every answer, {{t "Sign in"}} or {{icon "person"}}, by what they give: there
// is one set for each language, and such calls are most of what a page does. They stand between elements or in quoted
// attributes, where text is escaped in the same way.
func fold(node parse.Node, fm template.FuncMap) error {
	list, ok := node.(*parse.ListNode)
	if !ok || list == nil {
		return nil
	}
	for i, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			text, constant, err := constantOf(n.Pipe, fm)
			if err != nil {
				return err
			}
			if constant {
				list.Nodes[i] = &parse.TextNode{NodeType: parse.NodeText, Pos: n.Pos, Text: []byte(text)}
			}
		case *parse.IfNode:
			if err := foldBranches(&n.BranchNode, fm); err != nil {
				return err
			}
		case *parse.RangeNode:
			if err := foldBranches(&n.BranchNode, fm); err != nil {
				return err
			}
		case *parse.WithNode:
			if err := foldBranches(&n.BranchNode, fm); err != nil {
				return err
			}
		}
	}
	return nil
}

func foldBranches(b *parse.BranchNode, fm template.FuncMap) error {
	if err := fold(b.List, fm); err != nil {
		return err
	}
	return fold(b.ElseList, fm)
}

// constantOf is what a call of one of our functions gives that has texts for arguments and nothing else.
func constantOf(pipe *parse.PipeNode, fm template.FuncMap) (html string, constant bool, err error) {
	if len(pipe.Decl) > 0 || len(pipe.Cmds) != 1 {
		return "", false, nil
	}
	args := pipe.Cmds[0].Args
	name, ok := args[0].(*parse.IdentifierNode)
	if !ok {
		return "", false, nil
	}
	texts := make([]string, 0, len(args))
	for _, a := range args[1:] {
		text, ok := a.(*parse.StringNode)
		if !ok {
			return "", false, nil
		}
		texts = append(texts, text.Text)
	}
	return called(fm[name.Ident], texts)
}

func called(function any, texts []string) (html string, constant bool, err error) {
	switch f := function.(type) {
	case func(string, ...any) string: // t, path
		if len(texts) == 1 {
			return escaped(f(texts[0])), true, nil
		}
	case func(string, string, ...any) string: // tc
		if len(texts) == 2 {
			return escaped(f(texts[0], texts[1])), true, nil
		}
	case func(string) (string, error): // asset
		if len(texts) == 1 {
			address, err := f(texts[0])
			return escaped(address), err == nil, err
		}
	case func(string, ...string) (template.HTML, error): // icon
		if len(texts) > 0 {
			drawn, err := f(texts[0], texts[1:]...)
			return string(drawn), err == nil, err
		}
	}
	return "", false, nil
}

// escaped is a text as html/template writes it.
func escaped(text string) string {
	return strings.ReplaceAll(template.HTMLEscapeString(text), "+", "&#43;")
}

// foldAll folds the templates of a file.
func foldAll(trees map[string]*parse.Tree, fm template.FuncMap) error {
	for name, tree := range trees {
		if err := fold(tree.Root, fm); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
