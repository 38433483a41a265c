package staff_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"ams/app/membership"
	"ams/app/web/webtest"
)

// sample is what the test of all entities has to know of one.
type sample struct {
	table  string
	add    []string            // a form that adds a record; nil: nobody adds
	found  string              // word that finds that record
	change []string            // one field and its new value; nil: nobody changes
	stored string              // SQL condition that holds once it is changed
	needs  []string            // permissions that adding asks for beside its own
	along  []string            // permissions for what goes along with a delete
	kept   bool                // nobody deletes
	before func(*webtest.Site) // what has to be there first
}

// samples has one for every entity: who declares another says here how to make one.
func samples() map[string]sample {
	return map[string]sample{
		"users.user": {
			table: "users", found: "tui",
			add:    []string{"email", "kea@example.org", "first_name", "Ānaru", "last_name", "Tūī", "username", "kea", "invite", "on"},
			change: []string{"first_name", "Hēmi"}, stored: "first_name = 'Hēmi'",
			needs: []string{"users.change_user"},
		},
		"users.profilefieldgroup": {
			table: "profile_field_groups", found: "mokai",
			add:    []string{"name_translations_en", "Pets", "name_translations_mi", "Mōkai", "order", "7"},
			change: []string{"description_translations_mi", "Ō kararehe"},
			stored: `name_translations = '{"en": "Pets", "mi": "Mōkai"}' AND description_translations = '{"mi": "Ō kararehe"}' AND "order" = 7 AND is_active`,
			along:  []string{"users.delete_profilefield"},
		},
		"users.profilefield": {
			table: "profile_fields", found: "tau",
			before: func(s *webtest.Site) {
				s.Exec(`INSERT INTO profile_field_groups (name_translations) VALUES ('{"en": "Pets"}')`)
			},
			add: []string{
				"field_key", "cats", "group", "1", "field_type", "SELECT", "label_translations_en", "How many?", "label_translations_mi", "E hia tau?",
				"options-0-value", "few", "options-0-en", "A few", "options-2-value", "many", "options-2-mi", "He maha",
			},
			change: []string{"is_read_only", "on"},
			stored: `is_read_only AND options = '{"choices": [{"value": "few", "label_translations": {"en": "A few"}}, {"value": "many", "label_translations": {"mi": "He maha"}}]}'`,
		},
		"auth.group": {
			table: "groups", found: "nga",
			add:    []string{"name", "Ngā kaiwhakahaere mema", "permissions", "users.view_user"},
			change: []string{"name", "Ngā ētita"}, stored: "name = 'Ngā ētita'",
		},
		"account.emailaddress": {
			table: "email_addresses", found: "second",
			add:    []string{"user", "member", "email", "second@example.org"},
			change: []string{"verified", "on"}, stored: "verified",
		},
		"mfa.authenticator": {
			table: "authenticators", found: "member",
			before: func(s *webtest.Site) {
				s.Exec("INSERT INTO authenticators (user_id, type, data, created_at) SELECT id, 'totp', '{}', now() FROM users WHERE username = 'member'")
			},
		},
		"memberships.membershipoption": {
			table: "membership_options", found: "kaiako",
			add: []string{
				"name_en", "Teacher", "name_mi", "Kaiako", "type", "ORGANISATION", "duration", "18", "duration_unit", "months", "cost", "49.99",
				"max_seats", "10", "max_charged_seats", "4", "invoice_due_days", "45",
			},
			change: []string{"archived", "on"}, stored: "archived AND duration = '18 months' AND cost = 49.99 AND max_charged_seats = 4",
		},
		"memberships.individualmembership": {
			table: "individual_memberships", found: "member",
			before: func(s *webtest.Site) { s.Option(membership.Option{}, "10") },
			add:    []string{"user", "member", "membership_option", "Teacher", "start_date", "2020-02-29"},
			change: []string{"cancelled_datetime", "2020-03-01T12:00", "cancelled_reason", "Moved"},
			stored: "cancelled_reason = 'Moved' AND expiry_date = '2021-02-28' AND approved_datetime IS NULL",
		},
		"memberships.organisationmembership": {
			table: "organisation_memberships", found: "kura",
			before: func(s *webtest.Site) {
				s.Option(membership.Option{Type: membership.ForOrganisations}, "10")
				s.Organisation("Te Kura")
			},
			add:    []string{"organisation", "Te Kura", "membership_option", "Teacher", "seats", "5", "start_date", "2020-02-29"},
			change: []string{"cancelled_datetime", "2020-03-01T12:00", "cancelled_reason", "Closed", "seats", "7"},
			stored: "cancelled_reason = 'Closed' AND expiry_date = '2021-02-28' AND approved_datetime IS NULL AND seats = 7",
		},
		"billing.purchase": {table: "purchases", found: "ams-", kept: true, before: sold},
		"billing.invoice":  {table: "invoices", found: "mock", kept: true, before: sold},
		"organisations.organisation": {
			table: "organisations", found: "taupo",
			add: []string{
				"name", "Te Kura o Taupō", "contact_name", "Mere", "email", "Office@Kura.example", "telephone", "07 123", "postal_address", "PO Box 1",
				"postal_city", "Taupō", "postal_code", "3330",
			},
			change: []string{"telephone", "07 456"}, stored: "telephone = '07 456' AND email = 'office@kura.example' AND is_active",
		},
		"organisations.organisationmember": {
			table: "organisation_members", found: "taupo",
			before: func(s *webtest.Site) {
				s.Exec(`INSERT INTO organisations (name, telephone, email, contact_name, postal_address, postal_city, postal_code)
					VALUES ('Te Kura o Taupō', '1', 'office@kura.example', 'Mere', '1', 'Taupō', '1')`)
			},
			add:    []string{"user", "member", "organisation", "Taupō", "role", "MEMBER", "invite_email", "Hine@Kura.example"},
			change: []string{"role", "ADMIN", "last_sent_datetime_0", "2027-03-03", "last_sent_datetime_1", "12:00"},
			stored: `role = 'ADMIN' AND invite_email = 'hine@kura.example' AND created_datetime = '2027-03-03 01:00Z' AND accepted_datetime IS NULL
				AND last_sent_datetime = '2027-03-02 23:00Z'`,
		},
		"terms.term": {
			table: "terms", found: "matatapu",
			add:    []string{"key", "privacy-policy", "name_en", "Privacy policy", "name_mi", "Kaupapahere matatapu"},
			change: []string{"description", "For members"}, stored: "description = 'For members' AND name_mi = 'Kaupapahere matatapu'",
		},
		"terms.termversion": {
			table: "term_versions", found: "kereru",
			before: func(s *webtest.Site) { s.Term("privacy-policy") },
			add: []string{
				"term", "privacy-policy", "version", "1.0", "content_en", "We feed the kererū.", "is_active", "on",
				"date_active_0", "2027-03-01", "date_active_1", "09:00",
			},
			change: []string{"content_en", "<h2>Birds</h2><p>We feed them.</p>"},
			stored: "content_en = '<h2>Birds</h2><p>We feed them.</p>' AND version = '1.0' AND date_active = '2027-02-28 20:00Z' AND is_active",
		},
		"terms.termacceptance": {table: "term_acceptances", found: "10.9.8", kept: true, before: func(s *webtest.Site) {
			s.SignedIn("member").From("10.9.8.7").Post("/en/terms/accept/", "term_version", fmt.Sprint(s.TermVersion("privacy-policy", "1.0", -time.Hour)))
		}},
	}
}

