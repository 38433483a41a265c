package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"
)

// templates reads all templates of views, those of mail included.
func (s *sources) templates(root string, files []string) error {
	for _, name := range files {
		if !strings.HasPrefix(name, "views/") || !slices.Contains([]string{".html", ".txt"}, path.Ext(name)) {
			continue
		}
		src, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return fmt.Errorf("extract: %w", err)
		}
		if err := s.template(name, string(src)); err != nil {
			return err
		}
	}
	return nil
}

func (s *sources) template(name, src string) error {
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	if _, err := tree.Parse(src, "", "", trees); err != nil {
		return fmt.Errorf("extract: %w", err)
	}
	for _, t := range trees {
		w := templateFile{sources: s, name: name, src: src}
		w.list(t.Root)
		w.bypasses(t)
	}
	return nil
}

type templateFile struct {
	*sources
	name, src string
}

func (w templateFile) place(n parse.Node) string {
	return w.name + ":" + strconv.Itoa(1+strings.Count(w.src[:n.Position()], "\n"))
}

func (w templateFile) list(l *parse.ListNode) {
	if l == nil { // no else
		return
	}
	for _, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			w.pipe(n.Pipe)
		case *parse.TemplateNode:
			w.pipe(n.Pipe)
		case *parse.IfNode:
			w.branch(n.BranchNode)
		case *parse.RangeNode:
			w.branch(n.BranchNode)
		case *parse.WithNode:
			w.branch(n.BranchNode)
		}
	}
}

func (w templateFile) branch(b parse.BranchNode) {
	w.pipe(b.Pipe)
	w.list(b.List)
	w.list(b.ElseList)
}

func (w templateFile) pipe(p *parse.PipeNode) {
	if p == nil { // {{template "x"}} without a model
		return
	}
	for i, c := range p.Cmds {
		w.command(c, i > 0)
		for _, arg := range c.Args {
			switch arg := arg.(type) {
			case *parse.PipeNode:
				w.pipe(arg)
			case *parse.ChainNode:
				if inner, ok := arg.Node.(*parse.PipeNode); ok {
					w.pipe(inner)
				}
			}
		}
	}
}

// command looks for t, tn and tc. What is piped into a command is its last argument.
func (w templateFile) command(c *parse.CommandNode, piped bool) {
	for i, arg := range c.Args {
		name, ok := arg.(*parse.IdentifierNode)
		if !ok || !slices.Contains([]string{"t", "tn", "tc"}, name.Ident) {
			continue
		}
		if i > 0 {
			w.fault(w.place(c), "put parentheses round %s", name.Ident)
			continue
		}
		w.call(name.Ident, c, piped)
	}
}

func (w templateFile) call(name string, c *parse.CommandNode, piped bool) {
	fixed := map[string]int{"t": 1, "tn": 3, "tc": 2}[name]
	given := len(c.Args) - 1
	if piped {
		given++
	}
	if given < fixed {
		w.fault(w.place(c), "%s has too few arguments", name)
		return
	}
	var words []string
	for i := range min(fixed, 2) {
		if i+1 < len(c.Args) {
			if s, ok := c.Args[i+1].(*parse.StringNode); ok {
				words = append(words, s.Text)
			}
		}
	}
	if len(words) < min(fixed, 2) {
		w.fault(w.place(c), "the text of %s is not a literal", name)
		return
	}
	u := use{args: given - fixed}
	switch name {
	case "t":
		u.id = words[0]
	case "tn":
		u.id, u.many = words[0], words[1]
	case "tc":
		u.context, u.id = words[0], words[1]
	}
	w.add(w.name, w.place(c), u)
}
