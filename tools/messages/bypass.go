package main

import (
	"path"
	"slices"
	"strings"
	"text/template/parse"
	"unicode"

	"golang.org/x/net/html"
)

// tornTag marks what is left of a tag that ends in one branch and goes on in the other: attributes, not text.
const tornTag = `="`

// bypasses names text that people would read and that no catalogue knows: words of a template outside its actions.
func (w templateFile) bypasses(t *parse.Tree) {
	var literal strings.Builder
	w.literals(t.Root, &literal)
	words := []string{literal.String()}
	if path.Ext(w.name) == ".html" {
		words = visible(literal.String())
	}
	for _, s := range words {
		s = strings.TrimSpace(s)
		if strings.ContainsFunc(s, unicode.IsLetter) && !strings.Contains(s, tornTag) {
			w.fault(w.name, "%q bypasses the catalogue", s)
		}
	}
}

// literals writes the text between the actions, in the order of the source and with all branches.
func (w templateFile) literals(l *parse.ListNode, out *strings.Builder) {
	if l == nil {
		return
	}
	branch := func(b parse.BranchNode) {
		w.literals(b.List, out)
		w.literals(b.ElseList, out)
	}
	for _, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			out.Write(n.Text)
		case *parse.IfNode:
			branch(n.BranchNode)
		case *parse.RangeNode:
			branch(n.BranchNode)
		case *parse.WithNode:
			branch(n.BranchNode)
		}
	}
}

// visible gives what a browser shows or reads out: text outside scripts and styles, and the attributes that name things.
func visible(markup string) []string {
	var found []string
	named := []string{"alt", "aria-description", "aria-label", "placeholder", "title"}
	hidden := false
	for z := html.NewTokenizer(strings.NewReader(markup)); z.Next() != html.ErrorToken; {
		token := z.Token()
		raw := token.Data == "script" || token.Data == "style"
		switch token.Type {
		case html.StartTagToken, html.SelfClosingTagToken:
			hidden = raw && token.Type == html.StartTagToken
			for _, a := range token.Attr {
				if slices.Contains(named, a.Key) {
					found = append(found, a.Val)
				}
			}
		case html.EndTagToken:
			hidden = hidden && !raw
		case html.TextToken:
			if !hidden {
				found = append(found, token.Data)
			}
		}
	}
	return found
}