// sold is an unpaid invoice MOCK-1 of member.
func sold(s *webtest.Site) {
	s.T.Helper()
	option := fmt.Sprint(s.Option(membership.Option{}, "49.99"))
	s.SignedIn("member").Post("/en/users/memberships/apply-individual/", "membership_option", option, "start_date", "2027-03-03").
		Status(http.StatusSeeOther)
	s.Work()
}

// house is one of the places where entities are looked after.
type house struct {
	home  string
	path  func(key string) string // of an entity's list
	short bool                    // as admin.Place.Short
	admit []string                // permissions that a person needs to come in; nil: they belong to the staff
	// differs adapts a sample to what this house asks; may be nil.
	differs func(key string, s sample) sample
}

func staffed() house {
	return house{home: "/admin/", path: func(key string) string { return "/admin/" + strings.Replace(key, ".", "/", 1) + "/" }}
}

// entity is one of the site's, with a record to work on.
type entity struct {
	*webtest.Site
	sample
	house house
	key   string
	path  string
}

// clerk makes somebody who may come in, with these permissions and no others.
func (h house) clerk(s *webtest.Site, username string, codes ...string) {
	s.T.Helper()
	if h.admit == nil {
		s.Clerk(username, codes...)
		return
	}
	s.Person(username)
	s.Grant(username, append(h.admit, codes...)...)
}

