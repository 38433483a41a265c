package organisation

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/listing"
)

// What the people of an organisation are sorted by, and the organisations of a person.
const (
	SortName         = "name"
	SortOrganisation = "organisation"
	SortJoined       = "joined"
	SortInvited      = "invited"
	SortRole         = "role"
)

// Roll is a page of an organisation's people.
type Roll struct {
	Members []Member
	Total   int // on all pages
	Part    listing.Part
}

// rollRow is a member with the number of all.
type rollRow struct {
	bun.BaseModel `bun:"table:organisation_members,alias:om"`
	Member
	Total int `bun:",scanonly"`
}

// People are the current rows of an organisation: invitations first, then who joined last, unless they are sorted by
// something. A page that is not there is the first.
func (s *Service) People(ctx context.Context, o Organisation, part listing.Part) (Roll, error) {
	roll, err := s.roll(ctx, o, part)
	if err == nil && roll.Total == 0 && part.Page() > 1 {
		return s.roll(ctx, o, part.OnPage(1))
	}
	return roll, err
}

func (s *Service) roll(ctx context.Context, o Organisation, part listing.Part) (Roll, error) {
	var rows []rollRow
	q := s.db.NewSelect().Model(&rows).ColumnExpr("?TableColumns").ColumnExpr("count(*) OVER () AS total").
		Where("om.organisation_id = ?", o.ID).Where(isCurrent)
	if err := sorted(q, part.By()).Limit(listing.PartSize).Offset(int64(part.Offset())).Scan(ctx); err != nil {
		return Roll{}, fmt.Errorf("list the people of organisation %d: %w", o.ID, err)
	}
	roll := Roll{Part: part, Members: make([]Member, len(rows))}
	for i, r := range rows {
		roll.Members[i], roll.Total = r.Member, r.Total
	}
	return roll, withPeople(ctx, s.db, roll.Members)
}

// sorted puts people in order. Those who have nothing to be sorted by come last either way: so does every invitation by
// name, whether there is an account or not (Member.Known).
func sorted(q *bun.SelectQuery, by listing.By) *bun.SelectQuery {
	way := " ASC NULLS LAST"
	if by.Descending {
		way = " DESC NULLS LAST"
	}
	switch by.Key {
	case SortName:
		q.Join("LEFT JOIN users AS u ON u.id = om.user_id AND om.accepted_datetime IS NOT NULL").OrderExpr("u.first_name" + way).OrderExpr("u.last_name" + way)
	case SortJoined:
		q.OrderExpr("om.accepted_datetime" + way)
	case SortRole:
		q.OrderExpr("om.role" + way)
	default:
		q.OrderExpr("om.accepted_datetime DESC NULLS FIRST")
	}
	return q.OrderExpr("om.id DESC")
}
