package organisation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/fault"
)

// TokenField is the input that tells one form from another, so that a form which is sent twice makes one organisation.
const TokenField = "submission_token"

// foundedRow is an organisation with the form that made it.
type foundedRow struct {
	bun.BaseModel `bun:"table:organisations,alias:o"`
	Organisation
	SubmissionKey string `bun:"submission_key,nullzero"`
}

// Create stores an organisation that somebody describes, who becomes its administrator. The same form again, which is known by
// its token, stores nothing: made is the organisation of the first time, and repeated tells so.
func (s *Service) Create(ctx context.Context, by account.Person, o Organisation, token string) (made Organisation, repeated bool, err error) {
	o.tidy()
	problems := o.check()
	o.ID, o.UUID, o.Active, o.Version = 0, "", true, 0
	row := foundedRow{Organisation: o, SubmissionKey: submissionKey(by, token)}
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := account.Lock(ctx, tx, by.ID); err != nil { // nobody who was erased meanwhile; two clicks at once wait here
			return err
		}
		if made, repeated, err = submitted(ctx, tx, row.SubmissionKey); err != nil || repeated {
			return err
		}
		if problems.Any() {
			return fault.Invalid(problems)
		}
		if _, err := tx.NewInsert().Model(&row).Returning("id, uuid").Exec(ctx); err != nil {
			return fmt.Errorf("insert organisation: %w", err)
		}
		made = row.Organisation
		now := s.clock.Now()
		founder := Member{UserID: by.ID, OrganisationID: made.ID, CreatedAt: now, AcceptedAt: &now, Role: RoleAdmin}
		if _, err := tx.NewInsert().Model(&founder).Exec(ctx); err != nil {
			return fmt.Errorf("insert the founder of organisation %d: %w", made.ID, err)
		}
		return s.tellStaff(ctx, tx, by, made)
	})
	return made, repeated, err
}

// submissionKey is a token as somebody's own: with the same one another person makes another organisation. What is no token
// gives none, and counts as a form of its own.
func submissionKey(by account.Person, token string) string {
	parsed, err := uuid.Parse(token)
	if err != nil {
		return ""
	}
	return uuid.NewSHA1(parsed, strconv.AppendInt(nil, by.ID, 10)).String()
}

// submitted gives the organisation that a form has made before.
func submitted(ctx context.Context, tx bun.Tx, key string) (o Organisation, found bool, err error) {
	if key == "" {
		return o, false, nil
	}
	err = tx.NewSelect().Model(&o).Where("o.submission_key = ?", key).Scan(ctx)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return o, false, nil
	case err != nil:
		return o, false, fmt.Errorf("look for the organisation of a form: %w", err)
	}
	return o, true, nil
}

// Update stores what its administrators or staff change of an organisation, an inactive one as well.
func (s *Service) Update(ctx context.Context, by account.Person, o Organisation) error {
	o.tidy()
	if p := o.check(); p.Any() {
		return fault.Invalid(p)
	}
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := Lock(ctx, tx, o.ID); err != nil {
			return err
		}
		if err := must(ctx, tx, by, o.ID); err != nil {
			return err
		}
		_, err := tx.NewUpdate().Model(&o).WherePK().Column("name", "telephone", "email", "contact_name", "postal_address",
			"postal_suburb", "postal_city", "postal_code", "street_address", "suburb", "city").Exec(ctx)
		if err != nil {
			return fmt.Errorf("update organisation %d: %w", o.ID, err)
		}
		return nil
	})
}
