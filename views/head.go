package views

import "html/template"

// Head is what a page tells the layout about itself. Every page model embeds it.
type Head struct {
	Title       string // without the association's name
	Window      string // instead of title and association's name in the browser's title bar, usually empty
	Description string
	BodyID      string
	Crumbs      []Crumb // between home and this page; home and the page itself are added
	Home        bool    // a home page has neither breadcrumbs nor a title of its own
	Apart       bool    // an error page: home stands above it, but it is no step of the way itself
	Canonical   string
	Alternates  []Alternate
	Staff       *Staff // the frame of the staff instead of the public one
}

// PageHead lets the kernel read the head of any page.
func (h Head) PageHead() Head { return h }

// Headed is any page model.
type Headed interface{ PageHead() Head }

// Content is a page whose body was rendered elsewhere, block by block.
type Content struct {
	Head
	Heading string // empty on home pages, whose blocks bring their own
	Body    template.HTML
}
