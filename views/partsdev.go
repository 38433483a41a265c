package views

// PartsPage is dev/parts: every shared partial with short, long, empty and refused content.
type PartsPage struct {
	Head
	Heading        Heading
	Messages       []Message
	Sections       PartsSections
	Buttons        Buttons
	Actions        []Action
	PostButton     PostButton
	Badges         []Badge
	Avatars        []Avatar
	Tasks, Cards   Cards
	Facts          Facts
	Filters        Filters
	Table          Table
	OneRow         Table
	NoRows         Table
	Hidden         []Hidden
	Form           []FormSection
	Pricing        Pricing
	SaveBar        SaveBar
	Problems       Problems
	Refused        []Field
	RefusedPricing Pricing
	RefusedButtons Buttons
	Dialog         Dialog
	Confirmation   Confirmation
	Short          Heading
}

// PartsSections are the headings of PartsPage.
type PartsSections struct {
	Buttons, Tasks, Cards, Facts, Table, OneRow, NoRows, Refused, Dialog Section
}

const (
	sampleName = "Te Rōpū Whakahaere o ngā Kaitiaki Pātaka Kōrero ā-Ōtautahi"
	sampleRich = "h2 h3 h4 bold italic ol ul link"
	sampleMail = "te-ropu-whakahaere-o-nga-kaitiaki-pataka-korero@otautahi.example.org.nz"
)

// SampleParts fills the page of all shared partials. The texts are samples, not translated.
func SampleParts() PartsPage {
	refused := sampleRefused()
	pricing := samplePricing("refused_option")
	pricing.Errors = []string{"Choose a membership"}
	return PartsPage{
		Head: Head{Title: "Parts", Description: "Every shared part"},
		Heading: Heading{
			Title: sampleName, Under: sampleMail, Avatar: Avatar{Name: sampleName, Large: true},
			Badge:   Badge{Tone: ToneSuccess, Icon: "check-circle-fill", Text: "Active"},
			Primary: Action{Text: "Invite a member", Href: "#", Icon: "person-plus"},
			Others:  []Action{{Text: "Edit", Href: "#", Icon: "pencil"}},
		},
		Messages: sampleMessages(),
		Sections: sampleSections(),
		Buttons: Buttons{
			Submit: Submit{Text: "Send invitation", Icon: "send"}, Cancel: Link{"Cancel", "#"},
			Apart: Action{Text: "Delete draft", Href: "#", Icon: "trash", Style: Danger},
		},
		Actions: []Action{
			{Text: "Secondary", Href: "#"},
			{Text: "Quiet", Href: "#", Style: Quiet},
			sampleRemoval("Remove member"),
			{Text: "Open invoice", Href: "#", NewTab: true},
			{Text: "Small", Href: "#", Small: true, Icon: "pencil"},
		},
		PostButton: PostButton{Action: "#", Submit: Submit{Text: "Accept", Style: Secondary, Icon: "check-lg"}},
		Badges:     sampleBadges(),
		Avatars:    []Avatar{{Name: "Mere Kahu"}, {Name: sampleName, Large: true}},
		Tasks:      sampleTasks(), Cards: sampleCards(), Facts: sampleFacts(),
		Filters: Filters{Chips: []Chip{{"Status: active", "#"}, {"Organisation: " + sampleName, "#"}}, Clear: "#"},
		Table:   sampleTable(), OneRow: sampleOneRow(), NoRows: sampleNoRows(),
		Hidden: []Hidden{{"next", "/en/"}}, Form: sampleForm(), Pricing: samplePricing("option"),
		SaveBar: SaveBar{
			Submit: Submit{Text: "Save"}, Others: []Submit{{Text: "Save and add another", Name: "then", Value: "another", Style: Secondary}},
			Cancel: Link{"Cancel", "#"}, Apart: Action{Text: "Delete", Href: "#", Style: Danger},
		},
		Problems: ProblemsOf([]string{"The invitation was changed by somebody else while you were editing"},
			append(refused, Field{ID: pricing.ID, Errors: pricing.Errors})...),
		Refused: refused, RefusedPricing: pricing,
		RefusedButtons: Buttons{Submit: Submit{Text: "Apply for membership"}, Cancel: Link{"Cancel", "#"}},
		Dialog: Dialog{
			ID: "sample-dialog", Title: "Leave the organisation?", Lines: []string{"You lose your seat at once."}, Action: "#",
			Submit: Submit{Text: "Leave", Style: DangerNow}, Cancel: "Stay",
		},
		Confirmation: Confirmation{
			Title: "Leave " + sampleName + "?", Lines: []string{"You lose your seat at once.", "You can be invited again."}, Action: "#",
			Submit: Submit{Text: "Leave", Style: DangerNow}, Cancel: Link{"Stay", "#"},
		},
		Short: Heading{
			Title: "Events", Lead: "What is on, and how to come.",
			Primary: Action{Text: "Add an event", Href: "#"},
		},
	}
}

