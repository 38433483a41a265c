package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ams/app"
	"ams/app/database"
	"ams/app/database/dbtest"
)

// output collects what a command prints while it still runs.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// run is the program as a shell calls it.
func run(t *testing.T, getenv func(string) string, stdin string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e output
	code = app.Main(t.Context(), append([]string{"ams"}, args...), getenv, app.Streams{In: strings.NewReader(stdin), Out: &o, Err: &e})
	return code, o.String(), e.String()
}

// typed is run with somebody at a terminal, who answers with lines.
func typed(t *testing.T, getenv func(string) string, lines string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e output
	code = app.Main(t.Context(), append([]string{"ams"}, args...), getenv, app.Streams{In: strings.NewReader(lines), Out: &o, Err: &e, Person: true})
	return code, o.String(), e.String()
}

func TestCommands(t *testing.T) {
	t.Parallel()
	db := dbtest.Empty(t)
	local := localEnv("DATABASE_URL", dbtest.DSN(t), "AMS_ENABLED_LANGUAGES", "en,mi", "AMS_DEV_DIR", t.TempDir(), "PORT", freePort(t))
	must := func(t *testing.T, stdin string, args ...string) string {
		t.Helper()
		code, out, errs := run(t, local, stdin, args...)
		if code != 0 {
			t.Fatalf("ams %v = %d, want 0\n%s%s", args, code, out, errs)
		}
		return out
	}
	refused := func(t *testing.T, getenv func(string) string, stdin, why string, args ...string) {
		t.Helper()
		code, out, errs := run(t, getenv, stdin, args...)
		if code == 0 || !strings.Contains(out+errs, why) {
			t.Errorf("ams %v = %d and says %q, want a refusal with %q", args, code, out+errs, why)
		}
	}
	// In their order, as a first deployment goes.
	refused(t, local, "", "migrat", "setup_cms")
	if out := must(t, "", "migrate", "--status"); !strings.Contains(out, "pending") {
		t.Errorf("migrate --status = %q, want pending ones", out)
	}
	if out := must(t, "", "deploy_steps"); !strings.Contains(out, "/mi/") {
		t.Errorf("deploy_steps = %q, want the address of each site", out)
	}
	must(t, "", "deploy_steps")
	must(t, "", "setup_cms", "--check")
	must(t, "a long password of hers\n", "createsuperuser", "--email", "Boss@Example.org", "--username", "boss")
	refused(t, local, "a long password of hers\n", "already", "createsuperuser", "--email", "boss@example.org", "--username", "b2")
	refused(t, local, "short\n", "password: ", "createsuperuser", "--email", "b3@example.org", "--username", "b3")
	refused(t, local, "\n", "email: ", "createsuperuser", "--email", "no address")
	refused(t, local, "\n", "username: ", "createsuperuser", "--email", "b4@"+strings.Repeat("a2345678.", 17)+"nz")
	refused(t, local, "\n", "first_name: ", "createsuperuser", "--email", "b4@example.org", "--username", "b4", "--first-name", "B\x07")
	asked(t, local, db)
	must(t, "", "create_sample_users")
	sampleAccounts(t, local, db)
	must(t, "", "sample_data")
	must(t, "", "sample_data")
	var people, supers int
	if err := db.NewRaw("SELECT count(*), count(*) FILTER (WHERE is_superuser) FROM users").Scan(t.Context(), &people, &supers); err != nil {
		t.Fatal(err)
	}
	if people != 7 || supers != 4 {
		t.Errorf("%d accounts with %d superusers, want 7 with 4", people, supers)
	}
	samplesSold(t, db)
	samplesBelong(t, db)
	must(t, "", "create_sample_profile_questions")
	var asked int
	const sample = `SELECT count(DISTINCT f.field_type) * 100 + count(*) FROM profile_fields f JOIN profile_field_groups g ON g.id = f.group_id
		WHERE f.label_translations ?& ARRAY['en', 'mi'] AND g.name_translations ?& ARRAY['en', 'mi']`
	if err := db.QueryRowContext(t.Context(), sample).Scan(&asked); err != nil {
		t.Fatal(err)
	}
	if asked != 808 {
		t.Errorf("sample questions: types × 100 + questions = %d, want one of each of 8 types", asked)
	}
	must(t, "", "create_sample_terms")
	must(t, "", "create_sample_terms")
	samplesAgreed(t, db)
	refused(t, local, "", "no invoice with this number", "mark_invoice_paid", "MOCK-1")
	if out := must(t, "", "check_config"); !strings.Contains(out, "are fine") || strings.Contains(out, "password\tgiven") {
		t.Errorf("check_config = %q", out)
	}
	refused(t, local, "", "no worker", "healthcheck", "worker")
	refused(t, local, "", "", "healthcheck", "web")
	if out := must(t, "", "version"); !strings.Contains(out, "ams ") {
		t.Errorf("version = %q", out)
	}
	deployed := localEnv("DATABASE_URL", dbtest.DSN(t), "DEPLOYED", "True")
	refused(t, deployed, "", "deployment", "sample_data")
	refused(t, deployed, "", "deployment", "create_sample_admin")
	refused(t, deployed, "", "deployment", "create_sample_users")
	refused(t, deployed, "", "deployment", "create_sample_profile_questions")
	refused(t, deployed, "", "deployment", "create_sample_terms")
	refused(t, deployed, "", "deployment", "dev")
	refused(t, env(nil), "", "DJANGO_SECRET_KEY", "web")
	refused(t, env(nil), "", "MAILGUN_API_KEY", "check_config", "--offline")
	refused(t, localEnv(), "", "DATABASE_URL", "migrate")
	refused(t, local, "", "", "no_such_command")
}

