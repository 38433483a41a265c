// Command withpg runs another command with a throw-away PostgreSQL, whose address is in AMS_TEST_DSN:
//
//	go run ./tools/withpg go test ./...
//
// It passes signals on and ends with the command's exit code (which `go run` itself turns into 1). When AMS_TEST_DSN is
// set already, that server is used.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"ams/app/dev/postgres"
)

const starting = 2 * time.Minute

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "withpg:", err)
	}
	os.Exit(code)
}

// run answers 2 for wrong use, 127 or 126 for a command that cannot start, as a shell does, and else the command's code.
func run(args []string) (int, error) {
	if len(args) == 0 {
		return 2, errors.New("name a command to run")
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if os.Getenv("AMS_TEST_DSN") == "" {
		ctx, cancel := context.WithTimeout(context.Background(), starting)
		defer cancel()
		srv, err := postgres.Start(ctx, postgres.Config{Throwaway: true, Bin: os.Getenv("AMS_PG_BIN")})
		if err != nil {
			return 1, err
		}
		defer srv.Stop()
		cmd.Env = append(os.Environ(), "AMS_TEST_DSN="+srv.DSN("postgres"))
	}
	if err := cmd.Start(); err != nil {
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
			return 127, err
		}
		return 126, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			_ = cmd.Process.Signal(s) // an error means that it has just ended
		case err := <-ended:
			return exitCode(err)
		}
	}
}

func exitCode(err error) (int, error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0, nil
	case !errors.As(err, &exit):
		return 1, err
	}
	if s, ok := exit.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return 128 + int(s.Signal()), nil
	}
	return exit.ExitCode(), nil
}
