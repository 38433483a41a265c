package profile

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"ams/app/database"
)

// askedRow is a question with its group and the answer of one person.
type askedRow struct {
	bun.BaseModel `bun:"table:profile_fields,alias:f"`
	Question
	GroupName        Texts      `bun:"group_name,type:jsonb,scanonly"`
	GroupDescription Texts      `bun:"group_description,type:jsonb,scanonly"`
	Stored           string     `bun:",scanonly"`
	AnsweredAt       *time.Time `bun:",scanonly"`
	Off              bool       `bun:",scanonly"`
}

// inOrder is how questions stand everywhere.
const inOrder = `g."order", g.id, f."order", f.id`

// isLive is the condition of questions that are asked at present.
const isLive = "f.is_active AND g.is_active"

// ask loads the questions that fit, in order, with what the person has answered. Types that the program does not know are
// left out.
func ask(ctx context.Context, db bun.IDB, person int64, fit string) (Sheet, error) {
	var rows []askedRow
	err := db.NewSelect().Model(&rows).
		ColumnExpr("?TableColumns, g.name_translations AS group_name, g.description_translations AS group_description").
		ColumnExpr("coalesce(r.value, '') AS stored, r.updated_datetime AS answered_at, NOT ("+isLive+") AS off").
		Join("JOIN profile_field_groups g ON g.id = f.group_id").
		Join("LEFT JOIN profile_field_responses r ON r.profile_field_id = f.id AND r.user_id = ?", person).
		Where(fit).OrderExpr(inOrder).Scan(ctx)
	if err != nil {
		return Sheet{}, fmt.Errorf("load the questions for user %d: %w", person, err)
	}
	var sheet Sheet
	last := int64(0)
	for _, r := range rows {
		if !r.Type.known() {
			continue
		}
		if r.GroupID != last {
			last = r.GroupID
			g := Group{ID: r.GroupID, Name: r.GroupName}
			sheet.Sections = append(sheet.Sections, Section{Group: g.ID, Title: g.Title(), Help: r.GroupDescription.or("")})
		}
		section := &sheet.Sections[len(sheet.Sections)-1]
		section.Questions = append(section.Questions, Asked{
			Question: r.Question, Stored: r.Stored, AnsweredAt: r.AnsweredAt, Off: r.Off,
		})
	}
	return sheet, nil
}

// counted are the live questions that count towards completion, with no more than it takes to tell whether they are
// answered.
func counted(ctx context.Context, db bun.IDB, person int64) ([]Asked, error) {
	var rows []struct {
		Type   Type
		Stored string
	}
	err := db.NewRaw(`
		SELECT f.field_type AS type, coalesce(r.value, '') AS stored
		FROM profile_fields f JOIN profile_field_groups g ON g.id = f.group_id
		LEFT JOIN profile_field_responses r ON r.profile_field_id = f.id AND r.user_id = $1
		WHERE `+isLive+` AND f.counts_toward_completion AND f.field_type IN (?)`, bun.List(Types())).
		Conn(database.Planned(db, person)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count the questions for user %d: %w", person, err)
	}
	all := make([]Asked, len(rows))
	for i, r := range rows {
		all[i] = Asked{Question: Question{Type: r.Type}, Stored: r.Stored}
	}
	return all, nil
}

// store writes answers, over those that are there. Questions that were deleted meanwhile are left out; those that are
// there stay until the transaction ends.
func store(ctx context.Context, tx bun.Tx, person int64, given map[int64]string, now time.Time) error {
	if len(given) == 0 {
		return nil
	}
	ids := slices.Sorted(maps.Keys(given))
	values := make([]string, 0, len(ids))
	for _, id := range ids {
		values = append(values, given[id])
	}
	const put = `
		INSERT INTO profile_field_responses (user_id, profile_field_id, value, updated_datetime)
		SELECT ?0, f.id, v.value, ?1
		FROM profile_fields f JOIN unnest(ARRAY[?2]::bigint[], ARRAY[?3]::text[]) AS v (id, value) ON v.id = f.id
		ORDER BY f.id FOR KEY SHARE OF f
		ON CONFLICT ON CONSTRAINT profile_field_responses_once
		DO UPDATE SET value = EXCLUDED.value, updated_datetime = EXCLUDED.updated_datetime`
	if _, err := tx.NewRaw(put, person, now, bun.List(ids), bun.List(values)).Exec(ctx); err != nil {
		return fmt.Errorf("store %d answers of user %d: %w", len(ids), person, err)
	}
	return nil
}

func remove(ctx context.Context, tx bun.Tx, person int64, questions []int64) error {
	if len(questions) == 0 {
		return nil
	}
	const drop = `DELETE FROM profile_field_responses WHERE user_id = ? AND profile_field_id IN (?)`
	if _, err := tx.NewRaw(drop, person, bun.List(questions)).Exec(ctx); err != nil {
		return fmt.Errorf("delete answers of user %d: %w", person, err)
	}
	return nil
}
