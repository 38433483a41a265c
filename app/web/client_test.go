package web

import (
	"net/http"
	"testing"
)

func TestClientOf(t *testing.T) {
	t.Parallel()
	const two = "192.168.1.100, 10.0.0.1"
	for _, c := range []struct {
		socket  string
		header  []string
		proxies int
		want    string
	}{
		{"192.0.2.1:4711", []string{two}, 1, "10.0.0.1"}, // the two examples of the rule
		{"192.0.2.1:4711", []string{two}, 2, "192.168.1.100"},
		{"192.0.2.1:4711", []string{two}, 3, "192.0.2.1"}, // fewer hops than proxies
		{"192.0.2.1:4711", []string{two}, 0, "192.0.2.1"}, // nobody vouches for the header
		{"192.0.2.1:4711", nil, 1, "192.0.2.1"},
		{"192.0.2.1:4711", []string{""}, 1, "192.0.2.1"},
		{"192.0.2.1:4711", []string{"203.0.113.9", "10.0.0.1"}, 2, "203.0.113.9"}, // a header in several lines
		{"192.0.2.1:4711", []string{"203.0.113.9,, 10.0.0.1"}, 2, "192.0.2.1"},
		{"192.0.2.1:4711", []string{"\t 203.0.113.9  "}, 1, "203.0.113.9"},
		{"192.0.2.1:4711", []string{"203.0.113.9:51000"}, 1, "203.0.113.9"},
		{"192.0.2.1:4711", []string{"203.0.113.9:x"}, 1, "192.0.2.1"},
		{"192.0.2.1:4711", []string{"203.0.113.9:70000"}, 1, "192.0.2.1"},
		{"192.0.2.1:4711", []string{"203.0.113.256"}, 1, "192.0.2.1"},
		{"192.0.2.1:4711", []string{"unknown"}, 1, "192.0.2.1"},
		{"192.0.2.1:4711", []string{"spoofed, 203.0.113.9"}, 1, "203.0.113.9"},
		{"192.0.2.1:4711", []string{"2001:DB8:0:0::7"}, 1, "2001:db8::7"},
		{"192.0.2.1:4711", []string{"[2001:db8::7]"}, 1, "2001:db8::7"},
		{"192.0.2.1:4711", []string{"[2001:db8::7]:443"}, 1, "2001:db8::7"},
		{"192.0.2.1:4711", []string{"[2001:db8::7"}, 1, "2001:db8::7"},
		{"192.0.2.1:4711", []string{"fe80::1%eth0"}, 1, "fe80::1"},
		{"192.0.2.1:4711", []string{"::ffff:203.0.113.9"}, 1, "203.0.113.9"}, // one visitor is one address
		{"[2001:db8::1]:4711", nil, 0, "2001:db8::1"},
		{"[fe80::1%eth0]:4711", nil, 0, "fe80::1"},
		{"[::ffff:192.0.2.1]:4711", []string{"bogus"}, 1, "192.0.2.1"},
		{"@", []string{"bogus"}, 1, "@"}, // a Unix socket has no address
		{"", nil, 0, ""},
	} {
		r := &http.Request{RemoteAddr: c.socket, Header: http.Header{"X-Forwarded-For": c.header}}
		if got := clientOf(r, c.proxies); got != c.want {
			t.Errorf("clientOf(%q behind %d proxies, at the socket %q) = %q, want %q", c.header, c.proxies, c.socket, got, c.want)
		}
	}
}
