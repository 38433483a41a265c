package app_test

import (
	"debug/elf"
	"os"
	"runtime"
	"testing"
)

// TestOneFile guards the build flags of the Makefile: without the tag nodynamic a library looks for others on the
// machine, and the program no longer starts in an image that holds nothing else.
func TestOneFile(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("looks at an ELF file")
	}
	program, err := elf.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	for _, part := range program.Progs {
		if part.Type == elf.PT_INTERP && os.Getenv("CI") != "true" {
			t.Skip("built without the flags of the Makefile")
		}
		if part.Type == elf.PT_INTERP {
			t.Error("the program needs libraries of the machine, want one static file: see GOFLAGS in the Makefile")
		}
	}
}
