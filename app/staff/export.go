package staff

import (
	"context"
	"io"
	"iter"
	"time"

	"ams/app/account"
	"ams/app/admin"
	"ams/app/lang"
	"ams/app/sheet"
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
		File: &admin.File{
			Type: "text/csv; charset=utf-8",
			Name: func(now time.Time) string { return "users_export_" + now.UTC().Format("20060102_150405") + ".csv" },
			Write: func(ctx context.Context, ids iter.Seq2[[]int64, error], to io.Writer) error {
				parts, err := d.columns(ctx)
				if err != nil {
					return err
				}
				return writeTable(ctx, parts, ids, to)
			},
		},
	}
}

// columns are all parts of the table, in order.
func (d Domains) columns(ctx context.Context) ([]Columns, error) {
	seats, answers := Columns{Heads: []string{"Organisation Name", "Organisation Role", "Organisation Membership Status"}}, Columns{}
	var err error
	if d.Seats != nil {
		if seats, err = d.Seats(ctx); err != nil {
			return nil, err
		}
	}
	if d.Answers != nil {
		if answers, err = d.Answers(ctx); err != nil {
			return nil, err
		}
	}
	return []Columns{d.accountColumns(), d.membershipColumns(), seats, answers}, nil
}

// writeTable reads a portion of people after the other, with as many queries for each as there are parts.
func writeTable(ctx context.Context, parts []Columns, ids iter.Seq2[[]int64, error], to io.Writer) error {
	w := sheet.New(to)
	var heads []string
	for _, p := range parts {
		heads = append(heads, p.Heads...)
	}
	if err := w.Row(heads...); err != nil {
		return err
	}
	for people, err := range ids {
		if err != nil {
			return err
		}
		cells := make(map[int64][]string, len(people))
		for i, p := range parts {
			var found map[int64][]string
			if p.Of != nil {
				if found, err = p.Of(ctx, people); err != nil {
					return err
				}
			}
			for _, id := range people {
				row := found[id]
				if i == 0 && row == nil || i > 0 && cells[id] == nil { // deleted meanwhile
					continue
				}
				if row == nil {
					row = make([]string, len(p.Heads))
				}
				cells[id] = append(cells[id], row...)
			}
		}
		for _, id := range people {
			if row := cells[id]; row != nil {
				if err := w.Row(row...); err != nil {
					return err
				}
			}
		}
	}
	return w.Flush()
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
				rows[id] = []string{"NONE", "", "", ""}
				if m, ok := latest[id]; ok {
					rows[id] = []string{string(m.Status), m.Option, m.Start.String(), m.Expiry.String()}
				}
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
