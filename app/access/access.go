// Package access is who may what: permissions, the groups that bundle them, and the people who hold them.
package access

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"ams/app/fault"
	"ams/app/lang"
)

// Holder is somebody with all that they may do at this moment. The zero Holder may do nothing.
type Holder struct {
	ID        int64
	Name      string
	Superuser bool // may everything, permissions included that are added later
	Staff     bool // belongs to the staff
	codes     map[string]bool
	places    map[string][]string // paths at which rights such as "pages.publish" hold, there and below
}

// May tells whether the holder has a permission such as "users.change_user".
func (h Holder) May(code string) bool { return h.Superuser || h.codes[code] }

// Must refuses whoever lacks a permission. Use cases of staff begin with it, even where the page has asked already.
func (h Holder) Must(code string) error {
	if h.May(code) {
		return nil
	}
	return fault.Forbidden(lang.M("You do not have the permission to do that."))
}

// MayAt tells whether the holder has a right such as "pages.publish" at the path of a page, or "images.add" at that of a
// collection: given there, or anywhere above.
func (h Holder) MayAt(right, path string) bool { return h.Superuser || within(path, h.places[right]) }

// Places are the paths at which the holder has rights whose names begin with one of these kinds, such as "pages.".
func (h Holder) Places(kinds ...string) []string {
	paths := []string{}
	for right, at := range h.places {
		if slices.ContainsFunc(kinds, func(k string) bool { return strings.HasPrefix(right, k) }) {
			paths = append(paths, at...)
		}
	}
	return paths
}

// within tells whether a path is one of the branches or lies in one. All of them end in a slash, so that "/en/about/" holds
// nothing of "/en/about-us/".
func within(path string, branches []string) bool {
	return slices.ContainsFunc(branches, func(b string) bool { return strings.HasPrefix(path, b) })
}

// MayAll tells whether the holder has every one of the permissions; those of places as Given takes them.
func (h Holder) MayAll(codes []string) bool {
	return !slices.ContainsFunc(codes, func(c string) bool {
		if right, path, placed := strings.Cut(c, " "); placed {
			return !h.MayAt(right, path)
		}
		return !h.May(c)
	})
}

// Codes are the permissions that the holder was given, as Given takes them; a superuser needs none.
func (h Holder) Codes() []string {
	codes := slices.Collect(maps.Keys(h.codes))
	for right, paths := range h.places {
		for _, path := range paths {
			codes = append(codes, right+" "+path)
		}
	}
	slices.Sort(codes)
	return codes
}

// Covers tells whether h may all that other may, so that looking after other's account raises nobody's rights.
func (h Holder) Covers(other Holder) bool {
	return h.Superuser || !other.Superuser && h.MayAll(other.Codes())
}

// GivenSQL is an array of what the user u was given, directly and through groups. The query that finds out who a
// request comes from has it, so that a change of rights holds from the next request. Rights at places are in it,
// although few pages ask for them: so no guard can forget to load them. They cost requests of staff 0.04 ms, and those
// of everybody else nothing.
const GivenSQL = "permissions_of(u.id)"

// SomeSQL tells whether the user u can have been given anything. Most people never were, and asking so costs them next to
// nothing.
const SomeSQL = "(EXISTS (SELECT FROM user_groups WHERE user_id = u.id) OR EXISTS (SELECT FROM user_permissions WHERE user_id = u.id))"

// Given is a holder of these permissions. One that holds at a place has its path behind it: "pages.publish /en/about/".
func Given(id int64, superuser bool, codes []string) Holder {
	h := Holder{ID: id, Superuser: superuser, codes: make(map[string]bool, len(codes)), places: map[string][]string{}}
	for _, c := range codes {
		h.give(c)
	}
	return h
}

func (h Holder) give(code string) {
	if right, path, placed := strings.Cut(code, " "); placed {
		h.places[right] = append(h.places[right], path)
		return
	}
	h.codes[code] = true
}

// link is one of the two tables that say who was given a permission.
type link struct{ table, owner string }

func ofGroups() link { return link{"group_permissions", "group_id"} }

func ofPeople() link { return link{"user_permissions", "user_id"} }

func (l link) codes(ctx context.Context, db bun.IDB, owner int64) (codes []string, err error) {
	err = db.NewRaw(`SELECT p.codename FROM ? l JOIN permissions p ON p.id = l.permission_id WHERE l.? = ? ORDER BY p.codename`,
		bun.Ident(l.table), bun.Ident(l.owner), owner).Scan(ctx, &codes)
	if err != nil {
		return nil, fmt.Errorf("load %s of %d: %w", l.table, owner, err)
	}
	return codes, nil
}

// set replaces what an owner was given. Permissions get their row when they are first given.
func (l link) set(ctx context.Context, tx bun.Tx, owner int64, codes []string) error {
	known := append([]string{}, codes...)
	const add = `INSERT INTO permissions (codename) SELECT unnest(ARRAY[?]::varchar[]) ON CONFLICT (codename) DO NOTHING`
	if len(known) > 0 {
		if _, err := tx.NewRaw(add, bun.List(known)).Exec(ctx); err != nil {
			return fmt.Errorf("add permissions: %w", err)
		}
	}
	known = append(known, "") // a list is never empty
	const drop = `DELETE FROM ?0 WHERE ?1 = ?2 AND permission_id NOT IN (SELECT id FROM permissions WHERE codename IN (?3))`
	if _, err := tx.NewRaw(drop, bun.Ident(l.table), bun.Ident(l.owner), owner, bun.List(known)).Exec(ctx); err != nil {
		return fmt.Errorf("take %s of %d: %w", l.table, owner, err)
	}
	const give = `INSERT INTO ?0 (?1, permission_id) SELECT ?2, id FROM permissions WHERE codename IN (?3) ON CONFLICT DO NOTHING`
	if _, err := tx.NewRaw(give, bun.Ident(l.table), bun.Ident(l.owner), owner, bun.List(known)).Exec(ctx); err != nil {
		return fmt.Errorf("give %s to %d: %w", l.table, owner, err)
	}
	return nil
}

// LoadMany reads what several people were given, in one query.
func LoadMany(ctx context.Context, db bun.IDB, ids []int64) (map[int64]Holder, error) {
	const given = `
		SELECT g.user_id, p.codename AS code FROM (
			SELECT user_id, permission_id FROM user_permissions WHERE user_id IN (?0)
			UNION SELECT ug.user_id, gp.permission_id FROM user_groups ug JOIN group_permissions gp ON gp.group_id = ug.group_id
			WHERE ug.user_id IN (?0)) g JOIN permissions p ON p.id = g.permission_id
		UNION ALL SELECT ug.user_id, gp."right" || ' ' || gp.path FROM user_groups ug JOIN group_places gp ON gp.group_id = ug.group_id
		WHERE ug.user_id IN (?0)`
	all := map[int64]Holder{}
	if len(ids) == 0 {
		return all, nil
	}
	for _, id := range ids {
		all[id] = Given(id, false, nil)
	}
	var rows []struct {
		UserID int64
		Code   string
	}
	if err := db.NewRaw(given, bun.List(ids)).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("load permissions of users: %w", err)
	}
	for _, r := range rows {
		all[r.UserID].give(r.Code)
	}
	return all, nil
}