// asked checks what createsuperuser asks, of somebody who sits there and of a program.
func asked(t *testing.T, local func(string) string, db *database.DB) {
	t.Helper()
	const account = `SELECT email || '|' || username || '|' || first_name || '|' || last_name || '|' || left(password, 1) FROM users WHERE email = ?`
	for _, c := range []struct {
		lines string
		run   func(*testing.T, func(string) string, string, ...string) (int, string, string)
		args  []string
		want  string
	}{
		{"typed@example.org\ntyped\nMere\nKahu\na long password of hers\na long password of hers\n", typed, nil, "typed@example.org|typed|Mere|Kahu|a"},
		{"\n\n\n\n", run, []string{"--email", "piped@example.org", "--first-name", "Tama"}, "piped@example.org|piped@example.org|Tama||!"},
	} {
		code, out, errs := c.run(t, local, c.lines, append([]string{"createsuperuser"}, c.args...)...)
		if code != 0 {
			t.Fatalf("createsuperuser %v = %d\n%s%s", c.args, code, out, errs)
		}
		email, _, _ := strings.Cut(c.want, "|")
		got := ""
		if err := db.NewRaw(account, email).Scan(t.Context(), &got); err != nil || got != c.want {
			t.Errorf("createsuperuser %v made %s, %v, want %s", c.args, got, err, c.want)
		}
		for _, label := range []string{"E-mail address", "Username", "First name", "Last name"} {
			if person := len(c.args) == 0; person != strings.Contains(out, label) {
				t.Errorf("createsuperuser %v asks %q, want %s asked = %v", c.args, out, label, person)
			}
		}
	}
}

// sampleAccounts checks the two commands that make them, the first having run: each alone, and again.
func sampleAccounts(t *testing.T, local func(string) string, db *database.DB) {
	t.Helper()
	const accounts = `SELECT coalesce(string_agg(username || ':' || u.email || ':' || is_superuser || ':' || a.verified, ' ' ORDER BY username), '')
		FROM users u JOIN email_addresses a ON a.user_id = u.id AND a."primary" WHERE username IN ('admin', 'user', 'user2', 'user3')`
	users := "user:user@ams.com:false:true user2:user2@example.com:false:true user3:user3@example.com:false:true"
	check := func(want string) {
		t.Helper()
		got := ""
		if err := db.NewRaw(accounts).Scan(t.Context(), &got); err != nil || got != want {
			t.Errorf("the accounts are %s, %v, want %s", got, err, want)
		}
	}
	check(users)
	for range 2 {
		if code, out, errs := run(t, local, "", "create_sample_admin"); code != 0 {
			t.Fatalf("create_sample_admin = %d\n%s%s", code, out, errs)
		}
		check("admin:admin@ams.com:true:true " + users)
		if _, err := db.Exec("UPDATE users SET is_superuser = false, password = 'kept' WHERE username = 'admin'"); err != nil {
			t.Fatal(err)
		}
	}
	if code, _, errs := run(t, local, "", "create_sample_admin"); code != 0 {
		t.Fatal(errs)
	}
	check("admin:admin@ams.com:true:true " + users)
	kept := false
	if err := db.NewRaw("SELECT password = 'kept' FROM users WHERE username = 'admin'").Scan(t.Context(), &kept); err != nil || !kept {
		t.Errorf("the password of an existing administrator is kept = %v, %v, want true", kept, err)
	}
}

