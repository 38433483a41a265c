// Command mail compiles the HTML parts of the letters from tools/mail/src (MJML) into views/mail, which is committed:
// building and running the application needs no npm.
//
//	npm ci --prefix tools/assets && go run ./tools/mail              write views/mail/*.html
//	go run ./tools/mail --check                                      fail when they are not what the sources give
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	compiler = "tools/assets/node_modules/mjml/bin/mjml"
	sources  = "tools/mail/src"
	letters  = "views/mail"
)

func main() {
	check := flag.Bool("check", false, "compare with the committed files instead of writing them")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "mail:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	if _, err := os.Stat(compiler); err != nil {
		return errors.New("run from the top of the repository, after npm ci --prefix tools/assets")
	}
	pages, err := filepath.Glob(sources + "/*.mjml")
	if err != nil {
		return err
	}
	compiled := map[string][]byte{}
	for _, page := range pages {
		name := strings.TrimSuffix(filepath.Base(page), ".mjml") + ".html"
		if compiled[name], err = compile(page); err != nil {
			return err
		}
	}
	if check {
		return compare(compiled)
	}
	var errs []error
	for name, html := range compiled {
		errs = append(errs, os.WriteFile(filepath.Join(letters, name), html, 0o644))
	}
	return errors.Join(errs...)
}

func compile(page string) ([]byte, error) {
	var out, problems bytes.Buffer
	cmd := exec.Command("node", compiler, page, "--stdout", "--noStdoutFileComment",
		"--config.validationLevel=strict", "--config.allowIncludes=true")
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("compile %s: %w\n%s", page, err, problems.Bytes())
	}
	return append(bytes.TrimSpace(out.Bytes()), '\n'), nil
}

func compare(compiled map[string][]byte) error {
	var errs []error
	for name, want := range compiled {
		if got, err := os.ReadFile(filepath.Join(letters, name)); err != nil || !bytes.Equal(got, want) {
			errs = append(errs, fmt.Errorf("%s/%s is out of date: run go run ./tools/mail", letters, name))
		}
	}
	committed, err := filepath.Glob(letters + "/*.html")
	if err != nil {
		return err
	}
	for _, path := range committed {
		if compiled[filepath.Base(path)] == nil {
			errs = append(errs, fmt.Errorf("%s is left over: it has no source in %s", path, sources))
		}
	}
	return errors.Join(errs...)
}
