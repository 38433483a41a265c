//go:build unix && !linux

package postgres

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

func endWithUs(*exec.Cmd) func() { return func() {} }

// guard starts a shell that reads from a pipe whose other end only this process holds: the read ends when this process
// does, however it ends. The pipe stays open on purpose.
func guard(pid int) error {
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("guard the server: %w", err)
	}
	cmd := exec.Command("/bin/sh", "-c", `read -r _; kill -INT "$1" 2>/dev/null`, "guard", strconv.Itoa(pid))
	cmd.Stdin = r
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		w.Close()
		return fmt.Errorf("guard the server: %w", err)
	}
	r.Close()
	go func() {
		_ = cmd.Wait()
		w.Close()
	}()
	return nil
}
