package access_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/fault"
	"ams/app/web/webtest"
)

// office is a site with pages, collections '/' and '/<rooms>/', an empty group, and ruru, who may change groups and holds
// some rights below /en/about/ and in the collection of rooms.
type office struct {
	*webtest.Site
	group, rooms int64
	ruru         access.Holder
}

func open(t *testing.T) *office {
	t.Helper()
	o := &office{Site: webtest.New(t)}
	if err := o.App.Content.SampleContent(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.Exec(`INSERT INTO collections (id, parent_id, name, path) SELECT 5, id, 'Rooms', '/5/' FROM collections`)
	o.Clerk("ruru", "auth.change_group")
	o.Exec("INSERT INTO groups (name) VALUES ('Readers'), ('Authors')")
	o.Exec(`INSERT INTO user_groups SELECT u.id, g.id FROM users u, groups g WHERE u.username = 'ruru' AND g.name = 'Authors'`)
	o.Exec(`INSERT INTO group_page_permissions (group_id, page_id, can_add, can_change)
		SELECT g.id, p.id, true, true FROM groups g, pages p WHERE g.name = 'Authors' AND p.url_path = '/en/about/'`)
	o.Exec(`INSERT INTO group_collection_permissions (group_id, collection_id, add_image) SELECT id, 5, true FROM groups WHERE name = 'Authors'`)
	o.group, o.rooms = o.id("SELECT id FROM groups WHERE name = 'Readers'"), 5
	o.ruru = o.holder("ruru")
	return o
}

func (o *office) id(query string, args ...any) int64 { return int64(o.Count(query, args...)) }

func (o *office) page(path string) int64 {
	return o.id("SELECT id FROM pages WHERE url_path = ?", path)
}

func (o *office) holder(username string) access.Holder {
	o.T.Helper()
	id := o.id("SELECT id FROM users WHERE username = ?", username)
	all, err := access.LoadMany(o.T.Context(), o.DB, []int64{id})
	if err != nil {
		o.T.Fatalf("LoadMany(%s) = %v", username, err)
	}
	return all[id]
}

// within runs one write in a transaction.
func (o *office) within(do func(ctx context.Context, tx bun.Tx) error) error {
	return o.DB.RunInTx(o.T.Context(), nil, do)
}

func (o *office) add(by access.Holder, r access.PageRights) error {
	return o.within(func(ctx context.Context, tx bun.Tx) error { return access.CreatePageRights(ctx, tx, by, &r) })
}

// held is what the group of readers may at places.
func (o *office) held() string {
	o.T.Helper()
	var held string
	o.Row(&held, `SELECT coalesce(string_agg("right" || ' ' || path, ', ' ORDER BY "right", path), '') FROM group_places WHERE group_id = ?`, o.group)
	return held
}

// said puts a refusal of one field into a line, and everything else as it is.
func said(err error) string {
	if p, ok := fault.Problems(err); ok && len(p.List()) == 1 {
		return p.List()[0].Name + ": " + p.List()[0].Text.ID
	}
	return fmt.Sprint(err)
}

const notHeld = ": You can only give rights that you hold there yourself."

func TestPageRights(t *testing.T) {
	t.Parallel()
	t.Run("H-19 nobody gives rights at a page that they do not hold there", func(t *testing.T) {
		t.Parallel()
		o := open(t)
		for path, want := range map[string]string{
			"/": "page" + notHeld, "/en/": "page" + notHeld, "/mi/": "page" + notHeld, "/mi/about/": "page" + notHeld,
			"/en/about/": "<nil>", "/en/about/team/": "<nil>",
		} {
			if got := said(o.add(o.ruru, access.PageRights{GroupID: o.group, PageID: o.page(path), CanAdd: true})); got != want {
				t.Errorf("CreatePageRights(add at %s) by somebody with add at /en/about/ = %s, want %s", path, got, want)
			}
		}
		o.Exec("DELETE FROM group_page_permissions WHERE group_id = ?", o.group)
		publish := access.PageRights{GroupID: o.group, PageID: o.page("/en/about/"), CanAdd: true, CanPublish: true}
		if got := said(o.add(o.ruru, publish)); got != "page"+notHeld {
			t.Errorf("CreatePageRights(add and publish) by somebody with add alone = %s, want %s", got, "page"+notHeld)
		}
		if got := o.held(); got != "" {
			t.Errorf("the group may %s, want nothing", got)
		}
		if err := o.add(access.Holder{Superuser: true}, publish); err != nil || o.held() != "pages.add /en/about/, pages.publish /en/about/" {
			t.Errorf("CreatePageRights by a superuser = %v, the group may %s", err, o.held())
		}
	})
	t.Run("H-19 changing asks for what is added, wherever", func(t *testing.T) {
		t.Parallel()
		o := open(t)
		row := access.PageRights{GroupID: o.group, PageID: o.page("/en/about/"), CanAdd: true, CanPublish: true}
		if err := o.within(func(ctx context.Context, tx bun.Tx) error {
			return access.CreatePageRights(ctx, tx, access.Holder{Superuser: true}, &row)
		}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name   string
			change func(*access.PageRights)
			want   string
		}{
			{"lock", func(r *access.PageRights) { r.CanLock = true }, "page" + notHeld},
			{"the root instead", func(r *access.PageRights) { r.PageID = o.page("/") }, "page" + notHeld},
			{"another group instead", func(r *access.PageRights) {
				r.GroupID, r.CanPublish = o.id("SELECT id FROM groups WHERE name = 'Authors'"), false
			}, "These rights are no longer there."},
			{"nothing", func(r *access.PageRights) { r.CanAdd, r.CanPublish = false, false }, "page: Tick at least one right."},
			{"change", func(r *access.PageRights) { r.CanChange = true }, "<nil>"},
			{"a page below", func(r *access.PageRights) { r.PageID = o.page("/en/about/team/") }, "<nil>"},
		} {
			after := row
			c.change(&after)
			got := said(o.within(func(ctx context.Context, tx bun.Tx) error {
				return access.UpdatePageRights(ctx, tx, o.ruru, &row, &after)
			}))
			if got != c.want {
				t.Errorf("UpdatePageRights(%s) by somebody with add and change = %s, want %s", c.name, got, c.want)
			}
		}
		if got, want := o.held(), "pages.add /en/about/team/, pages.publish /en/about/team/"; got != want {
			t.Errorf("the group may %s, want %s", got, want)
		}
		drop := func(by access.Holder) error {
			return o.within(func(ctx context.Context, tx bun.Tx) error { return access.DeletePageRights(ctx, tx, by, &row) })
		}
		if err := drop(access.Given(0, false, []string{"auth.add_group"})); fault.KindOf(err) != fault.Denied || o.held() == "" {
			t.Errorf("DeletePageRights without auth.change_group = %v, want a refusal", err)
		}
		if err := drop(o.ruru); err != nil || o.held() != "" {
			t.Errorf("DeletePageRights by ruru = %v, the group may %s, want nothing", err, o.held())
		}
	})
	t.Run("Who may change groups, and no one else", func(t *testing.T) {
		t.Parallel()
		o := open(t)
		row := access.PageRights{GroupID: o.group, PageID: o.page("/en/about/"), CanAdd: true}
		for code, want := range map[string]fault.Kind{"auth.view_group": fault.Denied, "auth.add_group": fault.Denied, "auth.change_group": fault.Internal} {
			o.Exec("DELETE FROM group_page_permissions WHERE group_id = ?", o.group)
			err := o.add(access.Given(0, false, []string{code, "pages.add /"}), row)
			if fault.KindOf(err) != want || (err == nil) == (want == fault.Denied) {
				t.Errorf("CreatePageRights by a holder of %s = %v", code, err)
			}
		}
		o.Exec("DELETE FROM group_page_permissions WHERE group_id = ?", o.group)
		for what, err := range map[string]error{
			"UpdatePageRights": o.within(func(ctx context.Context, tx bun.Tx) error {
				return access.UpdatePageRights(ctx, tx, access.Given(0, false, []string{"auth.add_group", "pages.add /"}), &row, &row)
			}),
			"CreatePageRights for another group's members": o.add(access.Given(0, false, []string{"pages.add /"}), row),
		} {
			if fault.KindOf(err) != fault.Denied {
				t.Errorf("%s without the permission = %v, want a refusal", what, err)
			}
		}
	})
	t.Run("What a form can get wrong is said in words", func(t *testing.T) {
		t.Parallel()
		o := open(t)
		about := o.page("/en/about/")
		if err := o.add(o.ruru, access.PageRights{GroupID: o.group, PageID: about, CanAdd: true}); err != nil {
			t.Fatal(err)
		}
		for want, r := range map[string]access.PageRights{
			"page: Tick at least one right.":                                  {GroupID: o.group, PageID: o.page("/en/about/team/")},
			"page: This group has rights at this page already. Change those.": {GroupID: o.group, PageID: about, CanChange: true},
			"page: This page is no longer there. Choose another one.":         {GroupID: o.group, PageID: 999999, CanAdd: true},
			"This group is no longer there.":                                  {GroupID: 999999, PageID: about, CanAdd: true},
		} {
			if got := said(o.add(o.ruru, r)); got != want {
				t.Errorf("CreatePageRights(%+v) = %s, want %s", r, got, want)
			}
		}
	})
}

func TestCollectionRights(t *testing.T) {
	t.Parallel()
	o := open(t)
	add := func(r access.CollectionRights) string {
		return said(o.within(func(ctx context.Context, tx bun.Tx) error { return access.CreateCollectionRights(ctx, tx, o.ruru, &r) }))
	}
	root := o.id("SELECT id FROM collections WHERE parent_id IS NULL")
	for want, r := range map[string]access.CollectionRights{
		"collection" + notHeld:                                                {GroupID: o.group, CollectionID: root, AddImage: true},
		"collection: Tick at least one right.":                                {GroupID: o.group, CollectionID: o.rooms},
		"collection: This collection is no longer there. Choose another one.": {GroupID: o.group, CollectionID: 999999, AddImage: true},
	} {
		if got := add(r); got != want {
			t.Errorf("CreateCollectionRights(%+v) = %s, want %s", r, got, want)
		}
	}
	if got := add(access.CollectionRights{GroupID: o.group, CollectionID: o.rooms, AddImage: true, AddDocument: true}); got != "collection"+notHeld {
		t.Errorf("CreateCollectionRights with a right that is not held = %s, want %s", got, "collection"+notHeld)
	}
	row := access.CollectionRights{GroupID: o.group, CollectionID: o.rooms, AddImage: true}
	if got := add(row); got != "<nil>" || o.held() != "images.add /5/" {
		t.Errorf("CreateCollectionRights = %s, the group may %s", got, o.held())
	}
	if got := add(row); !strings.HasPrefix(got, "collection: This group has rights in this collection already.") {
		t.Errorf("CreateCollectionRights again = %s", got)
	}
	err := o.within(func(ctx context.Context, tx bun.Tx) error {
		all := access.CollectionRights{
			GroupID: o.group, CollectionID: o.rooms, AddImage: true, ChangeImage: true, ChooseImage: true, AddDocument: true, ChangeDocument: true,
			ChooseDocument: true, AddCollection: true, ChangeCollection: true, DeleteCollection: true,
			ID: o.id("SELECT id FROM group_collection_permissions WHERE group_id = ?", o.group),
		}
		if err := access.UpdateCollectionRights(ctx, tx, o.ruru, &row, &all); said(err) != "collection"+notHeld {
			t.Errorf("UpdateCollectionRights(everything) by ruru = %v, want a refusal", err)
		}
		err := access.UpdateCollectionRights(ctx, tx, access.Holder{Superuser: true}, &row, &all)
		loaded, loadErr := access.CollectionRightsOf(ctx, tx, o.group)
		if loadErr != nil || len(loaded) != 1 || loaded[0].Label != "Root / Rooms" || all.Label != "Root / Rooms" {
			t.Errorf("the collection is called %q when it is stored, and in %v, %v when it is loaded, want Root / Rooms in both", all.Label, loaded, loadErr)
		}
		return err
	})
	want := "collections.add /5/, collections.change /5/, collections.delete /5/, documents.add /5/, documents.change /5/, documents.choose /5/, " +
		"images.add /5/, images.change /5/, images.choose /5/"
	if err != nil || o.held() != want {
		t.Errorf("UpdateCollectionRights(everything) by a superuser = %v, the group may %s, want %s", err, o.held(), want)
	}
	err = o.within(func(ctx context.Context, tx bun.Tx) error {
		row.ID = o.id("SELECT id FROM group_collection_permissions WHERE group_id = ?", o.group)
		return access.DeleteCollectionRights(ctx, tx, o.ruru, &row)
	})
	if err != nil || o.held() != "" {
		t.Errorf("DeleteCollectionRights = %v, the group may %s, want nothing", err, o.held())
	}
}

// Every box is the right of its name, in everything that loads what people may.
func TestEveryPageRight(t *testing.T) {
	t.Parallel()
	o := open(t)
	all := access.PageRights{
		GroupID: o.group, PageID: o.page("/en/about/"), CanAdd: true, CanChange: true, CanPublish: true, CanBulkDelete: true, CanLock: true, CanUnlock: true,
	}
	if err := o.add(access.Holder{Superuser: true}, all); err != nil {
		t.Fatal(err)
	}
	o.Person("kea")
	o.Exec("INSERT INTO user_groups SELECT id, ? FROM users WHERE username = 'kea'", o.group)
	rights := []string{"pages.add", "pages.bulk_delete", "pages.change", "pages.lock", "pages.publish", "pages.unlock"}
	if got, want := o.held(), strings.Join(rights, " /en/about/, ")+" /en/about/"; got != want {
		t.Errorf("the group may %s, want %s", got, want)
	}
	person := o.id("SELECT id FROM users WHERE username = 'kea'")
	_, granted, err := access.GrantsOf(t.Context(), o.DB, person, false)
	if err != nil {
		t.Fatal(err)
	}
	for call, h := range map[string]access.Holder{"LoadMany": o.holder("kea"), "GrantsOf": granted} {
		for _, right := range rights {
			if !h.MayAt(right, "/en/about/team/") || h.MayAt(right, "/en/") || h.May(right) {
				t.Errorf("%s: of %s at /en/about/ kea holds %q", call, right, h.Codes())
			}
		}
	}
}

// A page or collection that moves while somebody gives rights at it would take them where nobody holds them.
func TestPlaceStays(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.Exec(`INSERT INTO collections (id, parent_id, name, path) SELECT 6, id, 'Halls', '/6/' FROM collections WHERE parent_id IS NULL`)
	o.Behind(func() {
		got := said(o.within(func(ctx context.Context, tx bun.Tx) error {
			return access.CreateCollectionRights(ctx, tx, o.ruru, &access.CollectionRights{GroupID: o.group, CollectionID: o.rooms, AddImage: true})
		}))
		if got != "collection"+notHeld {
			t.Errorf("CreateCollectionRights in a collection that has moved meanwhile = %s, want %s", got, "collection"+notHeld)
		}
	}, "UPDATE collections SET parent_id = 6, path = '/6/5/' WHERE id = ?", o.rooms)
	about := o.page("/en/about/")
	o.Behind(func() {
		if got := said(o.add(o.ruru, access.PageRights{GroupID: o.group, PageID: about, CanAdd: true})); got != "page"+notHeld {
			t.Errorf("CreatePageRights at a page that has moved to the top meanwhile = %s, want %s", got, "page"+notHeld)
		}
	}, "UPDATE pages SET url_path = '/moved/' WHERE id = ?", about)
}

// A group has as many places as its form can show: those that it has can still change, and there is room again once one is
// given up.
func TestMostPlaces(t *testing.T) {
	t.Parallel()
	o := open(t)
	boss := access.Holder{Superuser: true}
	const most = 200
	o.Exec(`INSERT INTO pages (page_type, parent_id, position, depth, url_path, locale_id, draft_content, draft_title, title, slug, visibility, is_structure_only)
		SELECT 'content', p.id, 1000 + i, p.depth + 1, p.url_path || 'place' || i || '/', p.locale_id, '{}', 'Place', 'Place', 'place' || i, 'public', false
		FROM pages p, generate_series(1, ?) i WHERE p.url_path = '/en/about/'`, most)
	give := func(path string) string {
		return said(o.add(boss, access.PageRights{GroupID: o.group, PageID: o.page(path), CanAdd: true}))
	}
	store := func(r access.CollectionRights) string {
		return said(o.within(func(ctx context.Context, tx bun.Tx) error { return access.CreateCollectionRights(ctx, tx, boss, &r) }))
	}
	o.Exec(`INSERT INTO group_page_permissions (group_id, page_id, can_add) SELECT ?, id, true FROM pages WHERE slug LIKE 'place%' AND slug <> 'place1'`, o.group)
	if got := give("/en/about/place1/"); got != "<nil>" {
		t.Fatalf("CreatePageRights at the %dth place = %s, want it stored", most, got)
	}
	const full = ": This group has rights at %d places already. Give them further up in the tree, or make another group."
	if got := give("/en/"); got != "page"+full {
		t.Errorf("CreatePageRights at one more = %s, want %s", got, "page"+full)
	}
	if got := store(access.CollectionRights{GroupID: o.group, CollectionID: o.rooms, AddImage: true}); got != "collection"+full {
		t.Errorf("CreateCollectionRights in one more = %s, want %s", got, "collection"+full)
	}
	row := access.PageRights{ID: o.id("SELECT max(id) FROM group_page_permissions"), GroupID: o.group, PageID: o.page("/en/about/place1/"), CanAdd: true}
	after := row
	after.CanLock = true
	if err := o.within(func(ctx context.Context, tx bun.Tx) error {
		return access.UpdatePageRights(ctx, tx, boss, &row, &after)
	}); err != nil {
		t.Errorf("UpdatePageRights at a place of a full group = %v, want it stored", err)
	}
	if err := o.within(func(ctx context.Context, tx bun.Tx) error { return access.DeletePageRights(ctx, tx, boss, &row) }); err != nil {
		t.Fatal(err)
	}
	if got := give("/en/"); got != "<nil>" {
		t.Errorf("CreatePageRights once a place was given up = %s, want it stored", got)
	}
}

func TestShip(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.Exec("TRUNCATE groups CASCADE")
	o.Exec("DELETE FROM collections WHERE parent_id IS NOT NULL")
	o.Exec("DELETE FROM collections")
	if names, err := access.Ship(t.Context(), o.DB); err != nil || len(names) != 0 {
		t.Errorf("Ship without the root of the collections = %q, %v, want no group without its rights", names, err)
	}
}
