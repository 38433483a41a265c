//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/pprof"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ams/app"
)

// observe runs a command of the program in this process and lets its processor time be asked for at a port.
func observe(ctx context.Context, port, command string) error {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	server := &http.Server{Addr: "127.0.0.1:" + port, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.ListenAndServe() }()
	defer server.Close()
	if code := app.Main(ctx, []string{"ams", command}, os.Getenv, app.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}); code != 0 {
		return fmt.Errorf("ams %s ends with %d", command, code)
	}
	return nil
}

// profiled does a load and keeps what the web server did meanwhile.
func (h *house) profiled(name string, load func() (taken, error)) (taken, error) {
	if h.profile == "" {
		return load()
	}
	kept := make(chan error, 1)
	go func() { kept <- h.keepProfiles(name) }()
	t, err := load()
	if err != nil {
		return t, err
	}
	return t, <-kept
}

func (h *house) keepProfiles(name string) error {
	base := "http://127.0.0.1:" + h.observer + "/debug/pprof/"
	file := filepath.Join(h.profile, strings.ReplaceAll(strings.ReplaceAll(name, " ", "-"), ",", ""))
	cpu := fmt.Sprintf("profile?seconds=%d", int(h.lasting.Seconds()))
	for from, to := range map[string]string{cpu: file + ".cpu", "allocs": file + ".allocs"} {
		if err := fetch(base+from, to); err != nil {
			return err
		}
	}
	return nil
}

func fetch(from, to string) error {
	answer, err := http.Get(from)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	_, err = io.Copy(out, answer.Body)
	return err
}
