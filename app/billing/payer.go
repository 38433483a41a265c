package billing

import (
	"cmp"
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/lang"
	"ams/app/organisation"
)

// Payer is whose a billing account is: exactly one of the two is there.
type Payer struct {
	Person       account.Person
	Organisation organisation.Organisation
}

func (p Payer) isPerson() bool { return p.Person.ID != 0 }

// Name is what invoices and pages call the payer. It is empty for an erased person, and may be for others.
func (p Payer) Name() string {
	if p.isPerson() {
		return p.Person.Name()
	}
	return p.Organisation.Name
}

// Title names the payer for staff, where a person has given no name by the username.
func (p Payer) Title() string { return cmp.Or(p.Name(), p.Person.Username) }

// Called is Title on pages: of a person who was erased there is no name to show.
func (p Payer) Called(tr *lang.Translator) string {
	if p.isPerson() {
		return p.Person.Called(tr)
	}
	return p.Organisation.Name
}

// Listed is Called with the address.
func (p Payer) Listed(tr *lang.Translator) string {
	if p.isPerson() {
		return p.Person.Listed(tr)
	}
	return p.Organisation.Name + " (" + p.Organisation.Email + ")"
}

// Reader is who opens the payer's letters: the person, or the organisation's contact.
func (p Payer) Reader() string {
	if p.isPerson() {
		return p.Person.Name()
	}
	return p.Organisation.ContactName
}

// Email is where letters and invoices go.
func (p Payer) Email() string {
	if p.isPerson() {
		return p.Person.Email
	}
	return p.Organisation.Email
}

// UUID names the payer at the billing service.
func (p Payer) UUID() string {
	if p.isPerson() {
		return p.Person.UUID
	}
	return p.Organisation.UUID
}

// Page is the path of the page that shows the payer's memberships, below the language.
func (p Payer) Page() string {
	if p.isPerson() {
		return p.Person.Page()
	}
	return p.Organisation.Page()
}

// Landing is Page for letters, which are read later: it holds whatever the person's username is by then.
func (p Payer) Landing() string {
	if p.isPerson() {
		return account.OwnPath
	}
	return p.Page()
}

// Open is what a link to Landing says.
func (p Payer) Open() lang.Message {
	if p.isPerson() {
		return lang.M("Open your page")
	}
	return lang.M("Open the organisation’s page")
}

// Erased tells whether nobody is to be written to any longer.
func (p Payer) Erased() bool { return p.Person.ErasedAt != nil }

// LanguageOf is the language of letters to a payer: that of the person, or of whoever reads the organisation's mail.
func (s *Service) LanguageOf(ctx context.Context, db bun.IDB, p Payer) (lang.Locale, error) {
	if p.isPerson() {
		return s.people.LanguageOf(p.Person), nil
	}
	return s.people.LanguageAt(ctx, db, p.Organisation.Email)
}

// MaySee tells whether somebody may see what a payer bought and owes: the person, admins of the organisation, and staff.
func (s *Service) MaySee(ctx context.Context, viewer account.Person, p Payer) (bool, error) {
	if p.isPerson() || viewer.Staff || viewer.Superuser {
		return viewer.MaySee(p.Person), nil
	}
	return organisation.Manages(ctx, s.db, viewer, p.Organisation.ID)
}

type personRow struct {
	bun.BaseModel `bun:"table:users,alias:u"`
	account.Person
}

type accountRow struct {
	bun.BaseModel  `bun:"table:billing_accounts,alias:b"`
	ID             int64                      `bun:",pk"`
	UserID         int64                      `bun:",nullzero"`
	OrganisationID int64                      `bun:",nullzero"`
	Person         *personRow                 `bun:"rel:belongs-to,join:user_id=id"`
	Organisation   *organisation.Organisation `bun:"rel:belongs-to,join:organisation_id=id"`
}

// payerOf is whose account it is.
func payerOf(ctx context.Context, db bun.IDB, accountID int64) (Payer, error) {
	payers, err := payersOf(ctx, db, []int64{accountID})
	if err != nil {
		return Payer{}, err
	}
	p, found := payers[accountID]
	if !found {
		return p, fmt.Errorf("there is no billing account %d", accountID)
	}
	return p, nil
}

// payersOf gives whose accounts they are, by account.
func payersOf(ctx context.Context, db bun.IDB, accounts []int64) (map[int64]Payer, error) {
	payers := map[int64]Payer{}
	if len(accounts) == 0 {
		return payers, nil
	}
	var rows []accountRow
	err := db.NewSelect().Model(&rows).Relation("Person").Relation("Organisation").Where("b.id IN (?)", bun.List(accounts)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list whose billing accounts they are: %w", err)
	}
	for _, r := range rows {
		var p Payer
		if r.Person != nil {
			p.Person = r.Person.Person
		}
		if r.Organisation != nil {
			p.Organisation = *r.Organisation
		}
		payers[r.ID] = p
	}
	return payers, nil
}
