// Package account is the people: who they are, how they join, prove their address and sign in.
package account

import (
	"cmp"
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"ams/app/fault"
	"ams/app/href"
	"ams/app/lang"
)

// Longest values that the columns hold, in characters.
const (
	maxEmail    = 254
	maxUsername = 150
	maxName     = 150
)

// domainLabel is a part of a domain between two dots, in any script.
var domainLabel = regexp.MustCompile(`^[\pL\pN]([\pL\pM\pN-]*[\pL\pM\pN])?$`)

var usernamePattern = regexp.MustCompile(`^[a-zA-ZāēīōūĀĒĪŌŪ0-9._-]+$`)

// Person is somebody with an account. The zero Person is an anonymous visitor.
type Person struct {
	ID         int64 `bun:",pk,autoincrement"`
	UUID       string
	Email      string
	Username   string
	FirstName  string
	LastName   string
	Picture    string `bun:"profile_picture"`   // object key in the public bucket, empty without picture
	Thumbnail  string `bun:"profile_thumbnail"` // the same small and square; missing until a page needs it
	Language   string // preferred language, empty for none; may be one that is not enabled now
	Active     bool   `bun:"is_active"`
	Staff      bool   `bun:"is_staff"`
	Superuser  bool   `bun:"is_superuser"`
	DateJoined time.Time
	ErasedAt   *time.Time
}

// Name is the full name, shown everywhere. It is empty for an erased person: pages then print a text of the catalogue.
func (p Person) Name() string {
	return strings.TrimSpace(p.FirstName + " " + p.LastName)
}

// Label names a person to themselves: an account from elsewhere may have no name, but it has a username.
func (p Person) Label() string { return cmp.Or(p.Name(), p.Username) }

// Title names a person in lists and messages of the staff, with the address that tells people of one name apart.
func (p Person) Title() string {
	if name := p.Name(); name != "" {
		return name + " (" + p.Email + ")"
	}
	return p.Email
}

// Called is Label as pages name people to others: of whoever was erased there is no name to show.
func (p Person) Called(tr *lang.Translator) string {
	if p.ErasedAt != nil {
		return tr.Say(lang.M("Erased person"))
	}
	return p.Label()
}

// Listed is Title, as Called is Label.
func (p Person) Listed(tr *lang.Translator) string {
	if p.ErasedAt != nil {
		return p.Called(tr)
	}
	return p.Title()
}

// Page is the path of the person's own page below the language.
func (p Person) Page() string {
	return "/users/" + href.Segment(p.Username) + "/"
}

// SignedIn tells a person from an anonymous visitor.
func (p Person) SignedIn() bool { return p.ID != 0 }

// Locale is the person's preferred language when that is enabled, else fallback.
func (p Person) Locale(enabled []lang.Locale, fallback lang.Locale) lang.Locale {
	for _, l := range enabled {
		if string(l) == p.Language {
			return l
		}
	}
	return fallback
}

// MaySee reports whether p may open the dashboard of owner.
func (p Person) MaySee(owner Person) bool {
	return p.ID == owner.ID || p.Staff || p.Superuser
}

// CanonicalEmail is an address as it is stored and compared.
func CanonicalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// canonicalUsername is a username as it is stored; uniqueness ignores case as well.
func canonicalUsername(s string) string { return norm.NFC.String(strings.TrimSpace(s)) }

func checkEmail(p *fault.Fields, field, email string) {
	switch {
	case email == "":
		p.Add(field, lang.M("Enter your e-mail address."))
	case len([]rune(email)) > maxEmail:
		p.Add(field, lang.M("The e-mail address can have at most %d characters.", maxEmail))
	case !ValidEmail(email):
		p.Add(field, lang.M("Enter an e-mail address in the form name@example.org."))
	}
}

// ValidEmail accepts plain addresses with a domain; display names, comments and quoted local parts are refused.
func ValidEmail(email string) bool {
	if len([]rune(email)) > maxEmail || strings.ContainsAny(email, "\"<>(),;:\\[]") || strings.ContainsFunc(email, invisible) {
		return false
	}
	a, err := mail.ParseAddress(email)
	if err != nil || a.Address != email {
		return false
	}
	local, domain, _ := strings.Cut(email, "@")
	labels := strings.Split(domain, ".")
	if len(local) > 64 || len(labels) < 2 {
		return false
	}
	for _, l := range labels {
		if len(l) > 63 || !domainLabel.MatchString(l) {
			return false
		}
	}
	return true
}

func invisible(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }

// canonicalName is a first or last name as it is stored: one line, whatever was pasted.
func canonicalName(s string) string { return strings.Join(strings.Fields(s), " ") }

func checkName(p *fault.Fields, field, name string, missing lang.Message) {
	if name == "" {
		p.Add(field, missing)
	} else if wrong := NameWrong(name); !wrong.Empty() {
		p.Add(field, wrong)
	}
}

// NameWrong says what is wrong with a first or last name that is there. Names stand in letters to anybody, so they
// cannot begin lines.
func NameWrong(name string) lang.Message {
	switch {
	case len([]rune(name)) > maxName:
		return lang.M("The name can have at most %d characters.", maxName)
	case strings.ContainsFunc(name, unicode.IsControl), strings.ContainsAny(name, "\u2028\u2029"):
		return lang.M("The name cannot have line breaks or other control characters.")
	}
	return lang.Message{}
}

func checkUsername(p *fault.Fields, field, username string) {
	switch {
	case username == "":
		p.Add(field, lang.M("Choose a username."))
	case tooLong(username):
		p.Add(field, usernameTooLong())
	case username == "." || username == ".." || !usernamePattern.MatchString(username):
		p.Add(field, lang.M("Use only letters from a to z, vowels with a macron, digits, full stops, hyphens and underscores in the username."))
	}
}

func tooLong(username string) bool { return len([]rune(username)) > maxUsername }

func usernameTooLong() lang.Message {
	return lang.M("The username can have at most %d characters.", maxUsername)
}

func checkLanguage(p *fault.Fields, field, code string, enabled []lang.Locale) {
	if code == "" {
		return
	}
	for _, l := range enabled {
		if string(l) == code {
			return
		}
	}
	p.Add(field, lang.M("Choose one of the languages in the list."))
}
