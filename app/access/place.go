package access

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/database"
	"ams/app/fault"
	"ams/app/lang"
)

// PageRights are what a group may do with a page and with everything below it.
type PageRights struct {
	bun.BaseModel `bun:"table:group_page_permissions,alias:gpp"`

	ID            int64 `bun:",pk,autoincrement"`
	GroupID       int64
	PageID        int64
	Label         string `bun:",scanonly"` // says which page; known once the row is loaded or stored
	CanAdd        bool
	CanChange     bool
	CanPublish    bool
	CanBulkDelete bool // a page together with those below it
	CanLock       bool
	CanUnlock     bool
}

// CollectionRights are what a group may do in a collection and in all collections below it.
type CollectionRights struct {
	bun.BaseModel `bun:"table:group_collection_permissions,alias:gcp"`

	ID               int64 `bun:",pk,autoincrement"`
	GroupID          int64
	CollectionID     int64
	Label            string `bun:",scanonly"` // says which collection, as for pages
	AddImage         bool
	ChangeImage      bool
	ChooseImage      bool
	AddDocument      bool
	ChangeDocument   bool
	ChooseDocument   bool
	AddCollection    bool
	ChangeCollection bool
	DeleteCollection bool
}

// CreatePageRights gives a group rights that by holds at the page.
func CreatePageRights(ctx context.Context, tx bun.Tx, by Holder, r *PageRights) error {
	return create(ctx, tx, by, r, r.grant(), &r.Label)
}

// UpdatePageRights stores other rights, or another page; by holds there what the group does not have yet.
func UpdatePageRights(ctx context.Context, tx bun.Tx, by Holder, _, after *PageRights) error {
	return update(ctx, tx, by, after, after.grant(), &after.Label)
}

// DeletePageRights takes the rights at a page from a group.
func DeletePageRights(ctx context.Context, tx bun.Tx, by Holder, r *PageRights) error {
	return remove(ctx, tx, by, r, r.grant())
}

// CreateCollectionRights is CreatePageRights for a collection.
func CreateCollectionRights(ctx context.Context, tx bun.Tx, by Holder, r *CollectionRights) error {
	return create(ctx, tx, by, r, r.grant(), &r.Label)
}

// UpdateCollectionRights is UpdatePageRights for a collection.
func UpdateCollectionRights(ctx context.Context, tx bun.Tx, by Holder, _, after *CollectionRights) error {
	return update(ctx, tx, by, after, after.grant(), &after.Label)
}

// DeleteCollectionRights is DeletePageRights for a collection.
func DeleteCollectionRights(ctx context.Context, tx bun.Tx, by Holder, r *CollectionRights) error {
	return remove(ctx, tx, by, r, r.grant())
}

// grant is what both kinds of rows have in common: rights that a group gets at a place.
type grant struct {
	field  string // the input that names the place
	group  int64
	place  int64
	paths  string // query for path and label of a place; its lock keeps the place from being deleted
	rights []string
}

func (r *PageRights) grant() grant {
	return grant{"page", r.GroupID, r.PageID, `SELECT url_path, url_path FROM pages WHERE id = ? FOR KEY SHARE`, ticked(
		box{"pages.add", r.CanAdd}, box{"pages.change", r.CanChange}, box{"pages.publish", r.CanPublish},
		box{"pages.bulk_delete", r.CanBulkDelete}, box{"pages.lock", r.CanLock}, box{"pages.unlock", r.CanUnlock},
	)}
}

func (r *CollectionRights) grant() grant {
	return grant{"collection", r.GroupID, r.CollectionID, `SELECT path, collection_label(path) FROM collections WHERE id = ? FOR KEY SHARE`, ticked(
		box{"images.add", r.AddImage}, box{"images.change", r.ChangeImage}, box{"images.choose", r.ChooseImage},
		box{"documents.add", r.AddDocument}, box{"documents.change", r.ChangeDocument}, box{"documents.choose", r.ChooseDocument},
		box{"collections.add", r.AddCollection}, box{"collections.change", r.ChangeCollection}, box{"collections.delete", r.DeleteCollection},
	)}
}

type box struct {
	right string
	held  bool
}

func ticked(all ...box) (rights []string) {
	for _, b := range all {
		if b.held {
			rights = append(rights, b.right)
		}
	}
	return rights
}

func create(ctx context.Context, tx bun.Tx, by Holder, row any, g grant, label *string) (err error) {
	if err := by.Must("auth.change_group"); err != nil {
		return err
	}
	if *label, err = g.allowed(ctx, tx, by); err != nil {
		return err
	}
	_, err = tx.NewInsert().Model(row).Returning("id").Exec(ctx)
	return g.stored(err)
}

