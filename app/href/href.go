// Package href writes addresses of pages of this site.
package href

import (
	"net/url"
	"strings"
)

// Segment is a name as one segment of a path. The router decodes a plus sign as a space, so that is encoded, too.
func Segment(name string) string { return strings.ReplaceAll(url.PathEscape(name), "+", "%2B") }

// WithNext has an address lead on to next, a path of this site, if there is one.
func WithNext(address, next string) string {
	if next == "" {
		return address
	}
	return address + "?next=" + url.QueryEscape(next)
}
