//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"ams/app/clock"
	"ams/app/database"
	"ams/app/dev/crowd"
	"ams/app/dev/postgres"
	"ams/app/password"
)

const (
	domain   = "members.example.org"
	secret   = "kererū-in-the-miro-tree" // password of whoever signs in
	dbName   = "ams"
	patience = time.Minute // for a process to start, and for one to end
)

// house is everything that a run starts, and ends.
type house struct {
	plan
	dir      string // binary and logs
	temp     string // the database
	binary   string
	server   *postgres.Server
	db       *database.DB
	mails    *mailbox
	observer string // port at which the web server can be looked into
	running
}

// build makes the binary of a release.
func (h *house) build(ctx context.Context) (err error) {
	if h.dir, err = filepath.Abs(filepath.Join(".dev", "bench")); err != nil {
		return err
	}
	if err := os.MkdirAll(h.dir, 0o755); err != nil {
		return err
	}
	h.binary = filepath.Join(h.dir, "ams")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags", "nomsgpack,nodynamic,production", "-ldflags=-s -w", "-o", h.binary, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd.Run()
}

// open starts PostgreSQL and fills it with the site of the samples and a big association.
func (h *house) open(ctx context.Context) (err error) {
	if h.temp, err = os.MkdirTemp("", "ams-bench-"); err != nil {
		return err
	}
	if err := os.Chmod(h.temp, 0o755); err != nil { // PostgreSQL does not run as root
		return err
	}
	h.server, err = postgres.Start(ctx, postgres.Config{Dir: h.temp, Bin: os.Getenv("AMS_PG_BIN")})
	if err != nil {
		return err
	}
	if err := h.server.CreateDatabase(ctx, dbName); err != nil {
		return err
	}
	if h.mails, err = openMailbox(); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "making %d people …\n", crowd.Many)
	samples := exec.CommandContext(ctx, h.binary, "sample_data")
	samples.Env = []string{
		"DJANGO_SETTINGS_MODULE=config.settings.local", "DATABASE_URL=" + h.server.DSN(dbName),
		"AMS_DEV_DIR=" + filepath.Join(h.dir, "dev"),
	}
	if out, err := samples.CombinedOutput(); err != nil {
		return fmt.Errorf("sample_data: %w\n%s", err, out)
	}
	if h.db, err = database.Open(ctx, h.server.DSN(dbName), database.Options{MaxConns: 4}); err != nil {
		return err
	}
	return h.settle(ctx)
}

// settle brings the crowd in, gives those who will sign in a password, and leaves the worker nothing to do.
func (h *house) settle(ctx context.Context) error {
	if err := crowd.Fill(ctx, h.db, crowd.Many, clock.DateOf(time.Now())); err != nil {
		return err
	}
	hash, err := password.NewHasher(1).Hash(ctx, secret)
	if err != nil {
		return err
	}
	for _, query := range []string{
		"UPDATE users SET password = ?0 WHERE username = 'admin' OR username LIKE 'person%' AND length(username) <= 8",
		"DELETE FROM gue_jobs", "CHECKPOINT",
	} {
		if _, err := h.db.NewRaw(query, hash).Exec(ctx); err != nil {
			return fmt.Errorf("prepare the database: %w", err)
		}
	}
	return nil
}

// close ends what runs and forgets the database.
func (h *house) close() error {
	h.running.stop()
	if h.mails != nil {
		h.mails.Close()
	}
	var err error
	if h.db != nil {
		err = h.db.Close()
	}
	if h.server != nil {
		h.server.Stop()
	}
	if h.temp != "" {
		err = errors.Join(err, os.RemoveAll(h.temp))
	}
	return err
}

