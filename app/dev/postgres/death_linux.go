package postgres

import (
	"os/exec"
	"runtime"
	"syscall"
)

// endWithUs makes the kernel interrupt the child when this process ends, however it ends. The thread stays locked for
// as long as the child lives; the returned function gives it back.
func endWithUs(cmd *exec.Cmd) func() {
	runtime.LockOSThread()
	cmd.SysProcAttr.Pdeathsig = syscall.SIGINT
	return runtime.UnlockOSThread
}

func guard(int) error { return nil }