// samplesBelong looks at the sample organisations, made twice: each has an administrator, people, invitations and seats.
func samplesBelong(t *testing.T, db *database.DB) {
	t.Helper()
	var got string
	const sample = `SELECT string_agg(line, '; ' ORDER BY line) FROM (
		SELECT o.name || ' ' || count(*) FILTER (WHERE m.role = 'ADMIN' AND m.accepted_datetime IS NOT NULL) || count(m.accepted_datetime)
			|| count(*) FILTER (WHERE m.accepted_datetime IS NULL) || count(*) FILTER (WHERE m.user_id IS NULL) AS line
		FROM organisations o JOIN organisation_members m ON m.organisation_id = o.id GROUP BY o.id) l`
	if err := db.NewRaw(sample).Scan(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	if want := "Taupō Coding Club 1110; Te Kura o Ōtepoti 1221"; got != want {
		t.Errorf("administrators, members, invitations and those without account = %q, want %q", got, want)
	}
	const seats = `SELECT string_agg(o.name || ' ' || m.seats || ' ' || (m.approved_datetime IS NOT NULL) || ' ' || coalesce(p.total::text, 'none'), '; ' ORDER BY o.name)
		FROM organisation_memberships m JOIN organisations o ON o.id = m.organisation_id LEFT JOIN purchases p ON p.organisation_membership_id = m.id`
	if err := db.NewRaw(seats).Scan(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	if want := "Taupō Coding Club 3 false 1799.97; Te Kura o Ōtepoti 5 true none"; got != want {
		t.Errorf("seats, approval and total = %q, want %q", got, want)
	}
}

// samplesSold checks that two runs of the sample data leave six options, and a membership of each status, the active one to
// be renewed.
func samplesSold(t *testing.T, db *database.DB) {
	t.Helper()
	var got string
	err := db.NewRaw(`SELECT (SELECT count(*) FROM membership_options) || ' options, ' || count(*) || ' memberships: ' ||
		count(*) FILTER (WHERE cancelled_datetime IS NOT NULL) || ' cancelled, ' ||
		count(*) FILTER (WHERE approved_datetime IS NULL) || ' pending, ' || count(*) FILTER (WHERE expiry_date <= now()) || ' over, ' ||
		count(*) FILTER (WHERE approved_datetime IS NOT NULL AND cancelled_datetime IS NULL AND expiry_date > now() AND expiry_date < now() + interval '60 days') || ' to be renewed'
		FROM individual_memberships`).Scan(t.Context(), &got)
	if want := "6 options, 4 memberships: 1 cancelled, 1 pending, 2 over, 1 to be renewed"; err != nil || got != want {
		t.Errorf("sample data: %s, %v, want %s", got, err, want)
	}
}

// samplesAgreed checks that two runs leave two terms in force that the four sample accounts have accepted, and nobody else.
func samplesAgreed(t *testing.T, db *database.DB) {
	t.Helper()
	var got string
	err := db.NewRaw(`SELECT string_agg(t.key || ' ' || v.version || ' ' || (v.is_active AND v.date_active <= now()) || ' ' ||
		(SELECT string_agg(u.username, '+' ORDER BY u.username) FROM term_acceptances a JOIN users u ON u.id = a.user_id
		WHERE a.term_version_id = v.id AND a.source = 'web'), ', ' ORDER BY t.key)
		FROM terms t JOIN term_versions v ON v.term_id = t.id`).Scan(t.Context(), &got)
	if want := "privacy-policy 1.0 true admin+user+user2+user3, terms-of-service 1.0 true admin+user+user2+user3"; err != nil || got != want {
		t.Errorf("sample terms: %s, %v, want %s", got, err, want)
	}
}

// program makes the test binary behave as ams: the child processes of started.
const program = "AMS_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(program) != "" {
		os.Exit(app.Main(context.Background(), os.Args, os.Getenv, app.Streams{
			In: os.Stdin, Out: os.Stdout, Err: os.Stderr, OperatorLimit: time.Minute,
		}))
	}
	if dir := os.Getenv(storeFolder); dir != "" {
		os.Exit(keepObjects(dir))
	}
	os.Exit(m.Run())
}

