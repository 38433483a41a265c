// Package richtext keeps the HTML that editors write to a short list of elements, and resolves the links in it.
//
// Stored text links to a page of the site by its id (<a data-page="12">), so that the link follows when the page moves.
package richtext

import (
	"html"
	"html/template"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Kind says which elements a text may have.
type Kind int

// Paragraph has emphasis, lists, raised, lowered and struck text, links and alignment; Line leaves lists, raised, lowered
// and struck text out. Document has headings (h2 to h4), emphasis, lists and links.
const (
	Paragraph Kind = iota
	Line
	Document
)

// listDepth is how deep lists may be nested; what is deeper loses its list but not its words.
const listDepth = 4

var (
	alignment  = regexp.MustCompile(`^align-(?:left|center|right|justify)$`)
	id         = regexp.MustCompile(`^[1-9][0-9]{0,17}$`)
	emptyLines = regexp.MustCompile(`\n\s*\n`)
)

// A policy never changes once it is built, so all texts share it.
var (
	paragraph = sync.OnceValue(func() *bluemonday.Policy {
		return aligned(policy("p", "br", "b", "strong", "i", "em", "a", "ul", "ol", "li", "sup", "sub", "s", "del"))
	})
	line     = sync.OnceValue(func() *bluemonday.Policy { return aligned(policy("p", "br", "b", "strong", "i", "em", "a")) })
	document = sync.OnceValue(func() *bluemonday.Policy {
		return policy("h2", "h3", "h4", "p", "br", "b", "strong", "i", "em", "a", "ul", "ol", "li")
	})
	none = sync.OnceValue(bluemonday.StrictPolicy)
)

func policy(elements ...string) *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(elements...)
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("data-page", "data-document").Matching(id).OnElements("a")
	p.AllowURLSchemes("http", "https", "ftp", "mailto", "tel")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnFullyQualifiedLinks(true)
	p.RequireNoReferrerOnFullyQualifiedLinks(true)
	return p
}

func aligned(p *bluemonday.Policy) *bluemonday.Policy {
	p.AllowAttrs("class").Matching(alignment).OnElements("p")
	return p
}

func (k Kind) policy() *bluemonday.Policy {
	switch k {
	case Line:
		return line()
	case Document:
		return document()
	}
	return paragraph()
}

// Features names what an editor offers for texts of the kind, as its script knows it.
func (k Kind) Features() string {
	switch k {
	case Line:
		return "bold italic align link"
	case Document:
		return "h2 h3 h4 bold italic ol ul link"
	}
	return "bold italic strike sup sub ol ul align link"
}

// Clean gives what may be stored of a text, with every element closed. Cleaning a second time changes nothing.
func Clean(k Kind, text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
	balanced, err := balance(text)
	if err != nil { // nested beyond all reason
		return none().Sanitize(text)
	}
	return strings.TrimSpace(k.policy().Sanitize(balanced))
}

// Paragraphs gives a text that was typed without any markup its elements: an empty line begins a paragraph. A text with
// markup stays as it is.
func Paragraphs(text string) string {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if text == "" || strings.Contains(text, "<") {
		return text
	}
	text = emptyLines.ReplaceAllString(text, "</p><p>")
	return "<p>" + strings.ReplaceAll(text, "\n", "<br>") + "</p>"
}

// balance closes what is open: the policy looks at one tag after the other and would let an unclosed one through, into
// the rest of the page.
func balance(text string) (string, error) {
	nodes, err := nethtml.ParseFragment(strings.NewReader(text), &nethtml.Node{Type: nethtml.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, n := range nodes {
		flatten(n, 0)
		if err := nethtml.Render(&out, n); err != nil {
			return "", err
		}
	}
	return out.String(), nil
}

// flatten turns lists that are nested too deep into plain elements, which the policy drops.
func flatten(n *nethtml.Node, depth int) {
	if n.Type == nethtml.ElementNode {
		switch n.DataAtom {
		case atom.Ul, atom.Ol:
			depth++
		}
		if depth > listDepth && (n.DataAtom == atom.Ul || n.DataAtom == atom.Ol || n.DataAtom == atom.Li) {
			n.DataAtom, n.Data = atom.Span, "span"
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		flatten(c, depth)
	}
}

// Plain is the text without markup; empty when there is nothing to read.
func Plain(text string) string {
	return strings.TrimSpace(html.UnescapeString(none().Sanitize(strings.ReplaceAll(text, "<", " <"))))
}

// Targets gives the ids of the pages and documents that a text links to.
func Targets(text string) (pages, documents []int64) {
	z := nethtml.NewTokenizer(strings.NewReader(text))
	for z.Next() != nethtml.ErrorToken {
		if t := z.Token(); t.DataAtom == atom.A {
			if n, ok := number(t, "data-page"); ok {
				pages = append(pages, n)
			}
			if n, ok := number(t, "data-document"); ok {
				documents = append(documents, n)
			}
		}
	}
	return pages, documents
}

// Links tells where links lead. A nil function knows no target.
type Links struct {
	Page     func(id int64) (href string, ok bool)
	Document func(id int64) (href string, ok bool)
	Localise func(href string) string // of links that editors typed
}

// Render gives a stored text for a page: cleaned once more, since the rules may have become stricter since it was stored, and
// with its links resolved. A link whose target is gone leaves its words. A Document stands beneath its title on the page,
// so its headings are one level lower than they are stored.
func Render(k Kind, text string, to Links) template.HTML {
	z := nethtml.NewTokenizer(strings.NewReader(Clean(k, text)))
	var out strings.Builder
	for {
		switch z.Next() {
		case nethtml.ErrorToken: // the end
			return template.HTML(out.String())
		case nethtml.StartTagToken, nethtml.EndTagToken:
			t := z.Token()
			if t.Type == nethtml.StartTagToken && t.DataAtom == atom.A {
				out.WriteString(to.link(t))
				continue
			}
			if k == Document {
				t.Data = lower(t.Data)
			}
			out.WriteString(t.String())
		default:
			out.Write(z.Raw())
		}
	}
}

func lower(heading string) string {
	switch heading {
	case "h2":
		return "h3"
	case "h3":
		return "h4"
	case "h4":
		return "h5"
	}
	return heading
}

// link writes the opening tag; an element without an address is plain text to browsers.
func (to Links) link(t nethtml.Token) string {
	href, rel := "", ""
	for _, a := range t.Attr {
		switch a.Key {
		case "href":
			href = a.Val
			if to.Localise != nil {
				href = to.Localise(href)
			}
		case "rel":
			rel = a.Val
		}
	}
	if n, ok := number(t, "data-document"); ok {
		href, rel = target(to.Document, n), ""
	}
	if n, ok := number(t, "data-page"); ok {
		href, rel = target(to.Page, n), ""
	}
	out := nethtml.Token{Type: nethtml.StartTagToken, DataAtom: atom.A, Data: "a"}
	if href != "" {
		out.Attr = append(out.Attr, nethtml.Attribute{Key: "href", Val: href})
	}
	if rel != "" {
		out.Attr = append(out.Attr, nethtml.Attribute{Key: "rel", Val: rel})
	}
	return out.String()
}

func target(find func(int64) (string, bool), id int64) string {
	if find != nil {
		if href, ok := find(id); ok {
			return href
		}
	}
	return ""
}

func number(t nethtml.Token, key string) (int64, bool) {
	for _, a := range t.Attr {
		if a.Key == key {
			n, err := strconv.ParseInt(a.Val, 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}