// settings are those of a deployment behind a proxy.
func (h *house) settings(port string) []string {
	at, _ := url.Parse(h.server.DSN(dbName)) // our own
	env := []string{
		"PORT=" + port, "SITE_DOMAIN=" + domain, "DJANGO_ADMIN_URL=admin/", "AMS_ENABLED_LANGUAGES=en,mi",
		"DJANGO_SECRET_KEY=no secret at all, and long enough", "SENTRY_DSN=off", "LOGTAIL_SOURCE_TOKEN=off",
		"POSTGRES_HOST=" + at.Query().Get("host"), "POSTGRES_DB=" + dbName, "POSTGRES_USER=" + at.User.Username(),
		"POSTGRES_PASSWORD=trusted", "POSTGRES_SSLMODE=disable",
		"MAILGUN_DOMAIN=" + domain, "MAILGUN_API_KEY=key", "MAILGUN_API_URL=" + h.mails.URL,
	}
	for _, bucket := range []string{"PUBLIC", "PRIVATE"} {
		name := "DJANGO_MEDIA_" + bucket + "_"
		env = append(env, name+"BUCKET_NAME=media", name+"ENDPOINT_URL=http://127.0.0.1:9",
			name+"ACCESS_KEY=key", name+"SECRET_KEY=secret")
	}
	return env
}

// web starts the web server and returns its address once it answers.
func (h *house) web(ctx context.Context) (*process, string, error) {
	port, err := freePort()
	if err != nil {
		return nil, "", err
	}
	name, args := h.binary, []string{"web"}
	if h.profile != "" {
		if name, err = os.Executable(); err != nil {
			return nil, "", err
		}
		if h.observer, err = freePort(); err != nil {
			return nil, "", err
		}
		args = []string{"observed", h.observer, "web"}
	}
	p, err := h.start(filepath.Join(h.dir, "web.log"), h.settings(port), name, args...)
	if err != nil {
		return nil, "", err
	}
	addr := "127.0.0.1:" + port
	return p, addr, p.answers(ctx, addr, request{method: http.MethodGet, path: "/livez"})
}

// bare starts the server of bare pages and returns its address once it answers.
func (h *house) bare(ctx context.Context) (*process, string, error) {
	port, err := freePort()
	if err != nil {
		return nil, "", err
	}
	addr := "127.0.0.1:" + port
	p, err := h.self("bare.log", "bare", h.server.DSN(dbName), addr)
	if err != nil {
		return nil, "", err
	}
	return p, addr, p.answers(ctx, addr, get("/1/100", ""))
}

// self starts this program as another process.
func (h *house) self(log string, args ...string) (*process, error) {
	me, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return h.start(filepath.Join(h.dir, log), nil, me, args...)
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
}

// running are the processes of a run.
type running struct{ all []*process }

// process is one that was started.
type process struct {
	cmd  *exec.Cmd
	log  string
	done chan struct{}
}

func (r *running) start(log string, env []string, name string, args ...string) (*process, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	p := &process{cmd: exec.Command(name, args...), log: log, done: make(chan struct{})}
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = append([]string{"PATH=" + os.Getenv("PATH")}, env...), out, out
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.cmd.Wait() // what it had to say is in its log
		close(p.done)
	}()
	r.all = append(r.all, p)
	return p, nil
}

func (r *running) stop() {
	for _, p := range r.all {
		p.stop()
	}
	r.all = nil
}

// stop asks the process to end, and ends it when it does not.
func (p *process) stop() {
	select {
	case <-p.done: // the number may belong to another process by now
		return
	default:
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// answers returns when a request to the process gets a 200.
func (p *process) answers(ctx context.Context, addr string, r request) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if answer, _, err := once(addr, r); err == nil && answer.StatusCode == http.StatusOK {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.done:
			return fmt.Errorf("%s ended at once: see %s", p.cmd.Args, p.log)
		case <-tick.C:
		}
	}
	return fmt.Errorf("%s does not answer: see %s", p.cmd.Args, p.log)
}

// memory is what the process holds now, and the most that it ever held, in megabytes; 0 where the system does not tell.
func (p *process) memory() (now, most float64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, 0
	}
	for _, line := range strings.Split(string(status), "\n") {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kilobytes, _ := strconv.ParseFloat(fields[1], 64)
		switch fields[0] {
		case "VmRSS:":
			now = kilobytes / 1024
		case "VmHWM:":
			most = kilobytes / 1024
		}
	}
	return now, most
}
