package terms

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/database"
	"ams/app/fault"
	"ams/app/lang"
)

// CheckTerm lists what is wrong with a term whose fields may be refused, the keys of others included.
func CheckTerm(ctx context.Context, db bun.IDB, _, t *Term) (fault.Fields, error) {
	draft := *t
	draft.tidy()
	p := draft.check()
	taken, err := db.NewSelect().Model((*Term)(nil)).Where("key = ? AND id <> ?", draft.Key, draft.ID).Exists(ctx)
	if err != nil {
		return p, fmt.Errorf("look for another term %s: %w", draft.Key, err)
	}
	if taken {
		p.Add("key", keyTaken())
	}
	return p, nil
}

// CreateTerm stores a new term, of which nothing is shown until it has a version.
func (s *Service) CreateTerm(ctx context.Context, tx bun.Tx, by access.Holder, t *Term) error {
	if err := by.Must("terms.add_term"); err != nil {
		return err
	}
	t.tidy()
	if p := t.check(); p.Any() {
		return fault.Invalid(p)
	}
	t.CreatedAt = s.clock.Now()
	t.UpdatedAt = t.CreatedAt
	if _, err := tx.NewInsert().Model(t).Returning("id").Exec(ctx); err != nil {
		return fmt.Errorf("insert term %s: %w", t.Key, err)
	}
	return nil
}

// UpdateTerm changes what a term is called.
func (s *Service) UpdateTerm(ctx context.Context, tx bun.Tx, by access.Holder, _, t *Term) error {
	if err := by.Must("terms.change_term"); err != nil {
		return err
	}
	t.tidy()
	if p := t.check(); p.Any() {
		return fault.Invalid(p)
	}
	t.UpdatedAt = s.clock.Now()
	if _, err := tx.NewUpdate().Model(t).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("update term %d: %w", t.ID, err)
	}
	return nil
}

// DeleteTerm refuses a term that has versions.
func (s *Service) DeleteTerm(ctx context.Context, tx bun.Tx, by access.Holder, t *Term) error {
	if err := by.Must("terms.delete_term"); err != nil {
		return err
	}
	_, err := tx.NewDelete().Model(t).WherePK().Exec(ctx)
	if database.Constraint(err) == "term_versions_term" {
		return fault.Conflict(lang.M("it has versions. Delete those first, or switch them off"))
	}
	if err != nil {
		return fmt.Errorf("delete term %d: %w", t.ID, err)
	}
	return nil
}

// CreateVersion stores a new version. Once it is active it counts from its date on, without anybody's doing.
func (s *Service) CreateVersion(ctx context.Context, tx bun.Tx, by access.Holder, v *Version) error {
	if err := by.Must("terms.add_termversion"); err != nil {
		return err
	}
	v.tidy()
	if p := v.check(); p.Any() {
		return fault.Invalid(p)
	}
	v.CreatedAt = s.clock.Now()
	v.UpdatedAt = v.CreatedAt
	if _, err := tx.NewInsert().Model(v).Returning("id").Exec(ctx); err != nil {
		return fmt.Errorf("insert version %s of term %d: %w", v.Label, v.TermID, err)
	}
	return LoadVersions(ctx, tx, []*Version{v})
}

// UpdateVersion changes a version that nobody has accepted. Of an accepted one it only changes whether it is active;
// the database sees to that, because somebody may accept it at this moment.
func (s *Service) UpdateVersion(ctx context.Context, tx bun.Tx, by access.Holder, before, after *Version) error {
	if err := by.Must("terms.change_termversion"); err != nil {
		return err
	}
	if !after.same(before) {
		after.tidy()
		if p := after.check(); p.Any() {
			return fault.Invalid(p)
		}
	}
	after.UpdatedAt = s.clock.Now()
	_, err := tx.NewUpdate().Model(after).WherePK().Exec(ctx)
	if database.Constraint(err) == "term_versions_accepted" {
		return fault.Conflict(lockedText())
	}
	if err != nil {
		return fmt.Errorf("update term version %d: %w", after.ID, err)
	}
	return nil
}

// DeleteVersion refuses a version that somebody accepted.
func (s *Service) DeleteVersion(ctx context.Context, tx bun.Tx, by access.Holder, v *Version) error {
	if err := by.Must("terms.delete_termversion"); err != nil {
		return err
	}
	_, err := tx.NewDelete().Model(v).WherePK().Exec(ctx)
	if database.Constraint(err) == "term_acceptances_version" {
		return fault.Conflict(lockedText())
	}
	if err != nil {
		return fmt.Errorf("delete term version %d: %w", v.ID, err)
	}
	return nil
}

func lockedText() lang.Message {
	return lang.M("People have accepted this version, so it is kept as the record of what they agreed to. Publish a new version instead.")
}

func keyTaken() lang.Message { return lang.M("There is a term with this key already.") }

// Broken names the input and says what to do when a rule of the schema refuses a value.
func Broken(constraint string) (key string, text lang.Message) {
	switch constraint {
	case "terms_key_unique":
		return "key", keyTaken()
	case "unique_term_version":
		return "version", lang.M("This term has a version with this label already.")
	case "term_versions_term":
		return "term", lang.M("This term has been deleted meanwhile.")
	}
	return "", lang.Message{}
}
