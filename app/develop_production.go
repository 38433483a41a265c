//go:build production

package app

import "errors"

// devCommand stands in for what a delivered program does not hold: an object store, and all that it is made of, would be
// a third of the file.
type devCommand struct{}

// Run says so.
func (devCommand) Run() error {
	return errors.New("ams dev is not in this build, which is for deployments: run it from the source")
}
