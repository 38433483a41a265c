// Package organisation is the organisations that people belong to: what is known of them, who belongs to them in which
// role, and who is invited.
package organisation

import (
	"strings"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
)

// Organisation is one of them.
type Organisation struct {
	bun.BaseModel `bun:"table:organisations,alias:o"`

	ID            int64  `bun:",pk,autoincrement"`
	UUID          string `bun:"uuid,nullzero,default:gen_random_uuid()"` // names it in addresses and at the billing service
	Name          string
	Telephone     string
	Email         string // where its invoices go
	ContactName   string
	PostalAddress string
	PostalSuburb  string
	PostalCity    string
	PostalCode    string
	StreetAddress string
	Suburb        string
	City          string
	Active        bool  `bun:"is_active"`
	Version       int64 `bun:",nullzero,default:1"`
}

// Page is the path of the organisation's page below the language.
func (o Organisation) Page() string { return "/organisations/" + o.UUID + "/" }

// maxText is the longest value of each column, in characters.
const maxText = 255

// detail is something that is known of every organisation, under the name of its input.
type detail struct {
	name    string
	value   *string
	missing lang.Message // what is said where it has to be there; empty where it need not
}

func (o *Organisation) details() []detail {
	return []detail{
		{"name", &o.Name, lang.M("Enter the name of the organisation.")},
		{"contact_name", &o.ContactName, lang.M("Enter the name of somebody we can ask for.")},
		{"email", &o.Email, lang.Message{}}, // checked as an address
		{"telephone", &o.Telephone, lang.M("Enter a telephone number.")},
		{"street_address", &o.StreetAddress, lang.Message{}},
		{"suburb", &o.Suburb, lang.Message{}},
		{"city", &o.City, lang.Message{}},
		{"postal_address", &o.PostalAddress, lang.M("Enter the postal address.")},
		{"postal_suburb", &o.PostalSuburb, lang.Message{}},
		{"postal_city", &o.PostalCity, lang.M("Enter the city of the postal address.")},
		{"postal_code", &o.PostalCode, lang.M("Enter the postcode.")},
	}
}

// tidy trims what people type.
func (o *Organisation) tidy() {
	for _, d := range o.details() {
		*d.value = strings.TrimSpace(*d.value)
	}
	o.Email = account.CanonicalEmail(o.Email)
}

// check gives everything that is wrong.
func (o *Organisation) check() fault.Fields {
	var p fault.Fields
	for _, d := range o.details() {
		switch {
		case *d.value == "" && !d.missing.Empty():
			p.Add(d.name, d.missing)
		case len([]rune(*d.value)) > maxText:
			p.Add(d.name, lang.M("This can have at most %d characters.", maxText))
		case d.name == "email":
			if wrong := account.EmailWrong(o.Email); !wrong.Empty() {
				p.Add(d.name, wrong)
			}
		}
	}
	return p
}
