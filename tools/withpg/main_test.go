package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// asProgram makes this test program behave as withpg itself.
const asProgram = "WITHPG_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// program is withpg with these arguments, without a server from outside.
func program(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "AMS_TEST_DSN=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, asProgram+"=1")
	return cmd
}

func TestExitCode(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args []string
		want int
	}{
		"OK":         {[]string{"true"}, 0},
		"Code":       {[]string{"sh", "-c", "exit 7"}, 7},
		"Signal":     {[]string{"sh", "-c", "kill -9 $$"}, 137},
		"ErrCommand": {[]string{"no-such-command"}, 127},
		"ErrUsage":   {nil, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := program(tc.args...)
			if err := cmd.Run(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != tc.want {
				t.Errorf("withpg %v ended with %v, want code %d", tc.args, err, tc.want)
			}
		})
	}
}

func TestServer(t *testing.T) {
	t.Parallel()
	t.Run("OneOfItsOwn", func(t *testing.T) {
		t.Parallel()
		out, err := program("sh", "-c", `printf %s "$AMS_TEST_DSN"`).Output()
		if err != nil {
			t.Fatal(err)
		}
		_, socket, found := strings.Cut(string(out), "host=")
		if !found || !strings.HasPrefix(string(out), "postgres://") {
			t.Fatalf("AMS_TEST_DSN = %q, want the address of a socket", out)
		}
		socket = strings.ReplaceAll(socket, "%2F", "/")
		if _, err := os.Stat(filepath.Dir(socket)); !os.IsNotExist(err) {
			t.Errorf("the folder %s is left behind", socket)
		}
	})
	t.Run("Given", func(t *testing.T) {
		t.Parallel()
		cmd := program("sh", "-c", `printf %s "$AMS_TEST_DSN"`)
		cmd.Env = append(cmd.Env, "AMS_TEST_DSN=given")
		if out, err := cmd.Output(); string(out) != "given" || err != nil {
			t.Errorf("AMS_TEST_DSN = %q, %v, want given", out, err)
		}
	})
}

func TestSignal(t *testing.T) {
	t.Parallel()
	cmd := program("sh", "-c", `trap 'exit 42' TERM; echo ready; while :; do read -r _; done`)
	in, err := cmd.StdinPipe() // keeps read waiting
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	in.Close()
	io.Copy(io.Discard, lines)
	cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != 42 {
		t.Errorf("exit code after SIGTERM = %d, want the command's own 42", got)
	}
}