func (e *entity) id() string {
	return strconv.Itoa(e.Count("SELECT coalesce(max(id), 0) FROM " + e.table))
}

func (e *entity) record(act string) string { return e.of(e.id(), act) }

// of is the address of an act on a record.
func (e *entity) of(id, act string) string {
	if e.house.short && act == "change" {
		return e.path + id + "/"
	}
	return e.path + id + "/" + act + "/"
}

// adding is the address of the form for a new record.
func (e *entity) adding() string {
	if e.house.short {
		return e.path + "new/"
	}
	return e.path + "add/"
}

func (e *entity) code(verb string) string {
	app, model, _ := strings.Cut(e.key, ".")
	return app + "." + verb + "_" + model
}

// same fails the test when an act changed anything that is stored.
func (e *entity) same(act func()) {
	e.T.Helper()
	before := e.Contents()
	act()
	if after := e.Contents(); after != before {
		e.T.Errorf("something was stored:\n%s\nbefore:\n%s", after, before)
	}
}

// begin is a site with one record of the entity.
func begin(t *testing.T, h house, key string) *entity {
	t.Helper()
	s, ok := samples()[key]
	if !ok {
		t.Fatalf("no sample for %s: say in samples how to make one", key)
	}
	if h.differs != nil {
		s = h.differs(key, s)
	}
	e := &entity{Site: webtest.New(t), sample: s, house: h, key: key, path: h.path(key)}
	e.Staff("boss")
	e.Person("member")
	if s.before != nil {
		s.before(e.Site)
	}
	if s.add != nil {
		before := e.Count("SELECT count(*) FROM " + s.table)
		e.SignedIn("boss").Send(e.adding(), "#record", s.add...).Status(http.StatusSeeOther)
		if after := e.Count("SELECT count(*) FROM " + s.table); after != before+1 {
			t.Fatalf("adding made %d records of %d, want one more", after, before)
		}
	}
	return e
}

// Every entity that is declared behaves, for everybody who may come.
func TestResources(t *testing.T) {
	t.Parallel()
	everything(t, staffed(), webtest.New(t).App.Staff.Entities())
}

func everything(t *testing.T, h house, entities []string) {
	for _, key := range entities {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			t.Run("Superuser", func(t *testing.T) { t.Parallel(); superuser(begin(t, h, key)) })
			t.Run("Rights", func(t *testing.T) { t.Parallel(); rights(begin(t, h, key)) })
			t.Run("Lists", func(t *testing.T) { t.Parallel(); lists(begin(t, h, key)) })
		})
	}
}

