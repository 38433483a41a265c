package href_test

import (
	"testing"

	"ams/app/href"
)

func TestSegment(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"kea": "kea", "a+b": "a%2Bb", "a/b c": "a%2Fb%20c", "tūī": "t%C5%AB%C4%AB"} {
		if got := href.Segment(name); got != want {
			t.Errorf("Segment(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestWithNext(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{"": "/a/", "/x/?a=1&b=2": "/a/?next=%2Fx%2F%3Fa%3D1%26b%3D2"} {
		if got := href.WithNext("/a/", next); got != want {
			t.Errorf("WithNext(/a/, %q) = %q, want %q", next, got, want)
		}
	}
}
