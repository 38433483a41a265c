package staff

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/admin"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/organisation"
)

// Columns are a part of a table about people: the heads, and a function that reads the cells of several people at once.
// Who is left out has empty cells.
type Columns struct {
	Heads []string
	Of    func(ctx context.Context, people []int64) (map[int64][]string, error)
}

// exportPeople makes a table for spreadsheets of as many people as there are.
func exportPeople(d Domains) admin.Action[person] {
	return admin.Action[person]{
		Name: "export", Label: lang.M("Export to CSV"), Right: "users.export_user",
		Sheet: &admin.Sheet[person]{
			Name: "users_export",
			Open: func(ctx context.Context) (heads []string, lines admin.Lines[person], err error) {
				parts, err := d.columns(ctx)
				for _, p := range parts {
					heads = append(heads, p.Heads...)
				}
				return heads, linesOf(parts), err
			},
		},
	}
}

// columns are all parts of the table, in order.
func (d Domains) columns(ctx context.Context) ([]Columns, error) {
	answers, err := d.Questions.Table(ctx)
	if err != nil {
		return nil, err
	}
	return []Columns{d.accountColumns(), d.membershipColumns(), d.organisationColumns(), {Heads: answers.Keys, Of: answers.Of}}, nil
}

// linesOf reads some people, with as many queries as there are parts.
func linesOf(parts []Columns) admin.Lines[person] {
	return func(ctx context.Context, _ bun.IDB, people []*person) ([][]string, error) {
		ids := make([]int64, len(people))
		for i, p := range people {
			ids[i] = p.ID
		}
		lines := make([][]string, len(people))
		for _, part := range parts {
			var found map[int64][]string
			if part.Of != nil {
				var err error
				if found, err = part.Of(ctx, ids); err != nil {
					return nil, err
				}
			}
			for i, id := range ids {
				cells := found[id]
				if cells == nil {
					cells = make([]string, len(part.Heads))
				}
				lines[i] = append(lines[i], cells...)
			}
		}
		return lines, nil
	}
}

func (d Domains) accountColumns() Columns {
	return Columns{
		Heads: []string{
			"Email", "First Name", "Last Name", "Username", "Active Member", "Date Joined", "Last Login", "Is Active", "Is Staff",
			"Is Superuser", "Admin Notes",
		},
		Of: func(ctx context.Context, people []int64) (map[int64][]string, error) {
			records, err := d.People.Records(ctx, people)
			if err != nil {
				return nil, err
			}
			members, err := d.Members.MembersAmong(ctx, people)
			if err != nil {
				return nil, err
			}
			rows := map[int64][]string{}
			for _, r := range records {
				rows[r.ID] = accountCells(r, members[r.ID])
			}
			return rows, nil
		},
	}
}

func accountCells(r *account.Record, member bool) []string {
	lastLogin := ""
	if r.LastLogin != nil {
		lastLogin = instant(*r.LastLogin)
	}
	return []string{
		r.Email, r.FirstName, r.LastName, r.Username, truth(member), instant(r.DateJoined), lastLogin, truth(r.Active), truth(r.Staff),
		truth(r.Superuser), r.AdminNotes,
	}
}

// none is the status where there is no membership.
const none = "NONE"

func (d Domains) membershipColumns() Columns {
	return Columns{
		Heads: []string{"Individual Membership Status", "Membership Option", "Membership Start Date", "Membership Expiry Date"},
		Of: func(ctx context.Context, people []int64) (map[int64][]string, error) {
			latest, err := d.Members.LatestOf(ctx, people)
			if err != nil {
				return nil, err
			}
			rows := map[int64][]string{}
			for _, id := range people {
				rows[id] = []string{none, "", "", ""}
				if m, ok := latest[id]; ok {
					rows[id] = []string{string(m.Status), m.Option, m.Start.String(), m.Expiry.String()}
				}
			}
			return rows, nil
		},
	}
}

// organisationColumns tell of the organisation that somebody has joined last.
func (d Domains) organisationColumns() Columns {
	return Columns{
		Heads: []string{"Organisation Name", "Organisation Role", "Organisation Membership Status"},
		Of: func(ctx context.Context, people []int64) (map[int64][]string, error) {
			latest, err := d.Orgs.LatestOf(ctx, people)
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

func instant(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05") }
