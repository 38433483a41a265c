package staff_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ams/app/web/webtest"
)

const (
	visitors = 10 // at once, each with a session of its own
	visits   = 30 // of each visitor
)

// TestFigures tells how long staff wait for the lists of a big association while others of them ask, too. It judges
// nothing, because a figure depends on the machine; make bench runs it. It is no benchmark of package testing, which
// knows neither visitors at once nor percentiles.
func TestFigures(t *testing.T) {
	if os.Getenv("AMS_BENCH") != "1" {
		t.Skip("make bench measures")
	}
	s := crowded(t)
	var staff []*webtest.Visitor
	for range visitors {
		staff = append(staff, s.SignedIn("boss"))
	}
	table := fmt.Sprintf("%d requests of %d visitors at once, in ms\n%-28s %8s %8s %8s\n", visitors*visits, visitors, "", "p50", "p95", "max")
	for _, c := range []struct{ name, address string }{
		{"people", people},
		{"people, search finds few", people + "?q=person777"},
		{"people, search finds many", people + "?q=tama"},
		{"people, filter", people + "?is_staff=1"},
		{"people, page 900", people + "?p=900"},
		{"invoices", invoices},
		{"invoices, page 900", invoices + "?p=900"},
		{"memberships, active", memberships + "?status=active"},
	} {
		took := stormed(t, staff, c.address)
		table += fmt.Sprintf("%-28s %8.1f %8.1f %8.1f\n", c.name, millis(took[len(took)/2]), millis(took[len(took)*95/100]), millis(took[len(took)-1]))
	}
	t.Log(strings.TrimSpace(table))
}

// stormed is how long each answer took when all visitors ask for a page again and again, the fastest first.
func stormed(t *testing.T, staff []*webtest.Visitor, address string) []time.Duration {
	t.Helper()
	took := make([]time.Duration, len(staff)*visits)
	staff[0].Get(address).Status(http.StatusOK) // fills the caches, which are warm all day
	var all sync.WaitGroup
	for i, v := range staff {
		all.Go(func() {
			for j := range visits {
				started := time.Now()
				answer := v.Get(address)
				took[i*visits+j] = time.Since(started)
				if answer.StatusCode != http.StatusOK {
					t.Errorf("GET %s = %d", address, answer.StatusCode)
				}
			}
		})
	}
	all.Wait()
	slices.Sort(took)
	return took
}

func millis(d time.Duration) float64 { return d.Seconds() * 1000 }