// started runs a command as a process of its own until stop interrupts it, as Ctrl-C does.
func started(t *testing.T, settings []string, ready string, args ...string) (stop func() int, out *output) {
	t.Helper()
	out = &output{}
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = t.TempDir(), out, out
	cmd.Env = append(os.Environ(), program+"=1")
	for i := 0; i+1 < len(settings); i += 2 {
		cmd.Env = append(cmd.Env, settings[i]+"="+settings[i+1])
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan int, 1)
	go func() {
		_ = cmd.Wait()
		ended <- cmd.ProcessState.ExitCode()
	}()
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // after a failure; else it has ended
	deadline := time.After(time.Minute)
	for !strings.Contains(out.String(), ready) {
		select {
		case code := <-ended:
			t.Fatalf("ams %v ended with %d:\n%s", args, code, out)
		case <-deadline:
			t.Fatalf("ams %v is not ready:\n%s", args, out)
		case <-time.After(5 * time.Millisecond):
		}
	}
	return func() int {
		_ = cmd.Process.Signal(os.Interrupt)
		return <-ended
	}, out
}

// givenPorts are those of freePort.
var givenPorts sync.Map

// freePort is one that nothing listens on and no other test of this process has. The system gives ports from 32768 on to
// connections, so that one of those may be taken before somebody listens on it.
func freePort(t *testing.T) string {
	t.Helper()
	const first, last, tries = 20_000, 32_000, 100
	for range tries {
		port := strconv.Itoa(first + rand.IntN(last-first))
		if _, given := givenPorts.LoadOrStore(port, true); given {
			continue
		}
		l, err := net.Listen("tcp", ":"+port)
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return port
	}
	t.Fatalf("no free port after %d tries", tries)
	return ""
}

func status(t *testing.T, url string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	return answer.StatusCode
}

// ams dev brings all it needs, and takes all of it away again.
func TestDev(t *testing.T) {
	t.Parallel()
	port, dir := freePort(t), t.TempDir()
	settings := []string{"PORT", port, "AMS_DEV_DIR", dir}
	site := "http://localhost:" + port
	for _, start := range []string{"first", "second"} {
		began := time.Now()
		stop, out := started(t, settings, "Ready ", "dev")
		t.Logf("%s start: %v", start, time.Since(began))
		for _, path := range []string{"/en/", "/mi/", "/en/about/", "/dev/mail", "/dev/parts/", "/readyz"} {
			if got := status(t, site+path); got != http.StatusOK {
				t.Errorf("%s start: GET %s = %d, want 200", start, path, got)
			}
		}
		if start == "first" {
			t.Run("BIL-78 letters", func(t *testing.T) { lettersArrive(t, site) })
		}
		if !strings.Contains(out.String(), "admin@ams.com") {
			t.Errorf("%s start names no accounts:\n%s", start, out)
		}
		if code := stop(); code != 0 {
			t.Errorf("%s start ends with %d, want 0:\n%s", start, code, out)
		}
		if got := status(t, site+"/livez"); got != 0 {
			t.Errorf("after the %s start the port still answers %d", start, got)
		}
		if pids, _ := filepath.Glob(filepath.Join(dir, "postgres", "*", "postmaster.pid")); len(pids) > 0 {
			t.Errorf("after the %s start PostgreSQL still runs: %v", start, pids)
		}
	}
}

