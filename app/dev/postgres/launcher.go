//go:build unix

package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// launcher runs PostgreSQL's programs under an account that they accept.
type launcher struct {
	bin     string
	version int
	cred    *syscall.Credential // nil unless we are root, whom PostgreSQL refuses
}

func newLauncher(bin string) (*launcher, error) {
	cred, err := account()
	if err != nil {
		return nil, err
	}
	found, err := find(bin)
	if err != nil {
		return nil, err
	}
	l := &launcher{bin: found.dir, version: found.version, cred: cred}
	if cred != nil && !l.reaches(l.bin) {
		if err := l.copyPrograms(); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// account is postgres, else nobody, for root; nil for everybody else.
func account() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if errors.Join(err1, err2) == nil && uid != 0 {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is neither an account postgres nor nobody: " +
		"use an ordinary account")
}

func (l *launcher) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, filepath.Join(l.bin, name), args...)
	c.Dir = "/" // the caller's folder may be closed to the other account
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC", "HOME=/"}
	// A group of its own keeps Ctrl-C in the terminal from reaching the server before us.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: l.cred}
	return c
}

// initdb makes a cluster that knows macrons: ICU for comparing, and a UTF-8 character type for text search.
func (l *launcher) initdb(ctx context.Context, data string, more ...string) error {
	if err := l.mkdir(data); err != nil {
		return fmt.Errorf("make the database cluster: %w", err)
	}
	var out bytes.Buffer
	for _, locale := range []string{"C.UTF-8", "en_US.UTF-8", "UTF-8"} {
		args := append([]string{
			"-D", data, "-U", superuser, "-A", "trust", "-E", "UTF8",
			"--locale-provider=icu", "--icu-locale=und",
		}, more...)
		if locale == "UTF-8" { // macOS knows the character type alone
			args = append(args, "--locale=C", "--lc-ctype=UTF-8")
		} else {
			args = append(args, "--locale="+locale)
		}
		out.Reset()
		cmd := l.command(ctx, "initdb", args...)
		cmd.Stdout, cmd.Stderr = &out, &out
		err := cmd.Run()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("make the database cluster: %w", ctx.Err())
		}
		if !bytes.Contains(out.Bytes(), []byte("locale")) {
			break
		}
	}
	return fmt.Errorf("make the database cluster: initdb gave up%s", tail(out.Bytes()))
}

// mkdir makes a folder that only the server's account, and root, can enter.
func (l *launcher) mkdir(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	if l.cred == nil {
		return nil
	}
	return os.Chown(path, int(l.cred.Uid), int(l.cred.Gid))
}

// reaches tells whether the server's account may pass through every folder down to path.
func (l *launcher) reaches(path string) bool {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false
	}
	for {
		info, err := os.Stat(real)
		if err != nil {
			return false
		}
		need, shift := os.FileMode(0o1), 0
		if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid == l.cred.Uid {
			shift = 6
		} else if ok && st.Gid == l.cred.Gid {
			shift = 3
		}
		if info.Mode().Perm()&(need<<shift) == 0 {
			return false
		}
		if real == "/" {
			return true
		}
		real = filepath.Dir(real)
	}
}
