package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"ams/app/database/dbtest"
	"ams/app/dev/objects"
)

// nobody is the account that the image runs as.
const nobody = 65532

// container is the program as the image has it: the file that the Dockerfile's own line builds, in a folder with
// nothing but a temporary directory. Where the tests run as root, that folder is all that the program sees, and it runs
// as nobody.
type container struct {
	t        *testing.T
	root     string
	settings []string
}

// image builds the program. The paths of the sources stay in it: taking them out means to compile every library again.
func image(t *testing.T, settings map[string]string) container {
	t.Helper()
	text, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^RUN (CGO_ENABLED=0 go build -trimpath .*) -o /ams \.$`).FindStringSubmatch(string(text))
	if line == nil {
		t.Fatal("the Dockerfile has no line that builds /ams")
	}
	root, err := os.MkdirTemp("", "ams-image-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = os.Chmod(root, 0o755)
		_ = os.RemoveAll(root)
	})
	build := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(line[1], " -trimpath", " -buildvcs=false", 1)+` -o "$0" .`, root+"/ams")
	build.Dir = ".."
	build.Env = append(os.Environ(), "RELEASE=v7.1-3-gabc", "REVISION=0123456789abcdef")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", line[1], err, out)
	}
	if err := os.Mkdir(root+"/tmp", 0o777); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]fs.FileMode{"/tmp": 0o777 | fs.ModeSticky, "": 0o555} {
		if err := os.Chmod(root+name, mode); err != nil {
			t.Fatal(err)
		}
	}
	c := container{t: t, root: root}
	for name, value := range settings {
		c.settings = append(c.settings, name+"="+value)
	}
	return c
}

// command is the program with arguments, ready to start.
func (c container) command(args ...string) (*exec.Cmd, *output) {
	out := &output{}
	cmd := exec.Command(c.root+"/ams", args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.root, append(c.settings, "TMPDIR="+c.root+"/tmp"), out, out
	if os.Getuid() == 0 {
		cmd.Path, cmd.Dir, cmd.Env = "/ams", "/", c.settings
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: c.root, Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return cmd, out
}

// run waits for a command to end by itself.
func (c container) run(args ...string) (code int, out string) {
	cmd, text := c.command(args...)
	if err := cmd.Run(); cmd.ProcessState == nil {
		c.t.Fatalf("ams %v: %v", args, err)
	}
	return cmd.ProcessState.ExitCode(), text.String()
}

// start runs a command until stop ends it as an orchestrator does.
func (c container) start(args ...string) (stop func() int, out *output) {
	c.t.Helper()
	cmd, out := c.command(args...)
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	ended := make(chan int, 1)
	go func() {
		_ = cmd.Wait()
		ended <- cmd.ProcessState.ExitCode()
	}()
	c.t.Cleanup(func() { _ = cmd.Process.Kill() }) // after a failure; else it has ended
	return func() int {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		return <-ended
	}, out
}

// files are all that the container holds.
func (c container) files() (all []string) {
	c.t.Helper()
	err := filepath.WalkDir(c.root, func(name string, _ fs.DirEntry, err error) error {
		all = append(all, strings.TrimPrefix(name, c.root))
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return all
}

// overTCP leads a port of this machine to the test's database server, which listens on a socket only.
func overTCP(t *testing.T, dsn string) (host, port string, cfg *pgx.ConnConfig) {
	t.Helper()
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(cfg.Host, "/") {
		return cfg.Host, fmt.Sprint(cfg.Port), cfg
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	socket := filepath.Join(cfg.Host, ".s.PGSQL."+fmt.Sprint(cfg.Port))
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer in.Close()
				to, err := net.Dial("unix", socket)
				if err != nil {
					return
				}
				defer to.Close()
				go func() { _, _ = io.Copy(to, in); to.Close() }()
				_, _ = io.Copy(in, to)
			}()
		}
	}()
	host, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return host, port, cfg
}

// storeFolder makes the test binary an object store, which keeps its objects there: one in the process of the tests would
// change the folder that they all work in.
const storeFolder = "AMS_TEST_STORE"

// keepObjects tells where the store is, and runs until the end of its input.
func keepObjects(dir string) int {
	ctx, end := context.WithCancel(context.Background())
	defer end()
	out := os.Stdout
	os.Stdout = os.Stderr // the store greets
	store, err := objects.Start(ctx, objects.Config{Dir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := json.NewEncoder(out).Encode(store); err != nil {
		return 1
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	end()
	<-store.Done()
	return 0
}

// objectStore starts a store in a process of its own. It ends with the test, and with the process of the test.
func objectStore(t *testing.T) (store objects.Store) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), storeFolder+"="+t.TempDir())
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	if err := json.NewDecoder(out).Decode(&store); err != nil {
		t.Fatalf("start the object store: %v", err)
	}
	return store
}

// client talks to the store as its owner.
func client(t *testing.T, store objects.Store) *minio.Client {
	t.Helper()
	c, err := minio.New(strings.TrimPrefix(store.Endpoint, "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(store.Key, store.Secret, ""), Region: objects.Region,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestImage goes the way of a deployment with the program as the image has it: production settings, an ordinary user, a
// file system that cannot be written.
func TestImage(t *testing.T) {
	t.Parallel()
	dbtest.Empty(t)
	host, port, db := overTCP(t, dbtest.DSN(t))
	store := objectStore(t)
	settings := productionEnv()
	for name, value := range map[string]string{
		"POSTGRES_HOST": host, "POSTGRES_PORT": port, "POSTGRES_DB": db.Database, "POSTGRES_USER": db.User, "POSTGRES_PASSWORD": "unasked",
		"DJANGO_MEDIA_PUBLIC_BUCKET_NAME": objects.PublicBucket, "DJANGO_MEDIA_PRIVATE_BUCKET_NAME": objects.PrivateBucket,
		"PORT": freePort(t),
	} {
		settings[name] = value
	}
	for _, which := range []string{"PUBLIC", "PRIVATE"} {
		settings["DJANGO_MEDIA_"+which+"_ENDPOINT_URL"] = store.Endpoint
		settings["DJANGO_MEDIA_"+which+"_ACCESS_KEY"] = store.Key
		settings["DJANGO_MEDIA_"+which+"_SECRET_KEY"] = store.Secret
	}
	c := image(t, settings)
	before := c.files()

	if code, out := c.run("version"); code != 0 || out != "ams v7.1-3-gabc 0123456789abcdef\n" {
		t.Errorf("version = %d, %q, want what the image was built from", code, out)
	}
	c.released(settings["PORT"])
	if code, out := c.run("check_config"); code != 0 || !strings.Contains(out, "are fine") {
		t.Errorf("check_config = %d:\n%s", code, out)
	}
	t.Run("BIL-76 a server that ignores ACLs, and no bucket policy", func(t *testing.T) {
		const closed = "closed-to-all" // as a server makes it that goes by policies and ignores ACLs
		owner := client(t, store)
		if err := owner.MakeBucket(t.Context(), closed, minio.MakeBucketOptions{Region: objects.Region}); err != nil {
			t.Fatal(err)
		}
		code, out, errs := run(t, env(settings, "DJANGO_MEDIA_PUBLIC_BUCKET_NAME", closed), "", "check_config")
		if code != 1 || !strings.Contains(errs, "bucket "+closed+" answers 403 to everybody at ") || !strings.Contains(errs, "by ACL or bucket policy") {
			t.Errorf("check_config = %d, %q, want the bucket and the cure\n%s", code, errs, out)
		}
		for _, name := range []string{closed, objects.PrivateBucket} {
			for object := range owner.ListObjects(t.Context(), name, minio.ListObjectsOptions{Recursive: true}) {
				t.Errorf("bucket %s still holds %q %v", name, object.Key, object.Err)
			}
		}
	})
	if after := c.files(); !slices.Equal(after, before) {
		t.Errorf("the program leaves %v, want %v and nothing more", after, before)
	}
}

// page is the status of a page as the proxy of a deployment asks for it.
func (c container) page(url string) int {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, url, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Host = "members.example.org"
	r.Header.Set("X-Forwarded-Proto", "https")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

// released deploys: before deploy_steps the site is up and not ready, after it it is; then all ends in order.
func (c container) released(port string) {
	c.t.Helper()
	site := "http://127.0.0.1:" + port
	until := func(path string, want int, out *output) {
		c.t.Helper()
		deadline := time.Now().Add(30 * time.Second)
		for got := 0; got != want; got = status(c.t, site+path) {
			if time.Now().After(deadline) {
				c.t.Fatalf("GET %s = %d, want %d:\n%s", path, got, want, out)
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	stopWeb, web := c.start("web")
	c.t.Run("BIL-60 migrations are pending", func(t *testing.T) {
		until("/healthz", http.StatusOK, web)
		if got := status(t, site+"/readyz"); got != http.StatusServiceUnavailable {
			t.Errorf("/readyz = %d, want 503", got)
		}
	})
	if code, out := c.run("deploy_steps"); code != 0 {
		c.t.Fatalf("deploy_steps = %d:\n%s", code, out)
	}
	until("/readyz", http.StatusOK, web)
	if code, out := c.run("healthcheck", "web"); code != 0 {
		c.t.Errorf("healthcheck web = %d:\n%s", code, out)
	}
	if got := c.page(site + "/en/"); got != http.StatusOK {
		c.t.Errorf("the home page behind a proxy = %d, want 200", got)
	}
	stopWorker, worker := c.start("worker")
	deadline := time.Now().Add(30 * time.Second)
	for code := -1; code != 0; code, _ = c.run("healthcheck", "worker") {
		if time.Now().After(deadline) {
			c.t.Fatalf("the worker gives no sign of life:\n%s", worker)
		}
	}
	for name, stop := range map[string]func() int{"web": stopWeb, "worker": stopWorker} {
		if code := stop(); code != 0 {
			c.t.Errorf("%s ends with %d on SIGTERM, want 0:\n%s%s", name, code, web, worker)
		}
	}
}
