package views

import "html/template"

// Shell is what the layout prints around a page. The kernel fills it for every request, pages never do.
type Shell struct {
	Lang        string // "mi"
	Title       string // finished: page – association
	Description string
	Author      string // short name of the association
	Canonical   string // absolute address, empty on pages that are not content
	Alternates  []Alternate
	Favicon     string
	ThemeStyle  string        // address of the theme's style sheet, empty without a site
	ThemeHead   template.HTML // the theme's own head HTML, written by people with that right
	BodyID      string
	Mode        string // light or dark, for the page, the bar and the footer
	NavbarMode  string
	FooterMode  string
	Staff       Staff // navigation of the staff frame

	Home       string
	Brand      Brand
	FooterLogo Brand
	Menu       []MenuItem
	SignIn     *ShellLink // nil when signed in
	SignUp     *ShellLink // nil when signed in or registration is closed
	Person     *ShellPerson
	Languages  []Language // empty when only one is enabled
	Crumbs     []Crumb    // empty on home pages
	Flashes    []Message
	LinkedIn   string
	Facebook   string
	Columns    []FooterColumn
	FooterText template.HTML // cleaned rich text

	Body template.HTML // the page, rendered from its own model
}

// Alternate is the same page in another language.
type Alternate struct{ Lang, Href string }

// Brand shows the association: its logo, or its name where there is none.
type Brand struct{ Name, Logo string }

// ShellLink is a link or a button of the bar; Class holds the style that the theme chose.
type ShellLink struct{ Text, Href, Class string }

// ShellPerson is the signed-in person's corner.
type ShellPerson struct {
	Name      string
	Avatar    Avatar
	Dashboard string
	Profile   string   // where they change what is stored about them
	Desks     []Action // where they look after something
	SignOut   string
}

// MenuItem is an entry of a menu of at most two levels.
type MenuItem struct {
	Text, Href string
	Handle     string
	Active     bool // the page or one above it
	Current    bool // exactly this page
	Children   []MenuItem
}

// Language is an entry of the language switches; the current one is no link.
type Language struct {
	Code, Name, Href string
	Current          bool
}

// Crumb is a step of the way from home; the last one and structure-only pages have no Href.
type Crumb struct {
	Text, Href string
	Last       bool
}

// FooterColumn is a menu in the footer.
type FooterColumn struct {
	Heading string
	Items   []MenuItem
}
