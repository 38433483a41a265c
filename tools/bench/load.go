//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// warming is how long a load runs before it is measured: caches are warm all day.
const warming = time.Second

// request is one as a proxy in front of the program sends it.
type request struct {
	method, path, cookie, client string
	form                         url.Values
}

func (r request) bytes() []byte {
	body := r.form.Encode()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nX-Forwarded-Proto: https\r\nAccept-Language: en\r\n", r.method, r.path, domain)
	if r.client != "" {
		fmt.Fprintf(&b, "X-Forwarded-For: %s\r\n", r.client)
	}
	if r.cookie != "" {
		fmt.Fprintf(&b, "Cookie: %s\r\n", r.cookie)
	}
	if body != "" {
		fmt.Fprintf(&b, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n", len(body))
	}
	return []byte(b.String() + "\r\n" + body)
}

// visitor asks over one connection that stays open. It costs the machine as little as possible: what it takes is missing
// to the server that is measured.
type visitor struct {
	conn net.Conn
	in   *bufio.Reader
}

func dial(addr string) (*visitor, error) {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return nil, err
	}
	return &visitor{conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}, nil
}

// ask sends a request and reads the whole answer; size is that of its body.
func (v *visitor) ask(raw []byte) (answer *http.Response, size int64, err error) {
	if _, err := v.conn.Write(raw); err != nil {
		return nil, 0, err
	}
	if answer, err = http.ReadResponse(v.in, nil); err != nil {
		return nil, 0, err
	}
	size, err = io.Copy(io.Discard, answer.Body)
	return answer, size, errors.Join(err, answer.Body.Close())
}

// once asks over a connection of its own.
func once(addr string, r request) (*http.Response, int64, error) {
	v, err := dial(addr)
	if err != nil {
		return nil, 0, err
	}
	defer v.conn.Close()
	return v.ask(r.bytes())
}

// taken is how long the answers of a load took, the quickest first, and how many there were in a second.
type taken struct {
	took []time.Duration
	rate float64
}

func (t taken) at(percent int) time.Duration {
	return t.took[min(len(t.took)*percent/100, len(t.took)-1)]
}

// storm lets as many visitors ask as there are requests, each the same again and again, and takes every answer but 200
// for a failure.
func storm(ctx context.Context, addr string, requests []request, lasting time.Duration) (taken, error) {
	ctx, cancel := context.WithTimeout(ctx, warming+lasting)
	defer cancel()
	begin := time.Now().Add(warming)
	each := make([][]time.Duration, len(requests))
	failures := make([]error, len(requests))
	var all sync.WaitGroup
	for i, r := range requests {
		all.Go(func() { each[i], failures[i] = insist(ctx, addr, r, begin) })
	}
	all.Wait()
	if err := errors.Join(failures...); err != nil {
		return taken{}, err
	}
	t := taken{took: slices.Concat(each...)}
	if len(t.took) == 0 {
		return t, errors.New("nothing was answered in time")
	}
	slices.Sort(t.took)
	t.rate = float64(len(t.took)) / lasting.Seconds()
	return t, nil
}

// insist asks until ctx ends, and notes the answers to what was asked after begin.
func insist(ctx context.Context, addr string, r request, begin time.Time) (took []time.Duration, err error) {
	v, err := dial(addr)
	if err != nil {
		return nil, err
	}
	defer v.conn.Close()
	raw := r.bytes()
	for ctx.Err() == nil {
		asked := time.Now()
		answer, _, err := v.ask(raw)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", r.method, r.path, err)
		}
		if answer.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("%s %s = %s", r.method, r.path, answer.Status)
		}
		if asked.After(begin) && ctx.Err() == nil {
			took = append(took, time.Since(asked))
		}
	}
	return took, nil
}
