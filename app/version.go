package app

import (
	"cmp"
	"fmt"
	"runtime/debug"
)

// What the program was built from, set by the linker (see Dockerfile). Without it the toolchain's own note counts.
var release, revision string

type versionCommand struct{}

// Run prints what the build noted.
func (versionCommand) Run(c *call) error {
	fmt.Fprintln(c.Out, "ams", cmp.Or(release, "unreleased"), version())
	return nil
}

// version is the revision of the source that the program was built from, for heartbeats and the error sink.
func version() string {
	if revision != "" {
		return revision
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "unknown"
}
