package membership

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/database"
)

// Through is the active membership of an active organisation that somebody belongs to.
type Through struct {
	Held
	Organisation string // its name
}

// termColumns are those of Term, as either table m has them.
const termColumns = `m.id, m.membership_option_id, m.start_date, m.expiry_date, m.created_datetime, m.approved_datetime, m.approval_source,
	m.cancelled_datetime, m.cancelled_reason, m.renews_id, m.overlap_allowed`

// Of gives everything that can make a person a member: all memberships of their own as ForPerson does, and beside them the
// active ones of their organisations, without what was bought for these. Whether the account is active is not asked.
func (s *Service) Of(ctx context.Context, person int64) (own []Held, through []Through, err error) {
	const all = `(
		SELECT ` + termColumns + `, m.user_id AS owner_id, '' AS owner, 0 AS seats FROM individual_memberships m WHERE m.user_id = ?1
		UNION ALL
		SELECT ` + termColumns + `, o.id, o.name, m.seats FROM organisation_members b
		JOIN organisations o ON o.id = b.organisation_id AND o.is_active
		JOIN organisation_memberships m ON m.organisation_id = o.id
		WHERE b.user_id = ?1 AND ` + accepted + ` AND ` + active + `) AS m`
	var rows []row
	err = s.db.NewSelect().Model(&rows).ModelTableExpr(all, bun.Safe("$1"), bun.Safe("$2")).ColumnExpr("?TableColumns, m.owner_id, m.seats, m.owner").
		Relation("Option").Order("m.start_date DESC", "m.id DESC").Limit(most).
		Conn(database.Planned(s.db, s.today(), person)).Scan(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("list what person %d holds: %w", person, err)
	}
	for _, r := range rows {
		if r.Seats == 0 {
			own = append(own, r.held(ForPeople))
		} else {
			through = append(through, Through{Held: r.held(ForOrganisations), Organisation: r.Owner})
		}
	}
	return own, through, s.addEntries(ctx, s.db, own)
}
