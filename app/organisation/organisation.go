// Package organisation is the organisations that people belong to.
package organisation

import "github.com/uptrace/bun"

// Organisation is one of them.
type Organisation struct {
	bun.BaseModel `bun:"table:organisations,alias:o"`

	ID            int64  `bun:",pk,autoincrement"`
	UUID          string `bun:"uuid,nullzero,default:gen_random_uuid()"` // names it in addresses and at the billing service
	Name          string
	Telephone     string
	Email         string
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
