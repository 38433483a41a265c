package admin_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"ams/app/web/webtest"
)

const list = "/admin/outings/outing/"

// trip is a form that nothing is wrong with; later pairs replace earlier ones.
func trip(pairs ...string) []string {
	all := []string{
		"name_en", "Rangitoto", "name_mi", "Te Rangi-i-totongia-a-Tamatekapua", "slug", "rangitoto", "kind", "walk", "held_on", "31/03/2027",
		"starts_0", "2027-03-31", "starts_1", "09:30", "seats", "20", "price", "15", "published", "on", "leader", "kea", "notes", "Bring water.",
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		at := slices.Index(all, pairs[i])
		if at < 0 || at%2 == 1 {
			all = append(all, pairs[i], pairs[i+1])
			continue
		}
		all[at+1] = pairs[i+1]
	}
	return all
}

func one(s *webtest.Site, condition string) bool {
	s.T.Helper()
	return s.Count("SELECT count(*) FROM outings WHERE "+condition) == 1
}

func address(s *webtest.Site, act string) string {
	s.T.Helper()
	return list + strconv.Itoa(s.Count("SELECT max(id) FROM outings")) + "/" + act + "/"
}

func TestFields(t *testing.T) {
	t.Parallel()
	t.Run("StoredAndShownAgain", func(t *testing.T) {
		t.Parallel()
		s, v := trips(t)
		helper := strconv.Itoa(s.Count("SELECT id FROM users WHERE username = 'boss'"))
		v.Send(list+"add/", "#record", trip("helpers", helper, "deputy", helper)...).Status(http.StatusSeeOther).To(list)
		if !one(s, `name_en = 'Rangitoto' AND name_mi LIKE 'Te Rangi%' AND slug = 'rangitoto' AND held_on = '2027-03-31' AND seats = 20 AND cents = 1500
			AND starts_at = '2027-03-30 20:30:00+00' AND published AND reason = '' AND notes = 'Bring water.'
			AND leader_id = (SELECT id FROM users WHERE username = 'kea') AND deputy_id = `+helper) {
			t.Error("the outing was not stored as entered")
		}
		if s.Count("SELECT count(*) FROM outing_helpers WHERE user_id = "+helper) != 1 {
			t.Error("the helper was not stored")
		}
		page := v.Get(address(s, "change"))
		before := s.Contents("admin_log_entries", "outings")
		v.Post(address(s, "change"), page.Fields("#record")...).Status(http.StatusSeeOther)
		if s.Contents("admin_log_entries", "outings") != before || !one(s, "starts_at = '2027-03-30 20:30:00+00' AND cents = 1500 AND slug = 'rangitoto'") {
			t.Error("saving without a change changed something")
		}
		page.Has(".record-side", "sunny").Lacks("input[name=slug]").Lacks("input[name=reason]")
		v.Get(list).Has("tbody", "31/03/2027").Has("tbody", "20").Has("tbody", "Yes")
	})
	t.Run("Refused", func(t *testing.T) {
		t.Parallel()
		s, v := trips(t)
		before := s.Contents()
		for name, wrong := range map[string][]string{
			"name_en": {" ", strings.Repeat("ā", 61)}, "slug": {""}, "kind": {"", "flight"}, "held_on": {"", "31/02/2027", "soon", "0001-01-01"},
			"starts_0": {"x", ""}, "starts_1": {"25:00", ""}, "seats": {"", "0", "100", "1.5", "99999999999999999999"}, "price": {"much"},
			"leader": {"", "nobody", "0", "-1", "99999999999999999999"}, "deputy": {"nobody"}, "helpers": {"x", "999999"},
		} {
			for _, value := range wrong {
				doc := v.Send(list+"add/", "#record", trip(name, value)...).Status(http.StatusUnprocessableEntity).Document()
				if doc.Find("#id_"+name+"-error").Length() != 1 {
					t.Errorf("%s = %q: nothing beside the field: %s", name, value, doc.Find(".problems").Text())
				}
			}
		}
		if s.Contents() != before {
			t.Error("something was stored")
		}
	})
	t.Run("OnceOnlyAndConditional", func(t *testing.T) {
		t.Parallel()
		s, v := trips(t)
		v.Send(list+"add/", "#record", trip("kind", "other")...).Status(http.StatusUnprocessableEntity).Has("#id_reason-error", "Which")
		v.Send(list+"add/", "#record", trip("kind", "other", "reason", "Kayaks")...).Status(http.StatusSeeOther)
		v.Send(list+"add/", "#record", trip()...).Status(http.StatusUnprocessableEntity).Has("#id_slug-error", "Take another slug.")
		v.Send(address(s, "change"), "#record", "slug", "forged").Status(http.StatusUnprocessableEntity).Has(".problems", "cannot be changed any more")
		v.Send(address(s, "change"), "#record", "slug", "rangitoto", "state", "rain", "id", "7").Status(http.StatusSeeOther)
		if !one(s, "slug = 'rangitoto' AND reason = 'Kayaks'") {
			t.Error("a value was stored that the form does not ask for")
		}
		v.Send(address(s, "change"), "#record", "kind", "walk", "reason", "forged").Status(http.StatusSeeOther)
		if !one(s, "reason = 'Kayaks' AND kind = 'walk'") {
			t.Error("a value was stored that is not asked for in this state")
		}
		v.Get(address(s, "history")).Has(".changes", "Other").Has(".changes", "Walk")
	})
}