func superuser(e *entity) {
	v := e.SignedIn("boss")
	v.Get(e.path).Status(http.StatusOK).Has("h1", "")
	if e.add != nil {
		e.same(func() {
			doc := v.Post(e.adding()).Status(http.StatusUnprocessableEntity).Document()
			if doc.Find(".problems li").Length() == 0 {
				e.T.Errorf("adding nothing names no problem")
			}
			v.HX().Post(e.adding()).Status(http.StatusUnprocessableEntity).Has("#record .problems", "").Lacks("header")
		})
	}
	page := v.Get(e.record("change")).Status(http.StatusOK)
	if e.change != nil {
		form := page.Fields("#record", e.change...)
		v.Post(e.record("change"), form...).Status(http.StatusSeeOther)
		id := e.id()
		if e.Count("SELECT count(*) FROM "+e.table+" WHERE id = ? AND "+e.stored, id) != 1 {
			e.T.Errorf("the change was not stored")
		}
		if e.Count("SELECT count(*) FROM admin_log_entries WHERE entity = ? AND object_id = ? AND action = 'change' AND changes <> '[]'", e.key, id) != 1 {
			e.T.Errorf("the change is not in history")
		}
		e.same(func() { // the form is older than the record now
			v.Post(e.record("change"), form...).Status(http.StatusUnprocessableEntity).Has(".problems", "saved this record")
		})
	}
	v.Get(e.record("history")).Status(http.StatusOK).Has("h1", "History")
	if e.kept {
		return
	}
	v.Get(e.record("delete")).Status(http.StatusOK).Has("form button", "Delete")
	id := e.id()
	v.Post(e.record("delete"), "post", "yes").Status(http.StatusSeeOther).To(e.path)
	if e.Count("SELECT count(*) FROM "+e.table+" WHERE id = ?", id) != 0 {
		e.T.Errorf("the record is still there")
	}
	if e.Count("SELECT count(*) FROM admin_log_entries WHERE entity = ? AND object_id = ? AND action = 'delete'", e.key, id) != 1 {
		e.T.Errorf("the delete is not in history")
	}
	for _, act := range []string{"change", "delete"} {
		v.Get(e.of(id, act)).Status(http.StatusFound).To(e.house.home)
	}
	v.Get(e.of(id, "history")).Status(http.StatusOK).Has(".history .act", "Deleted")
}

// rights tries everything as staff with each single permission, as staff with none, and as a member.
func rights(e *entity) {
	verbs := []string{"view", "add", "change", "none", "member", "delete"} // the delete comes last
	if e.needs != nil {
		verbs = append([]string{"bare"}, verbs...) // the right to add without the others that adding needs
	}
	for _, verb := range verbs {
		name := "only_" + verb
		switch verb {
		case "none":
			e.house.clerk(e.Site, name)
		case "member":
			e.Person(name)
		case "bare":
			e.house.clerk(e.Site, name, e.code("add"))
		case "add":
			e.house.clerk(e.Site, name, append([]string{e.code(verb)}, e.needs...)...)
		case "delete":
			e.house.clerk(e.Site, name, append([]string{e.code(verb)}, e.along...)...)
		default:
			e.house.clerk(e.Site, name, e.code(verb))
		}
		e.asRole(verb, e.SignedIn(name))
	}
}

func (e *entity) asRole(verb string, v *webtest.Visitor) {
	record := strconv.Itoa(e.Count("SELECT min(id) FROM "+e.table+" WHERE id > ?", e.Count("SELECT coalesce(max(id), 0) - 1 FROM "+e.table)))
	if e.table == "users" { // roles are people, too
		record = strconv.Itoa(e.Count("SELECT id FROM users WHERE username = 'kea'"))
	} else if e.table == "email_addresses" {
		record = strconv.Itoa(e.Count("SELECT id FROM email_addresses WHERE email = 'second@example.org'"))
	}
	expect := func(path string, allowed bool, ok int) {
		e.T.Helper()
		want := http.StatusForbidden
		if allowed {
			want = ok
		}
		if got := v.Get(path).StatusCode; got != want {
			e.T.Errorf("as %s: GET %s = %d, want %d", verb, path, got, want)
		}
	}
	sees := verb == "view" || verb == "change" || verb == "add" && slices.Contains(e.needs, e.code("change"))
	adds, changes, deletes := verb == "add" && e.add != nil, verb == "change" && e.sample.change != nil, verb == "delete" && !e.kept
	if slices.Contains(e.needs, e.code("change")) && verb == "add" {
		changes = e.sample.change != nil
	}
	expect(e.path, sees, http.StatusOK)
	expect(e.of(record, "change"), sees, http.StatusOK)
	expect(e.of(record, "history"), sees, http.StatusOK)
	expect(e.path+"choose/?field=q&q=a", sees, http.StatusOK)
	expect(e.adding(), adds, http.StatusOK)
	expect(e.of(record, "delete"), deletes, http.StatusOK)
	expect(e.house.home, verb != "member", http.StatusOK)
	post := func(path string, allowed bool, pairs ...string) {
		e.T.Helper()
		if allowed {
			return
		}
		e.same(func() {
			if got := v.Post(path, pairs...).StatusCode; got != http.StatusForbidden {
				e.T.Errorf("as %s: POST %s = %d, want 403", verb, path, got)
			}
		})
	}
	post(e.adding(), adds, e.add...)
	post(e.of(record, "change"), changes, append([]string{"version", "1"}, e.sample.change...)...)
	post(e.of(record, "delete"), deletes, "post", "yes")
	post(e.path, sees && deletes, "action", "delete_selected", "post", "yes", "_selected_action", record)
	page := v.Get(e.of(record, "change"))
	if has := page.StatusCode == http.StatusOK && page.Document().Find("form#record").Length() == 1; has != changes {
		e.T.Errorf("as %s: there is a form = %v, want %v", verb, has, changes)
	}
	switch {
	case changes && verb == "change":
		v.Post(e.of(record, "change"), page.Fields("#record", e.sample.change...)...).Status(http.StatusSeeOther)
		if e.Count("SELECT count(*) FROM "+e.table+" WHERE id = ? AND "+e.stored, record) != 1 {
			e.T.Errorf("as %s: the change was not stored", verb)
		}
	case deletes:
		v.Post(e.of(record, "delete"), "post", "yes").Status(http.StatusSeeOther)
		if e.Count("SELECT count(*) FROM "+e.table+" WHERE id = ?", record) != 0 {
			e.T.Errorf("as %s: the record is still there", verb)
		}
	}
}

