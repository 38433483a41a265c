//go:build linux || darwin

package app

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// hush keeps a terminal from showing what is typed, until back is called. Of anything else nothing is shown anyway.
func hush(in io.Reader) (back func()) {
	back = func() {}
	f, ok := in.(*os.File)
	if !ok {
		return back
	}
	fd := int(f.Fd())
	was, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return back
	}
	silent := *was
	silent.Lflag &^= unix.ECHO
	if unix.IoctlSetTermios(fd, setTermios, &silent) != nil {
		return back
	}
	return func() { _ = unix.IoctlSetTermios(fd, setTermios, was) } // a terminal that is gone needs none
}
