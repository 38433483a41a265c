// Package terms is the legal texts of the association: which version of each is in force, who has accepted it and who
// has still to.
package terms

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/richtext"
)

// Term is one legal text, whatever it says at the moment.
type Term struct {
	bun.BaseModel `bun:"table:terms,alias:t"`

	ID          int64 `bun:",pk,autoincrement"`
	Key         string
	Name        lang.Text `bun:"embed:name_"`
	Description string    // for staff alone
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Version     int64 `bun:",nullzero,default:1"`
}

// Version is what a term says from a time on.
type Version struct {
	bun.BaseModel `bun:"table:term_versions,alias:tv"`

	ID        int64 `bun:",pk,autoincrement"`
	TermID    int64
	Label     string     `bun:"version"` // for people to refer to; decides nothing
	Content   lang.Text  `bun:"embed:content_"`
	ChangeLog string     // for staff alone
	Active    bool       `bun:"is_active"` // else a draft
	From      *time.Time `bun:"date_active"`
	CreatedAt time.Time
	UpdatedAt time.Time
	Revision  int64 `bun:",nullzero,default:1"`

	Term        Term      `bun:"-"`
	Acceptances int       `bun:"-"`
	Siblings    []Sibling `bun:"-"` // the other active versions of the term
}

// Sibling is another version of the same term.
type Sibling struct {
	Label string
	From  time.Time
}

// Acceptance is that somebody accepted a version.
type Acceptance struct {
	bun.BaseModel `bun:"table:term_acceptances,alias:ta"`

	ID         int64 `bun:",pk,autoincrement"`
	UserID     int64
	VersionID  int64 `bun:"term_version_id"`
	AcceptedAt time.Time
	Address    string `bun:"ip_address,type:inet"`
	Agent      string `bun:"user_agent"`
	Source     string
	Revision   int64 `bun:"version,nullzero,default:1"`

	Owner   account.Person `bun:"-"`
	Subject Version        `bun:"-"`
}

// ByWeb is the source of acceptances given on a page of the site. The others are kept for imported ones.
const (
	ByWeb = "web"
	ByAPI = "api"
	BySSO = "sso"
)

// Longest values that the columns hold, in characters.
const (
	maxKey   = 100
	MaxName  = 255
	MaxLabel = 50
	maxAgent = 500
)

var slug = regexp.MustCompile(`^[-a-zA-Z0-9_]+$`)

// Title names a version in lists and messages.
func (v *Version) Title() string { return v.TitleIn(lang.EN) }

// TitleIn is Title in a language.
func (v *Version) TitleIn(l lang.Locale) string { return v.Term.Name.In(l) + " v" + v.Label }

// Locked tells whether a version stays as it is, because somebody accepted it.
func (v *Version) Locked() bool { return v.Acceptances > 0 }

// Title names an acceptance in lists and messages.
func (a *Acceptance) Title() string { return a.TitleIn(lang.EN) }

// TitleIn is Title in a language.
func (a *Acceptance) TitleIn(l lang.Locale) string {
	return a.Subject.TitleIn(l) + ", " + a.Owner.Email
}

func (t *Term) tidy() {
	for _, s := range []*string{&t.Key, &t.Name.EN, &t.Name.MI, &t.Description} {
		*s = strings.TrimSpace(*s)
	}
}

func (t *Term) check() (p fault.Fields) {
	if wrong := KeyWrong(t.Key); !wrong.Empty() {
		p.Add("key", wrong)
	}
	if t.Name.EN == "" {
		p.Add("name_en", lang.M("Enter a name in English."))
	}
	if tooLong(t.Name.EN, MaxName) || tooLong(t.Name.MI, MaxName) {
		p.Add("name_en", lang.M("The name can have at most %d characters.", MaxName))
	}
	return p
}

// KeyWrong says what is wrong with the key of a term.
func KeyWrong(key string) lang.Message {
	if !slug.MatchString(key) || tooLong(key, maxKey) {
		return lang.M("Use only letters from a to z, digits, hyphens and underscores in the key, at most %d of them.", maxKey)
	}
	return lang.Message{}
}

// tidy leaves of the texts what pages show. A text without anything to read is none.
func (v *Version) tidy() {
	v.Label = strings.TrimSpace(v.Label)
	for _, s := range []*string{&v.Content.EN, &v.Content.MI, &v.ChangeLog} {
		if *s = richtext.Clean(richtext.Document, richtext.Paragraphs(*s)); richtext.Plain(*s) == "" {
			*s = ""
		}
	}
}

func (v *Version) check() (p fault.Fields) {
	if v.TermID == 0 {
		p.Add("term", lang.M("Choose the term that this is a version of."))
	}
	switch {
	case v.Label == "":
		p.Add("version", lang.M("Give the version a label, such as 1.0."))
	case tooLong(v.Label, MaxLabel):
		p.Add("version", lang.M("The label can have at most %d characters.", MaxLabel))
	}
	if v.Content.EN == "" {
		p.Add("content_en", lang.M("Enter the text in English."))
	}
	if v.From == nil {
		p.Add("date_active_0", lang.M("Enter the day and the time from which the version counts."))
	}
	return p
}

// same reports whether v and other agree in everything that acceptance freezes.
func (v *Version) same(other *Version) bool {
	return v.TermID == other.TermID && v.Label == other.Label && v.Content == other.Content && v.ChangeLog == other.ChangeLog &&
		v.From != nil && other.From != nil && v.From.Equal(*other.From)
}

func tooLong(s string, most int) bool { return utf8.RuneCountInString(s) > most }