// lists opens the list by every sort and every value of every filter, and finds the record. Nothing of it is stored.
func lists(e *entity) {
	v := e.SignedIn("boss")
	e.same(func() {
		doc := v.Get(e.path).Status(http.StatusOK).Document()
		addresses := map[string]bool{e.path + "?q=%25%5C_%22&p=99&o=-nothing.&unknown=1": true, e.path + "?p=-1&all=1": true}
		for _, query := range []string{"?q=" + url.QueryEscape("＼"), "?q=%22", "?o=--..", "?p=999999999999999999999"} {
			addresses[e.path+query] = true
		}
		sorts := doc.Find("thead a.sort").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("href", "") })
		for _, href := range sorts {
			addresses[href] = true
			addresses[strings.Replace(href, "o=", "o=-", 1)] = true
		}
		doc.Find("#list-bar select").Each(func(_ int, s *goquery.Selection) {
			s.Find("option").Each(func(_ int, o *goquery.Selection) {
				addresses[fmt.Sprintf("%s?%s=%s", e.path, s.AttrOr("name", ""), url.QueryEscape(o.AttrOr("value", "")))] = true
			})
			addresses[fmt.Sprintf("%s?%s=nonsense'", e.path, s.AttrOr("name", ""))] = true
			addresses[fmt.Sprintf("%s?%s=99999999999999999999", e.path, s.AttrOr("name", ""))] = true
		})
		for address := range addresses {
			v.Get(address).Status(http.StatusOK)
			v.HX().Get(address).Status(http.StatusOK).Has("#list", "").Lacks("header")
		}
		if e.found != "" {
			v.Get(e.path+"?q="+e.found).Has("#list-table tbody tr", "")
			v.Get(e.path + "?q=" + e.found + "zzz").Lacks("#list-table tbody tr")
		}
		for _, bad := range []string{e.of("0", "change"), e.of("-1", "change"), e.of("999999", "change"), e.of("x", "history"), e.path + "999999/"} {
			v.Get(bad).Status(http.StatusFound)
		}
		gone, nothing := http.StatusFound, http.StatusSeeOther
		if e.kept {
			gone, nothing = http.StatusForbidden, http.StatusForbidden
		}
		v.Get(e.path + "99999999999999999999/delete/").Status(gone)
		v.Post(e.path, "action", "nothing").Status(http.StatusSeeOther)
		v.Post(e.path, "action", "delete_selected").Status(nothing)
		v.Post(e.path, "action", "delete_selected", "_selected_action", "x", "_selected_action", "999999999999", "post", "yes").Status(nothing)
	})
}
