package staff

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ams/app/admin"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/organisation"
)

// columns are a part of a table about people: the heads, and a function that reads the cells of several people at once.
// Who is left out has empty cells.
type columns struct {
	heads []string
	of    func(ctx context.Context, people []*person) (map[int64][]string, error)
}

// exportPeople makes a table for spreadsheets of as many people as there are.
func exportPeople(d Domains) admin.Action[person] {
	return admin.Action[person]{
		Name: "export", Label: lang.M("Export to CSV"), Right: "users.export_user",
		Sheet: &admin.Sheet[person]{
			Name: "users_export",
			Open: func(ctx context.Context) (heads []string, lines admin.Lines[person], err error) {
				parts, err := d.parts(ctx)
				if err != nil {
					return nil, nil, err
				}
				for _, p := range parts {
					heads = append(heads, p.heads...)
				}
				return heads, linesOf(parts), nil
			},
		},
	}
}

// parts are all columns of the table, in order.
func (d Domains) parts(ctx context.Context) ([]columns, error) {
	answers, err := d.Questions.Table(ctx)
	if err != nil {
		return nil, err
	}
	said := func(ctx context.Context, people []*person) (map[int64][]string, error) {
		return answers.Of(ctx, idsOf(people))
	}
	return []columns{d.accountColumns(), d.membershipColumns(), d.organisationColumns(), {heads: answers.Keys, of: said}}, nil
}

// linesOf reads some people, with as many queries as there are parts.
func linesOf(parts []columns) admin.Lines[person] {
	return func(ctx context.Context, _ bun.IDB, people []*person) ([][]string, error) {
		lines := make([][]string, len(people))
		for _, part := range parts {
			found, err := part.of(ctx, people)
			if err != nil {
				return nil, err
			}
			for i, p := range people {
				cells := found[p.ID]
				if cells == nil {
					cells = make([]string, len(part.heads))
				}
				lines[i] = append(lines[i], cells...)
			}
		}
		return lines, nil
	}
}

func idsOf(people []*person) []int64 {
	ids := make([]int64, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	return ids
}

func (d Domains) accountColumns() columns {
	return columns{
		heads: []string{
			"Email", "First Name", "Last Name", "Username", "Active Member", "Date Joined", "Last Login", "Is Active", "Is Staff",
			"Is Superuser", "Admin Notes",
		},
		of: func(ctx context.Context, people []*person) (map[int64][]string, error) {
			members, err := d.Members.MembersAmong(ctx, idsOf(people))
			if err != nil {
				return nil, err
			}
			rows := map[int64][]string{}
			for _, p := range people {
				rows[p.ID] = accountCells(p, members[p.ID])
			}
			return rows, nil
		},
	}
}

func accountCells(p *person, member bool) []string {
	lastLogin := ""
	if p.LastLogin != nil {
		lastLogin = instant(*p.LastLogin)
	}
	return []string{
		p.Email, p.FirstName, p.LastName, p.Username, truth(member), instant(p.DateJoined), lastLogin, truth(p.Active), truth(p.Staff),
		truth(p.Superuser), p.AdminNotes,
	}
}

// none is the status where there is no membership.
const none = "NONE"

func (d Domains) membershipColumns() columns {
	return columns{
		heads: []string{"Individual Membership Status", "Membership Option", "Membership Start Date", "Membership Expiry Date"},
		of: func(ctx context.Context, people []*person) (map[int64][]string, error) {
			latest, err := d.Members.LatestOf(ctx, idsOf(people))
			if err != nil {
				return nil, err
			}
			rows := map[int64][]string{}
			for _, p := range people {
				rows[p.ID] = []string{none, "", "", ""}
				if m, ok := latest[p.ID]; ok {
					rows[p.ID] = []string{string(m.Status), m.Option, m.Start.String(), m.Expiry.String()}
				}
			}
			return rows, nil
		},
	}
}

// organisationColumns tell of the organisation that somebody has joined last.
func (d Domains) organisationColumns() columns {
	return columns{
		heads: []string{"Organisation Name", "Organisation Role", "Organisation Membership Status"},
		of: func(ctx context.Context, people []*person) (map[int64][]string, error) {
			latest, err := d.Orgs.LatestOf(ctx, idsOf(people))
			if err != nil {
				return nil, err
			}
			var joined []int64
			for _, m := range latest {
				joined = append(joined, m.OrganisationID)
			}
			holders, err := d.Members.HoldersAmong(ctx, joined)
			if err != nil {
				return nil, err
			}
			rows := map[int64][]string{}
			for id, m := range latest {
				role, status := "Member", none
				if m.Role == organisation.RoleAdmin {
					role = "Admin"
				}
				if holders[m.OrganisationID] {
					status = string(membership.Active)
				}
				rows[id] = []string{m.OrgName(), role, status}
			}
			return rows, nil
		},
	}
}

func truth(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

func instant(at time.Time) string { return at.UTC().Format(time.DateTime) }
