package views

import "html/template"

// Block is a rendered block together with the kind that names its class.
type Block struct {
	Kind string // "heading_block"
	HTML template.HTML
}

// BlockList is the content of a column.
type BlockList struct{ Blocks []Block }

// BlockPage is the body of a page. Name is set where no block brings the page's first heading: readers of screens then
// hear it.
type BlockPage struct {
	Home   bool // more air between the blocks
	Name   string
	Blocks BlockList
}

// HeadingBlock is a heading inside a page; neither H3 nor H4 means the level below the page's own heading.
type HeadingBlock struct {
	H3, H4 bool
	Class  string // alignment
	Text   string
}

// ParagraphBlock is cleaned rich text.
type ParagraphBlock struct{ HTML template.HTML }

// TitleBlock is the large heading of a home page.
type TitleBlock struct {
	Class    string // alignment
	Title    TitleLine
	Subtitle TitleLine
	Above    bool // the subtitle stands before the title
}

// TitleLine is one of the two texts of a TitleBlock.
type TitleLine struct {
	Lines  []string
	Class  string
	Colour string // empty: as the theme has it
}

// ColumnsBlock stands side by side where there is room.
type ColumnsBlock struct{ Columns []BlockColumn }

// BlockColumn has its width in Class.
type BlockColumn struct {
	Class  string
	Blocks BlockList
}
