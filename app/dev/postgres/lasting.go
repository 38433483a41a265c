//go:build unix

package postgres

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// shared is where root keeps what the server's account could not reach in the caller's folder.
const shared = "/var/lib/ams"

// startLasting keeps the cluster in dir, and lets only one process at a time use it.
func (l *launcher) startLasting(ctx context.Context, s *Server, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	lockfile := filepath.Join(dir, "lock")
	s.lock, err = locked(lockfile)
	if errors.Is(err, errHeld) {
		holder, _ := os.ReadFile(lockfile)
		return fmt.Errorf("the database in %s is in use by another ams dev (process %s): stop that one, "+
			"or set AMS_DEV_DIR to another folder", dir, strings.TrimSpace(string(holder)))
	}
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	data, err := l.cluster(dir)
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := evict(ctx, data); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := l.ensure(ctx, data); err != nil {
		return err
	}
	return l.serve(ctx, s, data, filepath.Join(dir, "log"), "jit=off")
}

// ensure makes the cluster when there is none. It is made beside its place and moved, so that an interrupted initdb
// leaves nothing that looks like a cluster.
func (l *launcher) ensure(ctx context.Context, data string) error {
	version, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err == nil {
		if v := strings.TrimSpace(string(version)); v != strconv.Itoa(l.version) {
			return fmt.Errorf("the database in %s belongs to PostgreSQL %s, but %s is PostgreSQL %d: "+
				"set AMS_PG_BIN to the programs of version %s, or remove the folder to start anew",
				data, v, l.bin, l.version, v)
		}
		return nil
	}
	fresh := data + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("make the database cluster: %w", err)
	}
	if err := l.initdb(ctx, fresh); err != nil {
		return err
	}
	if err := os.Rename(fresh, data); err != nil {
		return fmt.Errorf("make the database cluster: %w", err)
	}
	return nil
}

// cluster is the data folder of dir. Below a folder that is closed to the server's account it is a link to a place that
// is not; when dir was removed to start anew, what the link pointed to is forgotten too.
func (l *launcher) cluster(dir string) (string, error) {
	data := filepath.Join(dir, "data")
	if target, err := os.Readlink(data); err == nil {
		return target, l.mkdir(filepath.Dir(target))
	}
	if l.cred == nil || l.reaches(dir) {
		return data, nil
	}
	sum := sha256.Sum256([]byte(dir))
	home := filepath.Join(shared, fmt.Sprintf("%s-%x", filepath.Base(filepath.Dir(dir)), sum[:6]))
	target := filepath.Join(home, "data")
	if pid, _ := postmaster(target); pid != 0 && serves(pid, target) {
		return "", fmt.Errorf("the database in %s is in use by process %d", target, pid)
	}
	if err := os.RemoveAll(home); err != nil {
		return "", err
	}
	if err := makeShared(); err != nil {
		return "", err
	}
	if err := l.mkdir(home); err != nil {
		return "", err
	}
	return target, os.Symlink(target, data)
}

// makeShared makes the place through which every account may pass, whatever the umask says.
func makeShared() error {
	if err := os.MkdirAll(shared, 0o711); err != nil {
		return err
	}
	return os.Chmod(shared, 0o711)
}

// evict deals with the postmaster.pid of a server whose ams dev was killed. We hold the lock of the folder: whatever
// still serves it was orphaned and is ending, or is told to. Any other process merely has the same number by now, which
// PostgreSQL would take for a running server.
func evict(ctx context.Context, data string) error {
	pid, _ := postmaster(data)
	if pid == 0 {
		return nil
	}
	if serves(pid, data) {
		_ = syscall.Kill(pid, syscall.SIGINT)
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit := time.NewTimer(settled)
	defer limit.Stop()
	for serves(pid, data) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-limit.C:
			return fmt.Errorf("an earlier server on %s (process %d) does not end", data, pid)
		case <-tick.C:
		}
	}
	err := os.Remove(filepath.Join(data, "postmaster.pid"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove the traces of an earlier server: %w", err)
	}
	return nil
}

// serves tells whether the process is a server on data. A server works in its data folder; where there is no /proc to
// see that in, its command line has to do.
func serves(pid int, data string) bool {
	if !alive(pid) {
		return false
	}
	if _, err := os.Stat("/proc/self/cwd"); err == nil {
		dir, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
		return err == nil && dir == data
	}
	out, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(out), data)
}
