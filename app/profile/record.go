package profile

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/fault"
	"ams/app/lang"
)

// LoadGroups adds how many active questions these groups have.
func LoadGroups(ctx context.Context, db bun.IDB, all []*Group) error {
	var rows []struct{ ID, N int64 }
	const count = `SELECT group_id AS id, count(*) AS n FROM profile_fields WHERE is_active GROUP BY 1`
	if err := db.NewRaw(count).Scan(ctx, &rows); err != nil {
		return fmt.Errorf("count the questions of groups: %w", err)
	}
	counts := map[int64]int64{}
	for _, r := range rows {
		counts[r.ID] = r.N
	}
	for _, g := range all {
		g.Questions = counts[g.ID]
	}
	return nil
}

// LoadRecords adds what lists of questions show: their groups.
func LoadRecords(ctx context.Context, db bun.IDB, all []*Question) error {
	var groups []Group
	if err := db.NewSelect().Model(&groups).Scan(ctx); err != nil {
		return fmt.Errorf("load the groups of questions: %w", err)
	}
	names := map[int64]lang.Text{}
	for _, g := range groups {
		names[g.ID] = g.Title()
	}
	for _, q := range all {
		q.Group = names[q.GroupID]
	}
	return nil
}

// LoadAnswers adds how many people have answered a question.
func LoadAnswers(ctx context.Context, db bun.IDB, q *Question) error {
	err := db.NewRaw(`SELECT count(*) FROM profile_field_responses WHERE profile_field_id = ?`, q.ID).Scan(ctx, &q.Answers)
	if err != nil {
		return fmt.Errorf("count the answers to question %d: %w", q.ID, err)
	}
	return nil
}

// CreateGroup stores a new group.
func CreateGroup(ctx context.Context, tx bun.Tx, by access.Holder, g *Group) error {
	if err := by.Must("users.add_profilefieldgroup"); err != nil {
		return err
	}
	if err := g.complete(); err != nil {
		return err
	}
	if _, err := tx.NewInsert().Model(g).Returning("id").Exec(ctx); err != nil {
		return fmt.Errorf("insert group of questions: %w", err)
	}
	return nil
}

// UpdateGroup stores a changed group.
func UpdateGroup(ctx context.Context, tx bun.Tx, by access.Holder, _, after *Group) error {
	if err := by.Must("users.change_profilefieldgroup"); err != nil {
		return err
	}
	if err := after.complete(); err != nil {
		return err
	}
	columns := []string{"name_translations", "description_translations", "order", "is_active"}
	if _, err := tx.NewUpdate().Model(after).Column(columns...).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("update group of questions %d: %w", after.ID, err)
	}
	return nil
}

// DeleteGroup takes its questions along, and their answers.
func DeleteGroup(ctx context.Context, tx bun.Tx, by access.Holder, g *Group) error {
	if err := by.Must("users.delete_profilefieldgroup"); err != nil {
		return err
	}
	if _, err := tx.NewDelete().Model(g).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("delete group of questions %d: %w", g.ID, err)
	}
	return nil
}

// complete makes of nothing what the columns demand, and refuses a group without a name.
func (g *Group) complete() error {
	g.Name, g.Description = g.Name.filled(), g.Description.filled()
	if g.Name.Any() {
		return nil
	}
	var p fault.Fields
	p.Add("name_translations", lang.M("Enter the name in at least one language."))
	return fault.Invalid(p)
}

// filled is never null, as the columns demand.
func (t Texts) filled() Texts {
	if t == nil {
		return Texts{}
	}
	return t
}

// Create stores a new question.
func Create(ctx context.Context, tx bun.Tx, by access.Holder, q *Question) error {
	if err := by.Must("users.add_profilefield"); err != nil {
		return err
	}
	if err := q.complete(); err != nil {
		return err
	}
	if _, err := tx.NewInsert().Model(q).Returning("id").Exec(ctx); err != nil {
		return fmt.Errorf("insert question: %w", err)
	}
	return nil
}

