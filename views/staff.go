package views

// Staff is the navigation of the frame that those work in who look after something.
type Staff struct {
	Home  string
	Place string // what people call it all
	Speak string // where another language is asked for
	Here  string // the address of the page, to come back to
	Areas []StaffArea
	Keys  []StaffKey
}

// StaffKey tells what pressing some keys one after the other does.
type StaffKey struct {
	Press []string
	Text  string
}

// StaffArea is a section of the navigation.
type StaffArea struct {
	Title, Icon, Href string
	Items             []StaffItem
}

// StaffItem is a list of the navigation. g and its letter lead there.
type StaffItem struct {
	Text, Href, Icon string
	Add, AddText     string // address and label of the form for a new entry, empty without the right
	Letter           string
	Current          bool
}
