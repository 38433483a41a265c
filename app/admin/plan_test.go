package admin_test

import (
	"net/http"
	"strconv"
	"testing"
)

// More than is looked at one by one is counted all the same, or is at least said to be more.
func TestManyGoAlong(t *testing.T) {
	t.Parallel()
	s, v := trips(t)
	v.Send(list+"add/", "#record", trip()...).Status(http.StatusSeeOther)
	s.Exec("INSERT INTO stops (outing_id, place, minutes) SELECT o.id, 'Wharf', 5 FROM outings o, generate_series(1, 10003)")
	v.Get(address(s, "delete")).Status(http.StatusOK).Has(".groups", "stops: 10003")
	s.Exec("DELETE FROM stops WHERE id > 10000 + (SELECT min(id) FROM stops)")
	s.Exec("DELETE FROM stops WHERE id = (SELECT min(id) FROM stops)")
	v.Get(address(s, "delete")).Has(".groups", "stops: 10000")
	s.Exec(`INSERT INTO outings (name_en, name_mi, slug, notes, seats, cents, published, kind, reason, held_on, leader_id)
		SELECT 'x', 'x', i, '', 1, 0, false, 'walk', '', '2027-01-01', u.id FROM users u, generate_series(1, 10001) i WHERE u.username = 'kea'`)
	kea := strconv.Itoa(s.Count("SELECT id FROM users WHERE username = 'kea'"))
	v.Get("/admin/users/user/"+kea+"/delete/").Status(http.StatusOK).Has("main", "Outings: at least 10000")
}