func update(ctx context.Context, tx bun.Tx, by Holder, row any, g grant, label *string) (err error) {
	if err := by.Must("auth.change_group"); err != nil {
		return err
	}
	if *label, err = g.allowed(ctx, tx, by); err != nil {
		return err
	}
	done, err := tx.NewUpdate().Model(row).WherePK().Where("group_id = ?", g.group).Exec(ctx) // a row stays with its group
	if err != nil {
		return g.stored(err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return cmp.Or(err, fault.NotFound(lang.M("These rights are no longer there.")))
	}
	return nil
}

func remove(ctx context.Context, tx bun.Tx, by Holder, row any, g grant) error {
	if err := by.Must("auth.change_group"); err != nil {
		return err
	}
	if _, err := tx.NewDelete().Model(row).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("take from group %d what it may at %s %d: %w", g.group, g.field, g.place, err)
	}
	return nil
}

// allowed holds the group, as mayGiveGroups does, and refuses what by would give without holding it there. What the
// group has at this place already, or above it, needs no permission of by. It tells what the place is called.
func (g grant) allowed(ctx context.Context, tx bun.Tx, by Holder) (label string, err error) {
	if len(g.rights) == 0 {
		return "", g.wrong(lang.M("Tick at least one right."))
	}
	var id int64
	err = tx.NewRaw(`SELECT id FROM groups WHERE id = ? FOR NO KEY UPDATE`, g.group).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fault.NotFound(lang.M("This group is no longer there."))
	}
	if err != nil {
		return "", fmt.Errorf("lock group %d: %w", g.group, err)
	}
	var path string
	err = tx.NewRaw(g.paths, g.place).Scan(ctx, &path, &label)
	if errors.Is(err, sql.ErrNoRows) {
		return "", g.wrong(g.missing())
	}
	if err != nil {
		return "", fmt.Errorf("find the path of %s %d: %w", g.field, g.place, err)
	}
	var held []string
	if err := tx.NewRaw(`SELECT "right" || ' ' || path FROM group_places WHERE group_id = ?`, g.group).Scan(ctx, &held); err != nil {
		return "", fmt.Errorf("load what group %d may at places: %w", g.group, err)
	}
	group := Given(0, false, held)
	if group.crowded(path) {
		return "", g.wrong(lang.M("This group has rights at %d places already. Give them further up in the tree, or make another group.", mostPlaces))
	}
	for _, right := range g.rights {
		if !by.MayAt(right, path) && !group.MayAt(right, path) {
			return "", g.wrong(lang.M("You can only give rights that you hold there yourself."))
		}
	}
	return label, nil
}

func (g grant) wrong(text lang.Message) error {
	var p fault.Fields
	p.Add(g.field, text)
	return fault.Invalid(p)
}

func (g grant) missing() lang.Message {
	if g.field == "page" {
		return lang.M("This page is no longer there. Choose another one.")
	}
	return lang.M("This collection is no longer there. Choose another one.")
}

// stored puts into words the one rule of the schema that allowed does not check.
func (g grant) stored(err error) error {
	switch database.Constraint(err) {
	case "group_page_permissions_once":
		return g.wrong(lang.M("This group has rights at this page already. Change those."))
	case "group_collection_permissions_once":
		return g.wrong(lang.M("This group has rights in this collection already. Change those."))
	}
	if err != nil {
		return fmt.Errorf("store what group %d may at %s %d: %w", g.group, g.field, g.place, err)
	}
	return nil
}

// PageRightsOf are what a group may do in the branches of the page tree, in their order.
func PageRightsOf(ctx context.Context, db bun.IDB, group int64) (all []*PageRights, err error) {
	err = db.NewSelect().Model(&all).ColumnExpr("gpp.*, p.url_path AS label").Join("JOIN pages AS p ON p.id = gpp.page_id").
		Where("gpp.group_id = ?", group).OrderExpr("p.url_path").Limit(mostPlaces).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the rights of group %d on pages: %w", group, err)
	}
	return all, nil
}

// CollectionRightsOf is PageRightsOf for collections.
func CollectionRightsOf(ctx context.Context, db bun.IDB, group int64) (all []*CollectionRights, err error) {
	err = db.NewSelect().Model(&all).ColumnExpr("gcp.*, collection_label(c.path) AS label").Join("JOIN collections AS c ON c.id = gcp.collection_id").
		Where("gcp.group_id = ?", group).OrderExpr("c.path").Limit(mostPlaces).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the rights of group %d in collections: %w", group, err)
	}
	return all, nil
}

// mostPlaces is at how many places a group has rights: as many as its form can show.
const mostPlaces = 200

// crowded tells whether the holder has rights at so many other places that there is no room for this one.
func (h Holder) crowded(path string) bool {
	places := map[string]bool{}
	for _, paths := range h.places {
		for _, p := range paths {
			places[p] = true
		}
	}
	return len(places) >= mostPlaces && !places[path]
}
