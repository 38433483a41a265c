package access_test

import (
	"testing"

	"ams/app/access"
)

// A right given at a place holds there and below.
func TestMayAt(t *testing.T) {
	t.Parallel()
	at := func(codes ...string) access.Holder { return access.Given(1, false, codes) }
	for _, c := range []struct {
		holder      access.Holder
		right, path string
		want        bool
	}{
		{at("pages.add /en/about/"), "pages.add", "/en/about/", true},
		{at("pages.add /en/about/"), "pages.add", "/en/about/team/", true},
		{at("pages.add /en/about/"), "pages.add", "/en/", false},
		{at("pages.add /en/about/"), "pages.add", "/", false},
		{at("pages.add /en/about/"), "pages.add", "/en/about-us/", false},
		{at("pages.add /en/about/"), "pages.add", "/mi/en/about/", false},
		{at("pages.add /en/about/"), "pages.change", "/en/about/", false},
		{at("pages.add /"), "pages.add", "/", true},
		{at("pages.add /"), "pages.add", "/mi/", true},
		{at("pages.add /mi/", "pages.add /en/"), "pages.add", "/en/about/", true},
		{at("images.add /5/"), "images.add", "/5/9/", true},
		{at("images.add /5/"), "images.add", "/59/", false},
		{at("images.add /"), "documents.add", "/", false},
		{at("pages.add"), "pages.add", "/en/", false},
		{access.Given(1, true, nil), "pages.publish", "/", true},
		{access.Holder{}, "pages.publish", "/", false},
	} {
		if got := c.holder.MayAt(c.right, c.path); got != c.want {
			t.Errorf("holder of %q: MayAt(%s, %s) = %v, want %v", c.holder.Codes(), c.right, c.path, got, c.want)
		}
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	given := func(codes ...string) access.Holder { return access.Given(1, false, codes) }
	for _, c := range []struct {
		holder, other access.Holder
		want          bool
	}{
		{given("users.change_user"), given(), true},
		{given("users.change_user"), given("cms.access"), false},
		{given("users.change_user", "cms.access"), given("cms.access"), true},
		{given("cms.access"), given("cms.access", "pages.add /en/about/"), false},
		{given("pages.add /en/"), given("pages.add /en/about/", "pages.add /en/"), true},
		{given("pages.add /en/about/"), given("pages.add /en/about/", "pages.add /en/"), false},
		{given("pages.add /"), given("pages.add /", "pages.publish /en/"), false},
		{given("pages.add /en/", "pages.add /mi/"), given("pages.add /"), false},
		{given("users.change_user"), access.Given(2, true, nil), false},
		{access.Given(1, true, nil), access.Given(2, true, nil), true},
		{access.Given(1, true, nil), given("pages.publish /"), true},
	} {
		if got := c.holder.Covers(c.other); got != c.want {
			t.Errorf("holder of %q covers that of %q = %v, want %v", c.holder.Codes(), c.other.Codes(), got, c.want)
		}
	}
}
