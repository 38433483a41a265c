package staff

import (
	"context"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/admin"
	"ams/app/cms"
	"ams/app/field"
	"ams/app/lang"
)

// editorGroups are the groups as the website knows them: its own permissions, and what holds in a branch of its pages and
// collections. Permissions of other areas are the administration's, and stay.
func editorGroups(a *admin.Admin, db *bun.DB) admin.Resource[access.Group] {
	r := groups(a)
	r.Area, r.Place, r.Size, r.Stay = "settings", "groups/", editorRows, true
	r.Sections = []admin.Section[access.Group]{admin.Sect(lang.Message{},
		field.Text("name", lang.M("Name"), func(g *access.Group) *string { return &g.Name }).Max(150),
		field.Choices("permissions", lang.M("Permissions"), func(g *access.Group) *[]string { return &g.Codes }, editorPermissions(a)).
			Help(lang.M("Permissions that concern other areas are given in the administration and stay as they are.")))}
	pages, collections := branches{db: db, tree: cms.Pages()}, branches{db: db, tree: cms.Collections()}
	pages.lookup = a.Lookup("choose-page/", "auth.change_group", pages.within("pages."))
	collections.lookup = a.Lookup("choose-collection/", "auth.change_group", collections.within("images.", "documents.", "collections."))
	r.Inlines = []admin.Inline[access.Group]{pageRights(pages), collectionRights(collections)}
	return r
}

// editorPermissions are those that concern the website: to enter its editor, and what is looked after in it.
func editorPermissions(a *admin.Admin) func() []field.Option {
	return func() []field.Option { return append([]field.Option{enterEditor()}, given(a.Codes())...) }
}

type (
	atPage       = access.PageRights
	inCollection = access.CollectionRights
)

func pageRights(pages field.Chooser) admin.Inline[access.Group] {
	box := func(value string, label lang.Message, at func(*atPage) *bool) field.Box[atPage] {
		return field.Box[atPage]{Option: field.Option{Value: value, Label: label}, At: at}
	}
	return admin.Table[access.Group, atPage]{
		Key: "pages", Entity: "auth.group", Label: lang.M("Rights on pages"), Load: access.PageRightsOf, Blank: 1, Part: true,
		Title: func(r *atPage) string { return r.Label },
		New:   func(group int64) *atPage { return &atPage{GroupID: group} },
		Fields: []field.Field[atPage]{
			field.Ref("page", lang.M("Page and all below it"), func(r *atPage) *int64 { return &r.PageID }, pages).
				Known(func(r *atPage) string { return r.Label }).Typed().OnceOnly(),
			field.Boxes("rights", lang.M("Rights"),
				box("add", lang.M("Add pages, and change their own"), func(r *atPage) *bool { return &r.CanAdd }),
				box("change", lang.M("Change every page"), func(r *atPage) *bool { return &r.CanChange }),
				box("publish", lang.M("Publish, unpublish and schedule"), func(r *atPage) *bool { return &r.CanPublish }),
				box("lock", lang.M("Lock"), func(r *atPage) *bool { return &r.CanLock }),
				box("unlock", lang.M("Unlock what others have locked"), func(r *atPage) *bool { return &r.CanUnlock }),
				box("bulk_delete", lang.M("Delete pages with pages below them"), func(r *atPage) *bool { return &r.CanBulkDelete })),
		},
		Write: admin.Writer[atPage]{Create: access.CreatePageRights, Update: access.UpdatePageRights, Delete: access.DeletePageRights},
	}
}

func collectionRights(collections field.Chooser) admin.Inline[access.Group] {
	box := func(value string, group, label lang.Message, at func(*inCollection) *bool) field.Box[inCollection] {
		return field.Box[inCollection]{Option: field.Option{Value: value, Label: label, Group: group}, At: at}
	}
	images, documents, themselves := lang.M("Images"), lang.M("Documents"), lang.M("Collections")
	add, change, remove := lang.C("permission", "Add"), lang.C("permission", "Change"), lang.C("permission", "Delete")
	choose := lang.C("permission", "Choose")
	return admin.Table[access.Group, inCollection]{
		Key: "collections", Entity: "auth.group", Label: lang.M("Rights in collections"), Load: access.CollectionRightsOf, Blank: 1, Part: true,
		Title: func(r *inCollection) string { return r.Label },
		New:   func(group int64) *inCollection { return &inCollection{GroupID: group} },
		Fields: []field.Field[inCollection]{
			field.Ref("collection", lang.M("Collection and all below it"), func(r *inCollection) *int64 { return &r.CollectionID }, collections).
				Known(func(r *inCollection) string { return r.Label }).Typed().OnceOnly(),
			field.Boxes("rights", lang.M("Rights"),
				box("add_image", images, add, func(r *inCollection) *bool { return &r.AddImage }),
				box("change_image", images, change, func(r *inCollection) *bool { return &r.ChangeImage }),
				box("choose_image", images, choose, func(r *inCollection) *bool { return &r.ChooseImage }),
				box("add_document", documents, add, func(r *inCollection) *bool { return &r.AddDocument }),
				box("change_document", documents, change, func(r *inCollection) *bool { return &r.ChangeDocument }),
				box("choose_document", documents, choose, func(r *inCollection) *bool { return &r.ChooseDocument }),
				box("add_collection", themselves, add, func(r *inCollection) *bool { return &r.AddCollection }),
				box("change_collection", themselves, change, func(r *inCollection) *bool { return &r.ChangeCollection }),
				box("delete_collection", themselves, remove, func(r *inCollection) *bool { return &r.DeleteCollection })),
		},
		Write: admin.Writer[inCollection]{
			Create: access.CreateCollectionRights,
			Update: access.UpdateCollectionRights,
			Delete: access.DeleteCollectionRights,
		},
	}
}

// branches offers parts of one of the website's trees to choose from.
type branches struct {
	db     *bun.DB
	tree   cms.Tree
	lookup string
}

// suggested is how many branches are offered for a text.
const suggested = 20

// within finds the branches in which somebody has rights of these kinds, and what leads there: nobody gives others, and what
// the rest is called is not for everybody to read.
func (b branches) within(kinds ...string) func(context.Context, access.Holder, string) ([]field.Record, error) {
	return func(ctx context.Context, by access.Holder, text string) ([]field.Record, error) {
		var held []string
		if !by.Superuser {
			held = by.Places(kinds...)
		}
		return records(b.tree.Find(ctx, b.db, text, suggested, held))
	}
}

// Offer gives those of these ids, never a whole list.
func (b branches) Offer(ctx context.Context, _ int, ids []int64) (named []field.Record, whole bool, err error) {
	named, err = records(b.tree.Named(ctx, b.db, ids))
	return named, false, err
}

// Find gives the branches whose label holds a text. What somebody may give there is for the writer to say.
func (b branches) Find(ctx context.Context, text string) ([]field.Record, error) {
	return records(b.tree.Find(ctx, b.db, text, suggested, nil))
}

// Lookup is the address of suggestions.
func (b branches) Lookup() string { return b.lookup }

func records(found []cms.Branch, err error) (all []field.Record, _ error) {
	for _, f := range found {
		all = append(all, field.Record{ID: f.ID, Name: f.Label})
	}
	return all, err
}
