package staff_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ams/app/lang"
	"ams/app/membership"
)

func TestOptionForms(t *testing.T) {
	t.Parallel()
	t.Run("ORG-55 of three options, one of them in use: two go, one stays with the advice to archive it", func(t *testing.T) {
		t.Parallel()
		s := shop(t) // with the option Teacher, which kea has bought
		for _, name := range []string{"Unused", "Never sold"} {
			s.Option(membership.Option{Name: lang.Text{EN: name}}, "5")
		}
		v := s.SignedIn("boss")
		question := v.Post(options, "action", "delete_selected", "select_across", "1", "_selected_action", "1").Status(http.StatusOK).Has("h1", "Delete 3 entries?")
		v.Post(options, question.Fields(".question form")...).Status(http.StatusSeeOther).To(options)
		doc := v.Get(options).Document()
		if n := doc.Find("#messages .alert").Length(); n != 2 {
			t.Errorf("%d messages, want 2", n)
		}
		for selector, want := range map[string][]string{
			".alert-success": {"2 entries were deleted."}, ".alert-error": {"Teacher", "Individual memberships: 1", "Archive it instead"},
		} {
			got := doc.Find("#messages " + selector)
			for _, w := range want {
				if got.Length() != 1 || !strings.Contains(got.Text(), w) {
					t.Errorf("%d of %s say %q, want one with %q", got.Length(), selector, got.Text(), w)
				}
			}
		}
		if s.Count("SELECT count(*) FROM membership_options WHERE name_en = 'Teacher'") != 1 || s.Count("SELECT count(*) FROM membership_options") != 1 {
			t.Error("want the option in use alone left")
		}
	})
	t.Run("ORG-56 SHL-33 what buyers rely on stays, whoever sends something else", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Option(membership.Option{Type: membership.ForOrganisations, MaxSeats: 10, MaxChargedSeats: 4}, "49.99")
		v := s.SignedIn("boss")
		page := last(s, options, "change")
		form := func(more ...string) []string {
			return append(v.Get(page).Fields("#record", "name_en", "Renamed", "invoice_due_days", "7", "archived", "on"), more...)
		}
		for field, sent := range map[string]struct{ label, value string }{
			"cost": {"Cost", "1"}, "type": {"Type", "INDIVIDUAL"}, "duration": {"Duration", "99"}, "max_seats": {"Seats", ""}, "max_charged_seats": {"Charged seats", "5"},
		} {
			v.Get(page).Lacks(`[name="` + field + `"]`)
			before := s.Contents()
			v.Post(page, form("duration_unit", "years", field, sent.value)...).Status(http.StatusUnprocessableEntity).
				Has(".problems", "“"+sent.label+"” cannot be changed any more.")
			if s.Contents() != before {
				t.Errorf("the form with another %s has stored something", field)
			}
		}
		v.Post(page, form("cost", "49.99", "type", "ORGANISATION", "duration", "1", "duration_unit", "years", "max_seats", "10", "max_charged_seats", "4")...).
			Status(http.StatusSeeOther)
		if s.Count(`SELECT count(*) FROM membership_options WHERE name_en = 'Renamed' AND invoice_due_days = 7 AND archived AND cost = 49.99
			AND duration = '1 year' AND type = 'ORGANISATION' AND max_seats = 10 AND max_charged_seats = 4`) != 1 {
			t.Error("want name, days and archive changed, and everything else as it was")
		}
	})
	t.Run("ORG-57 limits and prices that make no sense, each at its field", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		for i, c := range []struct {
			field, text string
			pairs       []string
		}{
			{"max_charged_seats", "at most 5", []string{"type", "ORGANISATION", "max_seats", "5", "max_charged_seats", "10"}},
			{"max_charged_seats", "Only memberships of organisations have seats", []string{"type", "INDIVIDUAL", "max_charged_seats", "10"}},
			{"max_charged_seats", "at least 1", []string{"type", "ORGANISATION", "max_charged_seats", "0"}},
			{"max_seats", "at least 1", []string{"type", "ORGANISATION", "max_seats", "0"}},
			{"max_seats", "at least 1", []string{"type", "ORGANISATION", "max_seats", "-1"}},
			{"cost", "0 or more", []string{"type", "ORGANISATION", "cost", "-1"}},
		} {
			pairs := append([]string{"name_en", fmt.Sprint("Option ", i), "duration", "1", "duration_unit", "years", "invoice_due_days", "30"}, c.pairs...)
			if c.field != "cost" {
				pairs = append(pairs, "cost", "10")
			}
			v.Send(options+"add/", "#record", pairs...).Status(http.StatusUnprocessableEntity).Has("#id_"+c.field+"-error", c.text)
		}
		if n := s.Count("SELECT count(*) FROM membership_options"); n != 0 {
			t.Errorf("%d options, want none", n)
		}
		v.Send(options+"add/", "#record", "name_en", "Equal", "duration", "1", "duration_unit", "years", "invoice_due_days", "30", "cost", "0",
			"type", "ORGANISATION", "max_seats", "5", "max_charged_seats", "5").Status(http.StatusSeeOther)
	})
}
