package views

// Every shared partial shared/<name> prints exactly one of these types, always passed by value. All strings arrive
// finished, in the reader's language. An optional part is absent when it is the zero value.

// Style is how a button or a link that looks like one is drawn.
type Style string

// The styles of buttons. The zero Style is that of a secondary act.
const (
	Primary   Style = "btn-primary"
	Secondary Style = "btn-secondary"
	Quiet     Style = "btn-quiet"
	Danger    Style = "btn-outline-danger" // opens the question; the answer is DangerNow
	DangerNow Style = "btn-danger"
)

// Tone is the colour of a badge, a card's icon or a message; a word and an icon always say the same.
type Tone string

// The tones. The zero Tone is grey.
const (
	ToneSuccess Tone = "success"
	TonePrimary Tone = "primary"
	ToneInfo    Tone = "info"
	ToneWarning Tone = "warning"
	ToneDanger  Tone = "danger"
)

// Link is a place with its name. Zero: absent.
type Link struct{ Text, Href string }

// Ask is the question of the action dialog before an act. Its sentence names the thing and the consequence; at a button
// of a form, "{name}" in it stands for what the input of that name says.
type Ask struct {
	Title, Message  string
	Confirm, Cancel string // labels; empty: "Confirm", "Cancel"
	Style           Style  // of the confirming button; empty: Primary
	Nothing         bool   // there is nothing to confirm: the dialog only tells
	Swaps           string // at an Action: id of the element that htmx takes out of the answer; empty: the whole page comes anew
}

// Action (shared/action) is a link drawn as a button. With an Ask it opens the dialog, which posts to Href; without
// scripts it leads to Href, whose GET shows the same question as a Confirmation. Zero: absent.
type Action struct {
	Text, Href string
	Label      string // for screen readers, where Text alone says too little; begins with Text ("Remove Mere Kahu")
	Icon       string
	Style      Style
	Small      bool
	NewTab     bool
	ID         string
	Into       string // id of the element that htmx fills with the answer, instead of leading there
	Ask        Ask
}

// AsPrimary gives the same act, drawn as the one primary act of a page.
func (a Action) AsPrimary() Action {
	a.Style = Primary
	return a
}

// Submit (shared/submit) is the button that sends a form. It shows progress and cannot be pressed twice. Zero: absent.
type Submit struct {
	Text        string
	Name, Value string
	Style       Style // empty: Primary
	Small       bool
	Icon        string
	Form        string // id of its form when it stands outside
	Action      string // address, when another than the form's
	Get         bool   // only looks: the form is sent as part of the address
	Label       string // as in Action
	NoBusy      bool   // downloads: the page stays
	Ask         Ask    // with scripts; without, the form is sent at once
}

// Buttons (shared/buttons) is the row at the end of a form: the act, the way out, others, and a dangerous one apart.
type Buttons struct {
	Submit Submit
	Cancel Link
	Others []Submit
	Apart  Action
}

// PostButton (shared/post-button) is a form of one button, for acts that can do without a question.
type PostButton struct {
	Action string // address
	Fields []Hidden
	Submit Submit
	Swaps  string // as in Ask
}

// Hidden (shared/hidden) is a value that travels with a form.
type Hidden struct{ Name, Value string }

// Heading (shared/heading) begins a page: its only h1, the one primary act right of it (on a phone beneath), quiet
// ones after it.
type Heading struct {
	Title   string
	Under   string // one muted line beneath ("mere@example.nz")
	Lead    string
	Badge   Badge
	Avatar  Avatar
	Primary Action // drawn as Primary whatever its Style
	Others  []Action
}

// Section (shared/section) begins a part of a page: an h2 with an act, seldom with others.
type Section struct {
	ID     string // for links into the page
	Title  string
	Action Action
	Others []Action
}

// Badge (shared/badge) is a state: tone, icon and word together. Zero: absent.
type Badge struct {
	Tone       Tone
	Icon, Text string
	Title      string // the exact date, where Text is relative
}

// Avatar (shared/avatar) is a round picture, or a person on a grey disc. Zero: absent.
type Avatar struct {
	Name       string // full name
	Src        string
	Large      bool // 100 px (64 on a phone) instead of 32
	Decorative bool // the name stands beside it
}

