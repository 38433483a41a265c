package terms

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ams/app/account"
)

// stands tells how a consent meets what is stored: the version is accepted already (done), or it can be (open). The
// version is held, so that it stays as it was found until the transaction ends.
func stands(ctx context.Context, tx bun.Tx, person int64, c Consent, now time.Time) (done, open bool, err error) {
	var held []int64
	if err = tx.NewRaw(`SELECT revision FROM term_versions WHERE id = ? FOR SHARE`, c.Version).Scan(ctx, &held); err != nil {
		return false, false, fmt.Errorf("hold term version %d: %w", c.Version, err)
	}
	if len(held) == 0 {
		return false, false, nil
	}
	const query = `
		SELECT EXISTS (SELECT FROM term_acceptances WHERE term_version_id = ?1 AND user_id = ?2) AS done,
		       ?1 IN (SELECT l.id FROM (` + latest + `) l) AS open`
	var found struct{ Done, Open bool }
	if err = tx.NewRaw(query, now, c.Version, person).Scan(ctx, &found); err != nil {
		return false, false, fmt.Errorf("look how term version %d stands: %w", c.Version, err)
	}
	shown := c.Revision == 0 || c.Revision == held[0]
	return found.Done, found.Open && shown && !found.Done, nil
}

// insertAcceptance leaves one that is there already as it is.
func insertAcceptance(ctx context.Context, tx bun.Tx, a *Acceptance) error {
	const once = "CONFLICT ON CONSTRAINT unique_user_term_version_acceptance DO NOTHING"
	if _, err := tx.NewInsert().Model(a).On(once).Exec(ctx); err != nil {
		return fmt.Errorf("record that user %d accepts term version %d: %w", a.UserID, a.VersionID, err)
	}
	return nil
}

func termsByID(ctx context.Context, db bun.IDB, ids []int64) (map[int64]Term, error) {
	var found []Term
	all := map[int64]Term{}
	if err := db.NewSelect().Model(&found).Where("t.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("load terms: %w", err)
	}
	for _, t := range found {
		all[t.ID] = t
	}
	return all, nil
}

// LoadVersions adds the terms of versions and how often each was accepted.
func LoadVersions(ctx context.Context, db bun.IDB, all []*Version) error {
	if len(all) == 0 {
		return nil
	}
	ids, owners := make([]int64, len(all)), make([]int64, len(all))
	for i, v := range all {
		ids[i], owners[i] = v.ID, v.TermID
	}
	of, err := termsByID(ctx, db, owners)
	if err != nil {
		return err
	}
	var counted []struct {
		ID int64
		N  int
	}
	const count = `SELECT term_version_id AS id, count(*) AS n FROM term_acceptances WHERE term_version_id IN (?) GROUP BY 1`
	if err := db.NewRaw(count, bun.List(ids)).Scan(ctx, &counted); err != nil {
		return fmt.Errorf("count acceptances: %w", err)
	}
	numbers := map[int64]int{}
	for _, c := range counted {
		numbers[c.ID] = c.N
	}
	for _, v := range all {
		v.Term, v.Acceptances = of[v.TermID], numbers[v.ID]
	}
	return nil
}

const mostSiblings = 200

// LoadSiblings adds the other active versions of the term, newest first.
func LoadSiblings(ctx context.Context, db bun.IDB, v *Version) error {
	const query = `
		SELECT version AS label, date_active AS "from" FROM term_versions
		WHERE term_id = ? AND id <> ? AND is_active ORDER BY date_active DESC, created_at DESC, id DESC LIMIT ?`
	v.Siblings = nil
	if err := db.NewRaw(query, v.TermID, v.ID, mostSiblings).Scan(ctx, &v.Siblings); err != nil {
		return fmt.Errorf("load the other versions of term %d: %w", v.TermID, err)
	}
	return nil
}

// LoadAcceptances adds who accepted what.
func LoadAcceptances(ctx context.Context, db bun.IDB, all []*Acceptance) error {
	if len(all) == 0 {
		return nil
	}
	people, versions := make([]int64, len(all)), make([]int64, len(all))
	for i, a := range all {
		people[i], versions[i] = a.UserID, a.VersionID
	}
	owners, err := account.ByIDs(ctx, db, people)
	if err != nil {
		return err
	}
	var found []*Version
	columns := []string{"tv.id", "tv.term_id", "tv.version"} // not the texts, which can be long
	if err := db.NewSelect().Model(&found).Column(columns...).Where("tv.id IN (?)", bun.List(versions)).Scan(ctx); err != nil {
		return fmt.Errorf("load accepted versions: %w", err)
	}
	terms := make([]int64, len(found))
	for i, v := range found {
		terms[i] = v.TermID
	}
	of, err := termsByID(ctx, db, terms)
	if err != nil {
		return err
	}
	subjects := map[int64]Version{}
	for _, v := range found {
		v.Term = of[v.TermID]
		subjects[v.ID] = *v
	}
	for _, a := range all {
		a.Owner, a.Subject = owners[a.UserID], subjects[a.VersionID]
	}
	return nil
}