func sampleSections() PartsSections {
	return PartsSections{
		Buttons: Section{Title: "Buttons and badges"},
		Tasks:   Section{Title: "To do"},
		Cards:   Section{Title: "Cards"},
		Facts:   Section{Title: "Facts", Action: Action{Text: "Edit the facts", Href: "#", Icon: "pencil"}},
		Table:   Section{Title: "Members", Action: Action{Text: "Export", Href: "#", Icon: "download"}},
		OneRow:  Section{Title: "Invoices"},
		NoRows:  Section{Title: "Organisations"},
		Refused: Section{Title: "A refused form"},
		Dialog:  Section{Title: "A question", Action: sampleRemoval("Open the question")},
	}
}

func sampleRemoval(text string) Action {
	return Action{Text: text, Href: "#remove", Icon: "person-x", Style: Danger, Ask: Ask{
		Title:   "Remove " + sampleName + "?",
		Message: "They lose their seat and their membership at once. Their account stays, and you can invite them again.",
		Confirm: "Remove", Style: DangerNow,
	}}
}

func sampleMessages() []Message {
	return []Message{
		{Level: LevelSuccess, Text: "Your invitation has been sent to " + sampleMail + "."},
		{Level: LevelInfo, Text: "Your invoice is on its way.", Link: Link{"Show it", "#"}},
		{Level: LevelWarning, Text: "Your membership ends on 3 March 2027.", Standing: true},
		{Level: LevelError, Text: "The file could not be read. Choose a JPEG or PNG picture smaller than 10 MB."},
	}
}

func sampleBadges() []Badge {
	return []Badge{
		{ToneSuccess, "check-circle-fill", "Active", ""},
		{TonePrimary, "hourglass-split", "Pending", ""},
		{"", "slash-circle", "Expired", ""},
		{ToneDanger, "calendar-x", "Cancelled", ""},
		{ToneInfo, "hourglass-split", "On its way", ""},
		{ToneWarning, "clock", "Awaiting payment", "Due 3 March 2027"},
		{"", "", "None", ""},
	}
}

func sampleTasks() Cards {
	return Cards{Single: true, Cards: []Card{
		{
			Task: true, Under: true, Icon: "receipt", Tone: ToneWarning, Title: "Pay invoice INV-0123",
			Text: "$49.99, due 3 March 2027", Actions: []Action{{Text: "Pay invoice", Href: "#", Style: Primary}},
		},
		{
			Task: true, Under: true, Icon: "envelope-plus", Tone: ToneInfo, Title: "Join " + sampleName,
			Text: "Mere Kahu invited you on 1 March 2027.", Post: PostButton{Action: "#", Submit: Submit{Text: "Accept", Style: Secondary}},
		},
	}}
}

func sampleCards() Cards {
	return Cards{Cards: []Card{
		{Under: true, Title: "Sign-in security", Icon: "shield-check", Text: "Two-factor authentication is off.", Actions: []Action{{Text: "Turn on", Href: "#"}}},
		{
			Under: true, Title: sampleName, Href: "#", Text: "The whole card is a link.",
			Badges: []Badge{{ToneSuccess, "check-circle-fill", "Active", ""}}, Facts: sampleFacts().Facts[:2],
		},
		{Under: true, Title: "Short", Text: "A card may be almost empty."},
	}}
}

func sampleFacts() Facts {
	return Facts{Facts: []Fact{
		{Term: "Name", Text: sampleName},
		{Term: "Seats", Text: "12 of 20"},
		{Term: "E-mail", Text: sampleMail, Href: "#"},
		{Term: "Address", Lines: []string{"12 Rātā Street", "Ōtautahi Christchurch 8011"}},
		{Term: "Status", Badge: Badge{ToneWarning, "clock", "Awaiting payment", ""}},
	}}
}
