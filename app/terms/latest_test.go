package terms_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ams/app/account"
	"ams/app/web/webtest"
)

// stored is a version as the model of the rules sees it.
type stored struct {
	id       int64
	term     int
	active   bool
	from     time.Time
	created  time.Time
	accepted bool
}

// beats tells which of two versions in force counts: the later date, then the later making, then the later id.
func (a stored) beats(b stored) bool {
	switch {
	case !a.from.Equal(b.from):
		return a.from.After(b.from)
	case !a.created.Equal(b.created):
		return a.created.After(b.created)
	}
	return a.id > b.id
}

// counting gives the version of each term that counts at a time, term by term, by looking at all of them.
func counting(all []stored, terms int, now time.Time) (latest []stored) {
	for term := range terms {
		var best *stored
		for _, v := range all {
			inForce := v.term == term && v.active && !v.from.After(now)
			if inForce && (best == nil || v.beats(*best)) {
				best = &v
			}
		}
		if best != nil {
			latest = append(latest, *best)
		}
	}
	return latest
}

// Whatever versions there are, the one that counts is the one that looking at all of them finds; what is pending are
// those that the person has not accepted, and the rest of what they accepted is what they accepted earlier.
func TestLatestAgainstModel(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	kea, err := s.App.People.ByUsername(t.Context(), "kea")
	if err != nil {
		t.Fatal(err)
	}
	terms := []int64{s.Term("a"), s.Term("b"), s.Term("c")}
	now := s.Clock.Now()
	rapid.Check(t, func(r *rapid.T) {
		s.Exec("DELETE FROM term_acceptances")
		s.Exec("DELETE FROM term_versions")
		var all []stored
		for i := range rapid.IntRange(0, 9).Draw(r, "versions") {
			v := stored{
				term: rapid.IntRange(0, len(terms)-1).Draw(r, "term"), active: rapid.IntRange(0, 3).Draw(r, "active") > 0,
				from:    now.Add(time.Duration(rapid.IntRange(-2, 1).Draw(r, "from")) * time.Second),
				created: now.Add(time.Duration(rapid.IntRange(-2, 0).Draw(r, "created")) * time.Hour), accepted: rapid.Bool().Draw(r, "accepted"),
			}
			s.Row(&v.id, `INSERT INTO term_versions (term_id, version, content_en, is_active, date_active, created_at, updated_at)
				VALUES (?, ?, 'x', ?, ?, ?, ?) RETURNING id`, terms[v.term], i+1, v.active, v.from, v.created, v.created)
			if v.accepted {
				s.Exec(`INSERT INTO term_acceptances (user_id, term_version_id, accepted_at, ip_address) VALUES (?, ?, ?, '10.0.0.1')`, kea.ID, v.id, now)
			}
			all = append(all, v)
		}
		latest := counting(all, len(terms), now)
		var ids, open []int64
		earlier := 0
		for _, v := range all {
			isLatest := slices.ContainsFunc(latest, func(l stored) bool { return l.id == v.id })
			if v.accepted && !isLatest {
				earlier++
			}
		}
		for _, v := range latest {
			ids = append(ids, v.id)
			if !v.accepted {
				open = append(open, v.id)
			}
		}
		shows(t, r, s, kea, ids, open, earlier)
	})
}

func shows(t *testing.T, r *rapid.T, s *webtest.Site, kea account.Person, ids, open []int64, earlier int) {
	t.Helper()
	ctx := t.Context()
	for name, p := range map[string]account.Person{"kea": kea, "somebody anonymous": {}} {
		got, err := s.App.Terms.Latest(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		var gotIDs []int64
		for _, c := range got {
			gotIDs = append(gotIDs, c.ID)
		}
		if diff := cmp.Diff(ids, gotIDs); diff != "" {
			r.Fatalf("Latest() for %s (-want +got):\n%s", name, diff)
		}
	}
	pending, err := s.App.Terms.Pending(ctx, kea)
	if err != nil {
		t.Fatal(err)
	}
	var gotOpen []int64
	for _, c := range pending {
		gotOpen = append(gotOpen, c.ID)
	}
	if diff := cmp.Diff(open, gotOpen); diff != "" {
		r.Fatalf("Pending() (-want +got):\n%s", diff)
	}
	if owes, err := s.App.Terms.Owes(ctx, kea); err != nil || owes != (len(open) > 0) {
		r.Fatalf("Owes() = %v, %v, want %v", owes, err, len(open) > 0)
	}
	if owes, err := s.App.Terms.Owes(ctx, account.Person{}); err != nil || owes {
		r.Fatalf("Owes() of somebody anonymous = %v, %v, want false", owes, err)
	}
	if got, err := s.App.Terms.Earlier(ctx, kea); err != nil || len(got) != earlier {
		r.Fatalf("Earlier() = %d acceptances, %v, want %d", len(got), err, earlier)
	}
}
