package organisation

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/database"
	"ams/app/listing"
)

// Record is a member with the organisation, as staff look after it and as the person sees it among others.
type Record struct {
	bun.BaseModel `bun:"table:organisation_members,alias:om"`
	Member

	Org     *Organisation   `bun:"rel:belongs-to,join:organisation_id=id"`
	Who     *account.Record `bun:"rel:belongs-to,join:user_id=id"` // nil while nobody is linked
	Created *time.Time      `bun:"-"`                              // CreatedAt, where it can be left out
}

// Belonging is where somebody belongs: a page of the organisations that they have joined, and one of the invitations that
// wait for them.
type Belonging struct{ Joined, Invited List }

// List is a page of somebody's rows.
type List struct {
	Records []Record
	Total   int // on all pages
	Part    listing.Part
}

// onPageThere is the list's part, or its first page where the one that was asked for is not there.
func (l List) onPageThere() listing.Part {
	if len(l.Records) == 0 {
		return l.Part.OnPage(1)
	}
	return l.Part
}

// belongingRow is a row of somebody with the organisation, and the number of all in the same list.
type belongingRow struct {
	bun.BaseModel `bun:"table:organisation_members,alias:om"`
	Member
	Org   *Organisation `bun:"rel:belongs-to,join:organisation_id=id"`
	Total int           `bun:",scanonly"`
}

// Of looks up where somebody belongs: who joined last and what is newest first, unless they are sorted by something. An
// invitation waits for somebody when it is linked to them, or to nobody and went to their primary address or one that is
// known to be theirs.
func (s *Service) Of(ctx context.Context, person int64, joined, invited listing.Part) (Belonging, error) {
	b, err := s.belonging(ctx, person, joined, invited)
	if err != nil {
		return b, err
	}
	there, waits := b.Joined.onPageThere(), b.Invited.onPageThere()
	if there.Page() == joined.Page() && waits.Page() == invited.Page() {
		return b, nil
	}
	return s.belonging(ctx, person, there, waits)
}

func (s *Service) belonging(ctx context.Context, person int64, joined, invited listing.Part) (Belonging, error) {
	const theirs = `om.id IN (
		SELECT id FROM organisation_members WHERE user_id = ?0
		UNION SELECT i.id FROM organisation_members i WHERE i.user_id IS NULL AND i.accepted_datetime IS NULL AND i.invite_email IN (` + account.AddressesSQL + `))`
	page := func(into any, part listing.Part, at, from string) *bun.SelectQuery {
		q := s.db.NewSelect().Model(into).ColumnExpr("?TableColumns").ColumnExpr("count(*) OVER () AS total").Relation("Org")
		// Bun writes a limit's numbers into the text, and then each page had a plan of its own.
		return arranged(q, part.By(), at).OrderExpr("om.id DESC LIMIT ? OFFSET ?", listing.PartSize, bun.Safe(from))
	}
	var rows []belongingRow
	whose := bun.Safe("$1")
	err := page(&rows, joined, "om.accepted_datetime", "$2").Where("om.user_id = ? AND om.accepted_datetime IS NOT NULL", whose).Where(isCurrent).
		UnionAll(page((*belongingRow)(nil), invited, "om.created_datetime", "$3").Where(theirs, whose).Where(isPending)).
		Conn(database.Planned(s.db, person, joined.Offset(), invited.Offset())).Scan(ctx)
	b := Belonging{Joined: List{Part: joined}, Invited: List{Part: invited}}
	if err != nil {
		return b, fmt.Errorf("list the organisations of person %d: %w", person, err)
	}
	for _, r := range rows {
		l := &b.Joined
		if r.Pending() {
			l = &b.Invited
		}
		l.Records, l.Total = append(l.Records, Record{Member: r.Member, Org: r.Org}), r.Total
	}
	return b, nil
}

// arranged puts somebody's rows in order, those that are alike aside; at is the time that counts for them.
func arranged(q *bun.SelectQuery, by listing.By, at string) *bun.SelectQuery {
	way := " ASC"
	if by.Descending {
		way = " DESC"
	}
	switch by.Key {
	case SortOrganisation:
		q.OrderExpr("fold(org.name)" + way)
	case SortRole:
		q.OrderExpr("om.role" + way)
	case SortJoined, SortInvited:
		q.OrderExpr(at + way)
	default:
		q.OrderExpr(at + " DESC")
	}
	return q
}

// LatestOf gives for each of these people the row, of those they have accepted, that was made last.
func (s *Service) LatestOf(ctx context.Context, people []int64) (map[int64]Record, error) {
	latest := map[int64]Record{}
	if len(people) == 0 {
		return latest, nil
	}
	var all []Record
	err := s.db.NewSelect().Model(&all).DistinctOn("om.user_id").Relation("Org").Where("om.user_id IN (?)", bun.List(people)).
		Where("om.accepted_datetime IS NOT NULL").Where(isCurrent).OrderExpr("om.user_id, om.created_datetime DESC, om.id DESC").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the latest organisations of %d people: %w", len(people), err)
	}
	for _, r := range all {
		latest[r.UserID] = r
	}
	return latest, nil
}

// most bounds what a page shows of somebody's organisations.
const most = 200

// WithBoth reads organisation and person along with records.
func WithBoth(q *bun.SelectQuery) *bun.SelectQuery { return q.Relation("Org").Relation("Who") }

// LoadRecords puts what WithBoth has read where it is shown from.
func LoadRecords(_ context.Context, _ bun.IDB, all []*Record) error {
	for _, r := range all {
		r.Created = &r.CreatedAt
		if r.Who != nil {
			r.Person = r.Who.Person
		}
	}
	return nil
}

// RecordsOf are the people of an organisation and its invitations, those that staff ended as well.
func RecordsOf(ctx context.Context, db bun.IDB, organisation int64) (all []*Record, err error) {
	q := WithBoth(db.NewSelect().Model(&all)).Where("om.organisation_id = ?", organisation).OrderExpr("om.accepted_datetime DESC NULLS FIRST, om.id DESC")
	if err = q.Limit(most).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list the members of organisation %d: %w", organisation, err)
	}
	return all, LoadRecords(ctx, db, all)
}

// Title names a record in lists and messages.
func (r *Record) Title() string { return r.Whose() + ", " + r.OrgName() }

// Whose is the person, or what is known instead; in brackets or alone stands the address.
func (r *Record) Whose() string {
	switch {
	case r.Who != nil:
		return r.Who.Title()
	case r.InviteEmail != "":
		return "(" + r.InviteEmail + ")"
	}
	return "–"
}

// OrgName is the name of the organisation.
func (r *Record) OrgName() string {
	if r.Org == nil {
		return ""
	}
	return r.Org.Name
}
