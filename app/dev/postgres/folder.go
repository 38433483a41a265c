//go:build unix

package postgres

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// folder is the short-lived folder of one server: its socket and, for throw-away servers, everything else. A lock that
// dies with us tells later starts that it may be swept.
type folder struct {
	path string
	lock *os.File
}

// socketPath is the longest folder whose socket still fits into 104 bytes, the least that any system allows.
const socketPath = 104 - len("/ams-pg-4294967295-4294967295/s/.s.PGSQL.5432") - 1

// memory is where throw-away data is fastest.
func memory() string {
	if i, err := os.Stat("/dev/shm"); err == nil && i.IsDir() {
		return "/dev/shm"
	}
	return os.TempDir()
}

func newFolder(base string) (*folder, error) {
	if len(base) > socketPath {
		base = "/tmp"
	}
	prefix := "ams-pg-" + strconv.Itoa(os.Getuid()) + "-"
	sweep(base, prefix)
	path, err := os.MkdirTemp(base, prefix)
	if err != nil {
		return nil, err
	}
	if os.Getuid() == 0 { // the server's account has to pass through
		if err := os.Chmod(path, 0o711); err != nil {
			return nil, err
		}
	}
	lock, err := locked(filepath.Join(path, "lock"))
	if err != nil {
		os.RemoveAll(path)
		return nil, err
	}
	return &folder{path: path, lock: lock}, nil
}

func (f *folder) remove() {
	os.RemoveAll(f.path) // what stays is swept by a later start
	f.lock.Close()
}

// sweep removes what servers left behind whose starters were killed. Fresh folders are left alone: their owner may be
// about to lock them, or their server to end.
func sweep(base, prefix string) {
	found, _ := filepath.Glob(filepath.Join(base, prefix+"*"))
	for _, path := range found {
		info, err := os.Lstat(path)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < 10*time.Second {
			continue
		}
		if st, ok := info.Sys().(*syscall.Stat_t); !ok || int(st.Uid) != os.Getuid() {
			continue
		}
		data := filepath.Join(path, "data")
		if pid, _ := postmaster(data); pid != 0 && serves(pid, data) {
			continue
		}
		lock, err := locked(filepath.Join(path, "lock"))
		if err != nil {
			continue
		}
		os.RemoveAll(path)
		lock.Close()
	}
}

// errHeld: another process has the lock.
var errHeld = errors.New("in use by another process")

// locked opens and locks a file until it is closed or this process ends, and writes our process number into it.
func locked(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errHeld
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if err := f.Truncate(0); err != nil {
		f.Close()
		return nil, err
	}
	if _, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// postmaster reads the file in which a server tells its process number and its state; 0 when there is none.
func postmaster(data string) (pid int, state string) {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0, ""
	}
	lines := strings.Split(string(text), "\n")
	pid, err = strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil {
		return 0, ""
	}
	if len(lines) > 7 {
		state = strings.TrimSpace(lines[7])
	}
	return pid, state
}

func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