// Card (shared/card) is a thing of its own. With Task it is something to do: icon, sentence and one button in a row.
type Card struct {
	ID      string
	Along   bool // comes with another fragment: htmx puts it in the place of the one with its ID
	Title   string
	Href    string // makes the whole card a link
	Under   bool   // stands beneath an h2, so that its title is an h3
	Text    string
	Icon    string
	Tone    Tone // of the icon
	Badges  []Badge
	Facts   []Fact
	Actions []Action
	Post    PostButton // instead of Actions, when the act needs no question
	Task    bool
}

// FactList gives the facts to their own partial.
func (c Card) FactList() Facts { return Facts{Facts: c.Facts} }

// Cards (shared/cards) is a list of cards side by side, or beneath each other with Single.
type Cards struct {
	ID     string
	Single bool
	Cards  []Card
}

// Fact is a line of a definition list. Lines, Badge and Href are alternatives to Text, or accompany it.
type Fact struct {
	Term  string
	Text  string
	Href  string
	Lines []string
	Badge Badge
	Title string // the exact date, where Text is relative
}

// Facts (shared/facts) is a definition list.
type Facts struct{ Facts []Fact }

// Pricing (shared/pricing) is a choice of one among cards with prices; the cards are radio buttons.
type Pricing struct {
	ID, Name string
	Legend   string
	Help     string
	Errors   []string
	Limits   string // id of a number of the same form; the chosen card says how large it may be
	Cards    []PricingCard
}

// PricingCard is one card of a Pricing.
type PricingCard struct {
	Value    string
	Checked  bool
	Title    string
	Price    string // "$49.99"
	Per      string // "/ seat", "plus GST"
	Duration string
	Badges   []Badge
	Text     []string // the description, line by line
	Lines    []Fact   // only Term and Text
	Foot     string   // "Payment due 20 days after the invoice"
	Max      string   // of the number that Pricing.Limits names; empty: none
}

// Message (shared/message) tells what happened or how things are: icon, word and sentence. Messages that followed an
// act can be dismissed and are announced; Standing ones belong to the page.
type Message struct {
	ID       string
	Along    bool // as in Card
	Level    Level
	Text     string
	Link     Link
	Standing bool
}

// Level of a Message; the names are those of the classes of the style sheet.
type Level string

// The levels of messages.
const (
	LevelInfo    Level = "info"
	LevelSuccess Level = "success"
	LevelWarning Level = "warning"
	LevelError   Level = "error"
)

// Success tells whether the message tells of something done. The template chooses icon and word by it.
func (m Message) Success() bool { return m.Level == LevelSuccess }

// Warning tells whether the message warns.
func (m Message) Warning() bool { return m.Level == LevelWarning }

// Error tells whether the message tells of a failure.
func (m Message) Error() bool { return m.Level == LevelError }

// Urgent messages interrupt a screen reader.
func (m Message) Urgent() bool { return m.Warning() || m.Error() }

// Messages (shared/messages) sends messages along with a fragment: htmx puts them in the place of those of the page.
type Messages struct{ Messages []Message }

// Empty (shared/empty) says what would be here and offers the step that fills it. Zero: absent.
type Empty struct {
	Icon   string
	Title  string
	Text   string
	Action Action
	Under  bool // stands beneath an h2, so that its title is an h3
}

// Dialog (shared/dialog) is a question that stands ready in the page, opened by a link to "#" + ID of a page without
// scripts. Most acts need only an Ask.
type Dialog struct {
	ID     string
	Title  string
	Lines  []string
	Action string // address
	Fields []Hidden
	Submit Submit
	Cancel string // label
}

// Confirmation (shared/confirmation) is the same question as a page's content, for people without scripts.
type Confirmation struct {
	Title    string
	Problems Problems // of an answer that was refused
	Lines    []string
	Action   string // address
	Fields   []Hidden
	Submit   Submit
	Cancel   Link
}

// Notice (shared/notice) is a page's whole content when it only tells something.
type Notice struct {
	Heading Heading
	Lines   []string
	Buttons Buttons
}

// Bare is the frame layout/bare of a page that can be shown without database, session and theme.
type Bare struct {
	Title, Heading, Text string
	Reference            string
	Home                 Link
}
