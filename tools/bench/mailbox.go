//go:build unix

package main

import (
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// mailbox is a mail service that takes every letter and keeps none.
type mailbox struct {
	URL    string
	server *http.Server
	taken  atomic.Int64
}

func openMailbox() (*mailbox, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	m := &mailbox{URL: "http://" + l.Addr().String()}
	m.server = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := m.taken.Add(1)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id": "<%d@%s>", "message": "Queued. Thank you."}`, n, domain)
	})}
	go func() { _ = m.server.Serve(l) }()
	return m, nil
}

// Close ends it.
func (m *mailbox) Close() { _ = m.server.Close() }
