package mail

import (
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"path"
	"regexp"
	"strings"
	texttemplate "text/template"
	"text/template/parse"

	"ams/views"
)

// subject is the ending of the template inside a letter's text file that writes its subject.
const subject = "#subject"

// outlook finds the comments that only Outlook reads. html/template would strip them with all others.
var outlook = regexp.MustCompile(`(?s)<!--\[if.*?-->|<!--<!\[endif\]-->`)

// language holds every letter in one language. It never changes after start-up.
type language struct {
	texts *texttemplate.Template
	pages map[string]*htmltemplate.Template
}

func load(files fs.FS, tr views.Translator) (language, error) {
	fm := map[string]any{"t": tr.T, "tn": tr.N, "tc": tr.C, "lang": tr.Code}
	l := language{texts: texttemplate.New("").Funcs(fm).Funcs(texttemplate.FuncMap{straight: printed}), pages: map[string]*htmltemplate.Template{}}
	found, err := fs.Glob(files, "mail/*")
	if err != nil {
		return l, err
	}
	for _, file := range found {
		src, err := fs.ReadFile(files, file)
		if err != nil {
			return l, err
		}
		ext := path.Ext(file)
		id := strings.TrimSuffix(path.Base(file), ext)
		switch ext {
		case ".txt":
			err = addText(l.texts, id, string(src), fm)
		case ".html":
			l.pages[id], err = parsePage(id, string(src), fm)
		default:
			err = fmt.Errorf("%s is neither a text nor an HTML part", file)
		}
		if err != nil {
			return l, err
		}
	}
	return l, nil
}

// addText parses a file apart from the others: it may define only names of its own, so no file replaces a template of
// another one.
func addText(root *texttemplate.Template, id, src string, fm texttemplate.FuncMap) error {
	file, err := texttemplate.New(id).Funcs(fm).Funcs(texttemplate.FuncMap{straight: printed}).Parse(src)
	if err != nil {
		return err
	}
	for _, t := range file.Templates() {
		if t.Name() != id && !strings.HasPrefix(t.Name(), id+"#") {
			return fmt.Errorf("mail/%s.txt defines %q: a fragment is named %s#…", id, t.Name(), id)
		}
		straighten(t.Root)
		if _, err := root.AddParseTree(t.Name(), t.Tree); err != nil {
			return err
		}
	}
	return nil
}

// straight is the function behind everything that a text part prints.
const straight = "straight"

func printed(value any) string { return oneLine(fmt.Sprint(value)) }

// straighten keeps whatever a text part prints on one line, as html/template escapes it for the other part: lines and
// paragraphs are for the template alone to begin, not for what people have typed.
func straighten(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			if len(n.Pipe.Decl) == 0 {
				call := &parse.CommandNode{NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{parse.NewIdentifier(straight).SetPos(n.Pos)}}
				n.Pipe.Cmds = append(n.Pipe.Cmds, call)
			}
		case *parse.IfNode:
			straighten(n.List)
			straighten(n.ElseList)
		case *parse.RangeNode:
			straighten(n.List)
			straighten(n.ElseList)
		case *parse.WithNode:
			straighten(n.List)
			straighten(n.ElseList)
		}
	}
}

// parsePage puts a call in the place of each comment for Outlook, which gives the comment back. Only our own compiled
// files come here, never what a person typed.
func parsePage(id, src string, fm htmltemplate.FuncMap) (*htmltemplate.Template, error) {
	var kept []htmltemplate.HTML
	src = outlook.ReplaceAllStringFunc(src, func(comment string) string {
		kept = append(kept, htmltemplate.HTML(comment))
		return fmt.Sprintf("{{outlook %d}}", len(kept)-1)
	})
	for _, comment := range kept {
		if strings.Contains(string(comment), "{{") {
			return nil, fmt.Errorf("mail/%s.html has a template action inside a comment for Outlook", id)
		}
	}
	give := map[string]any{"outlook": func(i int) htmltemplate.HTML { return kept[i] }}
	return htmltemplate.New(id).Funcs(fm).Funcs(give).Parse(src)
}