// Update stores a changed question; its key never changes. Answers that do not fit any longer stay as they are, and staff
// have to say that they know of them.
func Update(ctx context.Context, tx bun.Tx, by access.Holder, before, after *Question) error {
	if err := by.Must("users.change_profilefield"); err != nil {
		return err
	}
	after.Key = before.Key
	if err := after.complete(); err != nil {
		return err
	}
	if !after.Confirmed {
		if err := warn(ctx, tx, before, after); err != nil {
			return err
		}
	}
	columns := []string{
		"group_id", "field_type", "label_translations", "help_text_translations", "options", "min_value", "max_value", "is_read_only",
		"is_required_for_membership", "counts_toward_completion", "order", "is_active",
	}
	if _, err := tx.NewUpdate().Model(after).Column(columns...).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("update question %d: %w", after.ID, err)
	}
	return nil
}

// Check lists what is wrong with a question whose fields may be refused.
func Check(_ context.Context, _ bun.IDB, before, q *Question) (fault.Fields, error) {
	draft := *q
	if before != nil {
		draft.Key = before.Key
	}
	p, _ := fault.Problems(draft.complete())
	return p, nil
}

// complete makes of nothing what the columns demand, takes away limits that only numbers have, and refuses what is wrong
// with the rest.
func (q *Question) complete() error {
	q.LabelTexts, q.HelpTexts = q.LabelTexts.filled(), q.HelpTexts.filled()
	if q.Type != Number {
		q.Min, q.Max = nil, nil
	}
	if p := q.check(); p.Any() {
		return fault.Invalid(p)
	}
	return nil
}

// Delete takes the answers along.
func Delete(ctx context.Context, tx bun.Tx, by access.Holder, q *Question) error {
	if err := by.Must("users.delete_profilefield"); err != nil {
		return err
	}
	if _, err := tx.NewDelete().Model(q).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("delete question %d: %w", q.ID, err)
	}
	return nil
}

// warn refuses a change that answers do not fit, and says how many. It looks at them only where some may not.
func warn(ctx context.Context, tx bun.Tx, before, after *Question) error {
	var n int
	var err error
	switch {
	case before.Type != after.Type:
		n, err = answered(ctx, tx, before.ID)
	case before.Type.Chooses() && slices.ContainsFunc(before.Options.Choices, func(c Choice) bool { return !after.offers(c.Value) }):
		n, err = losing(ctx, tx, before, after)
	}
	if err != nil || n == 0 {
		return err
	}
	text := lang.N("%d answer has a choice that is no longer there. It stays as it is stored, but shows as not answered. Tick “Save all the same” to go on.",
		"%d answers have a choice that is no longer there. They stay as they are stored, but show as not answered. Tick “Save all the same” to go on.", n, n)
	if before.Type != after.Type {
		text = lang.N("%d answer was given to another type of question. It stays as it is stored, and may not fit. Tick “Save all the same” to go on.",
			"%d answers were given to another type of question. They stay as they are stored, and may not fit. Tick “Save all the same” to go on.", n, n)
	}
	var p fault.Fields
	p.Add("confirmed", text)
	return fault.Invalid(p)
}

// answered is how many answers there are that say something.
func answered(ctx context.Context, tx bun.Tx, question int64) (n int, err error) {
	const count = `SELECT count(*) FROM profile_field_responses WHERE profile_field_id = ? AND value <> ''`
	if err = tx.NewRaw(count, question).Scan(ctx, &n); err != nil {
		return 0, fmt.Errorf("count the answers to question %d: %w", question, err)
	}
	return n, nil
}

// losing is how many answers have a choice that was taken away.
func losing(ctx context.Context, tx bun.Tx, before, after *Question) (n int, err error) {
	var rows []struct {
		Value string
		N     int
	}
	const spread = `SELECT value, count(*) AS n FROM profile_field_responses WHERE profile_field_id = ? AND value <> '' GROUP BY value`
	if err := tx.NewRaw(spread, before.ID).Scan(ctx, &rows); err != nil {
		return 0, fmt.Errorf("look at the answers to question %d: %w", before.ID, err)
	}
	for _, r := range rows {
		if lost(before, after, r.Value) {
			n += r.N
		}
	}
	return n, nil
}

// lost tells whether an answer has a choice that was taken away.
func lost(before, after *Question, stored string) bool {
	return slices.ContainsFunc(before.Values(stored), func(v string) bool { return before.offers(v) && !after.offers(v) })
}
