package access

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ams/app/fault"
	"ams/app/lang"
)

// Group bundles permissions for several people.
type Group struct {
	bun.BaseModel `bun:"table:groups,alias:g"`

	ID      int64 `bun:",pk,autoincrement"`
	Name    string
	Version int64    `bun:",nullzero,default:1"`
	Codes   []string `bun:"-"`
}

// LoadGroup adds a group's permissions.
func LoadGroup(ctx context.Context, db bun.IDB, g *Group) (err error) {
	g.Codes, err = ofGroups().codes(ctx, db, g.ID)
	return err
}

// CreateGroup stores a group with its permissions; by has to hold them all.
func CreateGroup(ctx context.Context, tx bun.Tx, by Holder, g *Group) error {
	if err := by.Must("auth.add_group"); err != nil {
		return err
	}
	if err := mayGive(by, "permissions", nil, g.Codes); err != nil {
		return err
	}
	if _, err := tx.NewInsert().Model(g).Returning("id").Exec(ctx); err != nil {
		return fmt.Errorf("insert group: %w", err)
	}
	return ofGroups().set(ctx, tx, g.ID, g.Codes)
}

// UpdateGroup stores a changed group; by has to hold what is added.
func UpdateGroup(ctx context.Context, tx bun.Tx, by Holder, before, after *Group) error {
	if err := by.Must("auth.change_group"); err != nil {
		return err
	}
	if err := mayGive(by, "permissions", before.Codes, after.Codes); err != nil {
		return err
	}
	if _, err := tx.NewUpdate().Model(after).Column("name").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("update group %d: %w", after.ID, err)
	}
	return ofGroups().set(ctx, tx, after.ID, after.Codes)
}

// DeleteGroup takes a group from everybody.
func DeleteGroup(ctx context.Context, tx bun.Tx, by Holder, g *Group) error {
	if err := by.Must("auth.delete_group"); err != nil {
		return err
	}
	if _, err := tx.NewDelete().Model(g).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("delete group %d: %w", g.ID, err)
	}
	return nil
}

// mayGive refuses permissions that somebody gives without holding them.
func mayGive(by Holder, field string, before, after []string) error {
	if by.MayAll(added(before, after)) {
		return nil
	}
	var p fault.Fields
	p.Add(field, lang.M("You can only give permissions that you hold yourself."))
	return fault.Invalid(p)
}

func added[T comparable](before, after []T) (more []T) {
	for _, a := range after {
		if !slices.Contains(before, a) {
			more = append(more, a)
		}
	}
	return more
}

// Grants are what a person is given.
type Grants struct {
	Groups []int64
	Codes  []string
}

// GrantsOf are those of a person, and all that they may by them.
func GrantsOf(ctx context.Context, db bun.IDB, person int64, superuser bool) (g Grants, h Holder, err error) {
	const given = `SELECT ARRAY(SELECT group_id FROM user_groups WHERE user_id = u.id ORDER BY group_id),
		ARRAY(SELECT p.codename FROM user_permissions l JOIN permissions p ON p.id = l.permission_id WHERE l.user_id = u.id ORDER BY p.codename),
		` + GivenSQL + ` FROM (SELECT ?::bigint AS id) u`
	var all []string
	if err = db.NewRaw(given, person).Scan(ctx, pgdialect.Array(&g.Groups), pgdialect.Array(&g.Codes), pgdialect.Array(&all)); err != nil {
		return g, h, fmt.Errorf("load grants of user %d: %w", person, err)
	}
	return g, Given(person, superuser, all), nil
}

// SetGrants replaces what a person is given. Groups and permissions can only be added by somebody who holds them.
func SetGrants(ctx context.Context, tx bun.Tx, by Holder, person int64, before, after Grants) error {
	if err := mayGive(by, "user_permissions", before.Codes, after.Codes); err != nil {
		return err
	}
	if more := added(before.Groups, after.Groups); len(more) > 0 && !by.Superuser {
		if err := mayGiveGroups(ctx, tx, by, more); err != nil {
			return err
		}
	}
	known := append([]int64{0}, after.Groups...) // a list is never empty
	if _, err := tx.NewRaw(`DELETE FROM user_groups WHERE user_id = ? AND group_id NOT IN (?)`, person, bun.List(known)).Exec(ctx); err != nil {
		return fmt.Errorf("take groups of user %d: %w", person, err)
	}
	const join = `INSERT INTO user_groups (user_id, group_id) SELECT ?, id FROM groups WHERE id IN (?) ON CONFLICT DO NOTHING`
	if _, err := tx.NewRaw(join, person, bun.List(known)).Exec(ctx); err != nil {
		return fmt.Errorf("give groups to user %d: %w", person, err)
	}
	return ofPeople().set(ctx, tx, person, after.Codes)
}

// JoinGroup puts a person into one more group; by has to hold all that the group may do.
func JoinGroup(ctx context.Context, tx bun.Tx, by Holder, person, group int64) error {
	if err := mayGiveGroups(ctx, tx, by, []int64{group}); err != nil {
		return err
	}
	const join = `INSERT INTO user_groups (user_id, group_id) SELECT ?, id FROM groups WHERE id = ? ON CONFLICT DO NOTHING`
	done, err := tx.NewRaw(join, person, group).Exec(ctx)
	if err != nil {
		return fmt.Errorf("give group %d to user %d: %w", group, person, err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return cmp.Or(err, fault.Conflict(lang.M("They belong to this group already, or it is no longer there.")))
	}
	return nil
}

// mayGiveGroups locks the groups, so that they cannot grow before this transaction ends. What they hold it reads in a
// second statement, because a statement that waited for the lock still sees the old rows.
func mayGiveGroups(ctx context.Context, tx bun.Tx, by Holder, groups []int64) error {
	if _, err := tx.NewRaw(`SELECT FROM groups WHERE id IN (?) ORDER BY id FOR NO KEY UPDATE`, bun.List(groups)).Exec(ctx); err != nil {
		return fmt.Errorf("lock groups: %w", err)
	}
	const held = `
		SELECT p.codename FROM group_permissions gp JOIN permissions p ON p.id = gp.permission_id WHERE gp.group_id IN (?0)
		UNION ALL SELECT "right" || ' ' || path FROM group_places WHERE group_id IN (?0)`
	var codes []string
	if err := tx.NewRaw(held, bun.List(groups)).Scan(ctx, &codes); err != nil {
		return fmt.Errorf("load permissions of groups: %w", err)
	}
	return mayGive(by, "groups", nil, codes)
}

// Ship makes the groups that the program brings along, Editors and Moderators, where they are missing, and names those
// that it made.
func Ship(ctx context.Context, db bun.IDB) (names []string, err error) {
	if err = db.NewRaw(`SELECT ship_groups()`).Scan(ctx, &names); err != nil {
		return nil, fmt.Errorf("make the groups that the program brings along: %w", err)
	}
	return names, nil
}
