package membership_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/money"
	"ams/app/web/webtest"
)

// option is one that nothing is wrong with.
func option(t *testing.T) membership.Option {
	t.Helper()
	cost, err := money.Parse("100")
	if err != nil {
		t.Fatal(err)
	}
	return membership.Option{
		Name: lang.Text{EN: "Teacher"}, Type: membership.ForOrganisations, Duration: membership.Duration{Months: 12},
		Cost: cost, InvoiceDueDays: 60, MaxSeats: 10, MaxChargedSeats: 4,
	}
}

// tx runs one change of staff.
func tx(s *webtest.Site, change func(context.Context, bun.Tx) error) error {
	return s.DB.RunInTx(s.T.Context(), nil, change)
}

func create(s *webtest.Site, o *membership.Option) error {
	return tx(s, func(ctx context.Context, tx bun.Tx) error {
		return s.App.Members.CreateOption(ctx, tx, access.Holder{Superuser: true}, o)
	})
}

func refused(t *testing.T, err error, field string) {
	t.Helper()
	problems, ok := fault.Problems(err)
	if !ok || len(problems.List()) != 1 || problems.List()[0].Name != field {
		t.Errorf("error = %v, want one problem at %s", err, field)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	negative, _ := money.Parse("-0.01")
	for field, changes := range map[string][]func(*membership.Option){
		"name_en": {
			func(o *membership.Option) { o.Name.EN = "  " },
			func(o *membership.Option) { o.Name.EN = strings.Repeat("ā", 256) },
			func(o *membership.Option) { o.Name.MI = strings.Repeat("ā", 256) },
		},
		"type":              {func(o *membership.Option) { o.Type = "CLUB" }},
		"duration":          {func(o *membership.Option) { o.Duration = membership.Duration{} }},
		"cost":              {func(o *membership.Option) { o.Cost = negative }},
		"invoice_reference": {func(o *membership.Option) { o.InvoiceReference = strings.Repeat("x", 26) }},
		"invoice_due_days": {
			func(o *membership.Option) { o.InvoiceDueDays = 0 },
			func(o *membership.Option) { o.InvoiceDueDays = 1 << 40 },
		},
		"max_seats": {func(o *membership.Option) { o.MaxSeats = -1 }},
		"max_charged_seats": {
			func(o *membership.Option) { o.MaxChargedSeats = -1 },
			func(o *membership.Option) { o.MaxChargedSeats, o.MaxSeats = 10, 5 },
			func(o *membership.Option) { o.Type, o.MaxChargedSeats = membership.ForPeople, 1 },
		},
		"order": {func(o *membership.Option) { o.Order = -1 }},
	} {
		name := "Err " + field
		if field == "max_charged_seats" {
			name = "ORG-57 " + field
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := webtest.New(t)
			for _, change := range changes {
				o := option(t)
				change(&o)
				refused(t, create(s, &o), field)
			}
			if n := s.Count("SELECT count(*) FROM membership_options"); n != 0 {
				t.Errorf("%d options stored, want none", n)
			}
		})
	}
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		o := option(t)
		o.Name = lang.Text{EN: " Teacher ", MI: "Kaiako"}
		o.MaxChargedSeats = o.MaxSeats // equal is fine
		if err := create(s, &o); err != nil {
			t.Fatal(err)
		}
		n := s.Count(`SELECT count(*) FROM membership_options WHERE name = 'Teacher' AND name_mi = 'Kaiako' AND max_seats = 10 AND max_charged_seats = 10`)
		if n != 1 {
			t.Error("the option is not stored as it was given, without the spaces around its name")
		}
		again := option(t)
		refused(t, create(s, &again), "name_en")
		again.Type, again.MaxChargedSeats = membership.ForPeople, 0
		if err := create(s, &again); err != nil {
			t.Errorf("the same name for another type = %v, want it stored", err)
		}
	})
	t.Run("ORG-56 what buyers rely on stays", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		before := option(t)
		if err := create(s, &before); err != nil {
			t.Fatal(err)
		}
		update := func(change func(*membership.Option)) error {
			after := before
			change(&after)
			return tx(s, func(ctx context.Context, tx bun.Tx) error {
				return s.App.Members.UpdateOption(ctx, tx, access.Holder{Superuser: true}, &before, &after)
			})
		}
		other, _ := money.Parse("101")
		refused(t, update(func(o *membership.Option) { o.Cost = other }), "cost")
		refused(t, update(func(o *membership.Option) { o.Duration.Months = 13 }), "duration")
		refused(t, update(func(o *membership.Option) { o.MaxSeats = 11 }), "max_seats")
		refused(t, update(func(o *membership.Option) { o.MaxChargedSeats = 3 }), "max_charged_seats")
		if problems, _ := fault.Problems(update(func(o *membership.Option) { o.Type = membership.ForPeople })); len(problems.Of("type")) != 1 {
			t.Errorf("another type: problems = %v, want one at type", problems)
		}
		err := update(func(o *membership.Option) { o.Name.EN, o.InvoiceDueDays, o.Archived = "Renamed", 7, true })
		if err != nil || s.Count("SELECT count(*) FROM membership_options WHERE name = 'Renamed' AND invoice_due_days = 7 AND archived AND cost = 100") != 1 {
			t.Errorf("UpdateOption(name, due days, archived) = %v, want it stored", err)
		}
	})
	t.Run("ORG-55 an option in use is archived instead of deleted", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		used, unused := s.Option(membership.Option{}, "0"), s.Option(membership.Option{Name: lang.Text{EN: "Other"}}, "0")
		person, err := s.App.People.ByUsername(t.Context(), "kea")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.App.Members.Apply(t.Context(), person, membership.Application{Option: fmt.Sprint(used), Start: "2027-03-03"}); err != nil {
			t.Fatal(err)
		}
		remove := func(id int64) error {
			return tx(s, func(ctx context.Context, tx bun.Tx) error {
				return s.App.Members.DeleteOption(ctx, tx, access.Holder{Superuser: true}, &membership.Option{ID: id, Name: lang.Text{EN: "Teacher"}})
			})
		}
		if err := remove(used); fault.KindOf(err) != fault.Clash || !strings.Contains(err.Error(), "Archive it") {
			t.Errorf("DeleteOption(in use) = %v, want the advice to archive", err)
		}
		if err := remove(unused); err != nil {
			t.Errorf("DeleteOption(unused) = %v", err)
		}
		if n := s.Count("SELECT count(*) FROM membership_options"); n != 1 {
			t.Errorf("%d options left, want the one in use", n)
		}
	})
}
