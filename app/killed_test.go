package app_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"ams/app/database/dbtest"
	"ams/app/membership"
	"ams/app/web/webtest"
)

// worker starts a worker process; kill ends it as a machine that fails does.
func worker(t *testing.T, dsn string) (kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "worker")
	cmd.Env = append(os.Environ(), program+"=1", "DJANGO_SETTINGS_MODULE=config.settings.local", "DATABASE_URL="+dsn, "AMS_DEV_DIR="+t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }()
	kill = func() {
		_ = cmd.Process.Kill()
		<-ended
	}
	t.Cleanup(kill)
	return kill
}

// until waits for a number in the database.
func until(s *webtest.Site, want int, query string) {
	s.T.Helper()
	for deadline := time.Now().Add(30 * time.Second); s.Count(query) != want; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.T.Fatalf("%s is never %d", query, want)
		}
	}
}

// A worker is killed between the provider's creation of an invoice and our record of it. The next one finds the invoice
// by its reference, and meanwhile the member reads how things stand.
func TestWorkerKilledBeforeRecording(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	dsn := dbtest.DSN(t)
	s.Person("kea")
	v := s.SignedIn("kea")
	option := fmt.Sprint(s.Option(membership.Option{}, "49.99"))
	v.Post("/en/users/memberships/apply-individual/", "membership_option", option, "start_date", "2027-03-03").Status(http.StatusSeeOther)

	tx, err := s.DB.BeginTx(t.Context(), nil) // recording waits for the membership
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.NewRaw("SELECT 1 FROM individual_memberships FOR NO KEY UPDATE").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	kill := worker(t, dsn)
	until(s, 1, "SELECT count(*) FROM mock_invoices")
	s.Blocked()
	kill()
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if n := s.Count("SELECT count(*) FROM invoices"); n != 0 {
		t.Fatalf("%d invoices recorded, want none: the worker was killed before", n)
	}
	v.Get("/en/users/kea/").Has("#memberships", "Invoice on its way").Has("#tasks", "is on its way to")

	worker(t, dsn)
	until(s, 1, "SELECT count(*) FROM invoices")
	until(s, 0, "SELECT count(*) FROM gue_jobs")
	if n := s.Count("SELECT count(*) FROM mock_invoices"); n != 1 {
		t.Errorf("%d invoices at the provider, want 1", n)
	}
	if n := s.Count("SELECT count(*) FROM purchases WHERE invoice_state = 'RAISED'"); n != 1 {
		t.Error("the purchase does not count as invoiced")
	}
	v.Get("/en/users/kea/").Has("#memberships", "Awaiting payment")
}
