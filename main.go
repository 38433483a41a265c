// Command ams is the association management system: web server, worker and the commands of the people who run it.
package main

import (
	"context"
	"os"
	_ "time/tzdata" // minimal images have no zone files

	"ams/app"
)

func main() {
	in, err := os.Stdin.Stat()
	os.Exit(app.Main(context.Background(), os.Args, os.Getenv, app.Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Person: err == nil && in.Mode()&os.ModeCharDevice != 0,
	}))
}