func TestTable(t *testing.T) {
	t.Parallel()
	s, v := trips(t)
	v.Send(list+"add/", "#record", trip()...).Status(http.StatusSeeOther)
	v.Send(address(s, "change"), "#record", "stops.new1.place", "Wharf", "stops.new1.minutes", "15", "stops.new2.place", "Summit", "stops.new2.minutes", "0").
		Status(http.StatusUnprocessableEntity).Has(".problems", "whole number from 1 to 600")
	v.Send(address(s, "change"), "#record", "stops.new1.place", "Wharf", "stops.new1.minutes", "15", "stops.new2.place", "Summit", "stops.new2.minutes", "60").
		Status(http.StatusSeeOther)
	wharf, summit := s.Count("SELECT id FROM stops WHERE place = 'Wharf'"), s.Count("SELECT id FROM stops WHERE place = 'Summit'")
	stop := func(id int, name string) string { return "stops." + strconv.Itoa(id) + "." + name }
	form := v.Get(address(s, "change")).Fields("#record", stop(wharf, "minutes"), "20", stop(wharf, "place"), "Forged", stop(summit, "DELETE"), "on")
	v.Post(address(s, "change"), form...).Status(http.StatusSeeOther)
	if s.Count("SELECT count(*) FROM stops WHERE minutes = 20 AND place = 'Wharf'") != 1 || s.Count("SELECT count(*) FROM stops") != 1 {
		t.Error("the stops are not as entered")
	}
	v.Post(address(s, "change"), form...).Status(http.StatusUnprocessableEntity) // only stops changed, and that counts
	v.Get(address(s, "history")).Has(".changes dt", "Wharf: Minutes").Has(".changes ins", "15").
		Has(".changes ins", "20").Has(".changes del", "15").Has(".changes del", "Summit")
	v.Get(address(s, "delete")).Has(".groups", "stops: 1")
	v.Post(address(s, "delete")).Status(http.StatusSeeOther)
	if s.Count("SELECT count(*) FROM stops") != 0 {
		t.Error("the stops are there still")
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	s, v := trips(t)
	for i, day := range []string{"2027-03-03", "2027-02-26", "2027-03-31", "2027-01-01", "2026-12-31", "2027-02-23"} { // it is 3 March 2027
		kind := "walk"
		if i == 0 {
			kind = "other"
		}
		n := strconv.Itoa(i)
		v.Send(list+"add/", "#record", trip("name_en", "Trip "+n, "slug", n, "held_on", day, "starts_0", day, "starts_1", "00:00", "kind", kind, "reason", "x",
			"seats", strconv.Itoa(30-i))...).Status(http.StatusSeeOther)
	}
	found := func(query string) string {
		return strings.Join(v.Get(list+query).Status(http.StatusOK).Document().Find("tbody th").Map(text), " ")
	}
	for query, want := range map[string]string{
		"": "Trip 2 Trip 0 Trip 1 Trip 5 Trip 3 Trip 4", "?kind=other": "Trip 0",
		"?held=today": "Trip 0", "?held=week": "Trip 0 Trip 1", "?held=month": "Trip 2 Trip 0", "?held=year": "Trip 2 Trip 0 Trip 1 Trip 5 Trip 3",
		"?starts=today": "Trip 0", "?starts=week": "Trip 0 Trip 1", "?starts=year": "Trip 2 Trip 0 Trip 1 Trip 5 Trip 3",
		"?held=month&kind=walk": "Trip 2", "?o=seats&held=month": "Trip 2 Trip 0", "?o=-seats&held=month": "Trip 0 Trip 2",
		"?o=leader.-name": "Trip 5 Trip 4 Trip 3 Trip 2 Trip 1 Trip 0", "?q=kahu+rangi": "Trip 2 Trip 0 Trip 1 Trip 5 Trip 3 Trip 4", "?q=trip+3": "Trip 3",
		"?leader=" + strconv.Itoa(s.Count("SELECT id FROM users WHERE username = 'boss'")): "",
	} {
		if got := found(query); got != want {
			t.Errorf("%s lists %q, want %q", query, got, want)
		}
	}
	s.Exec("UPDATE outings SET seats = 0 WHERE slug <> '1'")
	if got, all := found(""), found("?shown=all&held=month"); got != "Trip 1" || all != "Trip 2 Trip 0" {
		t.Errorf("by itself the list has %q, and %q with all of this month", got, all)
	}
	question := v.Post(list+"?shown=all", "action", "publish", "select_across", "1").Has("main", "Everybody will see them.")
	if !one(s, "NOT published") && s.Count("SELECT count(*) FROM outings WHERE NOT published") != 0 {
		t.Error("the question published something")
	}
	s.Exec("UPDATE outings SET published = false")
	v.Post(list+"?shown=all", question.Fields(".question form")...).Status(http.StatusSeeOther)
	v.Get(list).Has("#messages .alert-success", "5 published.").Has("#messages .alert-error", "Not done for Trip 0: only walks are published.")
	if s.Count("SELECT count(*) FROM outings WHERE published") != 5 || s.Count("SELECT count(*) FROM admin_log_entries WHERE action = 'publish'") != 5 {
		t.Error("not five were published and logged")
	}
	v.Post("/admin/users/user/", "action", "delete_selected", "post", "yes", "_selected_action",
		strconv.Itoa(s.Count("SELECT id FROM users WHERE username = 'kea'"))).Status(http.StatusSeeOther)
	v.Get(list).Has("#messages .alert-error", "these belong to it: Outings: 6")
}

func text(_ int, s *goquery.Selection) string { return strings.TrimSpace(s.Text()) }
