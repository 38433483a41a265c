package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// Client is the address of whoever sent the request, as limits, notices and records name it.
func (c *Ctx) Client() string { return clientOf(c.gin.Request, c.web.cfg.TrustedProxies) }

// clientOf takes the hop that the outermost of our own proxies has seen. What a visitor wrote into the header stands
// to the left of it.
func clientOf(r *http.Request, proxies int) string {
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	if proxies > 0 && len(hops) >= proxies {
		if ip, ok := address(hops[len(hops)-proxies]); ok {
			return ip
		}
	}
	if ip, ok := address(r.RemoteAddr); ok {
		return ip
	}
	return r.RemoteAddr
}

// address reads an IP address with or without port. Every way to write one gives the same text.
func address(s string) (string, bool) {
	s = strings.TrimSpace(s)
	ip, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	if err != nil {
		var whole netip.AddrPort
		whole, err = netip.ParseAddrPort(s)
		ip = whole.Addr()
	}
	if err != nil {
		return "", false
	}
	return ip.Unmap().WithZone("").String(), true
}