// lettersArrive signs up and reads the letter that came of it, and that with the invoice of the sample application.
func lettersArrive(t *testing.T, site string) {
	t.Helper()
	answer, err := http.PostForm(site+"/en/accounts/signup/", url.Values{
		"email": {"kea@example.org"}, "username": {"kea"}, "first_name": {"Kea"}, "last_name": {"Tūī"}, "language": {"en"},
		"password1": {"a long password of hers"}, "password2": {"a long password of hers"},
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	want := map[string]string{"kea@example.org": "/en/accounts/confirm-email/", "user3@example.com": "MOCK-1"}
	for deadline := time.Now().Add(30 * time.Second); len(want) > 0; time.Sleep(20 * time.Millisecond) {
		answer, err := http.Get(site + "/dev/mail.json")
		if err != nil {
			t.Fatal(err)
		}
		var letters []struct{ To, Text string }
		err = json.NewDecoder(answer.Body).Decode(&letters)
		_ = answer.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range letters {
			if want[l.To] != "" && strings.Contains(l.Text, want[l.To]) {
				delete(want, l.To)
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("/dev/mail.json lacks %v: %v", want, letters)
		}
	}
}

func TestDevWithoutPostgres(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	code, out, errs := run(t, env(nil, "PORT", freePort(t), "AMS_DEV_DIR", t.TempDir(), "AMS_PG_BIN", empty), "", "dev")
	if code != 1 || strings.Count(strings.TrimSpace(errs), "\n") != 0 || !strings.Contains(errs, "PostgreSQL") {
		t.Errorf("ams dev = %d, %q %q, want one sentence that names PostgreSQL", code, out, errs)
	}
}

// Web and worker are two processes in a deployment; the worker's heartbeat is what its health check looks at.
func TestWorker(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	settings := []string{
		"DJANGO_SETTINGS_MODULE", "config.settings.local", "DATABASE_URL", dbtest.DSN(t), "AMS_DEV_DIR", t.TempDir(),
		"PORT", freePort(t), "AMS_WORKER_EMBEDDED", "False",
	}
	getenv := env(nil, settings...)
	if code, out, errs := run(t, getenv, "", "setup_cms"); code != 0 {
		t.Fatalf("setup_cms = %d: %s%s", code, out, errs)
	}
	stopWeb, _ := started(t, settings, "listening", "web")
	stopWorker, worker := started(t, settings, "", "worker")
	healthy := func(process string) bool {
		code, _, _ := run(t, getenv, "", "healthcheck", process)
		return code == 0
	}
	deadline := time.Now().Add(30 * time.Second)
	for !healthy("worker") || !healthy("web") {
		if time.Now().After(deadline) {
			t.Fatal("web and worker are not healthy after half a minute")
		}
		time.Sleep(20 * time.Millisecond)
	}
	if _, err := db.NewRaw("UPDATE workers SET name = 'elsewhere'").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	if healthy("worker") {
		t.Error("the worker of another machine makes this one healthy")
	}
	host, _ := os.Hostname()
	if _, err := db.NewRaw("UPDATE workers SET name = ?", host).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	if code := stopWorker(); code != 0 {
		t.Errorf("worker ends with %d, want 0:\n%s", code, worker)
	}
	if healthy("worker") {
		t.Error("the worker is still healthy after its end")
	}
	const other = `INSERT INTO workers (id, name, version, started_at, seen_at) VALUES ('other', 'another host', '', now(), now())`
	if _, err := db.NewRaw(other).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	if healthy("worker") {
		t.Error("the worker is healthy because that of another host is")
	}
	for age, want := range map[int]bool{50: true, 61: false} {
		const own = `INSERT INTO workers (id, name, version, started_at, seen_at) VALUES ('own', ?0, '', now(), ?1)
			ON CONFLICT (id) DO UPDATE SET seen_at = ?1`
		if _, err := db.NewRaw(own, host, time.Now().Add(-time.Duration(age)*time.Second)).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := healthy("worker"); got != want {
			t.Errorf("with a sign of life %d seconds ago the worker is healthy: %v, want %v", age, got, want)
		}
	}
	if code := stopWeb(); code != 0 {
		t.Errorf("web ends with %d, want 0", code)
	}
}
