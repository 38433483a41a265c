package accounts_test

import (
	"net/http"
	"testing"
)

func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	t.Run("AllUsed", func(t *testing.T) { // the empty set is there, and there is nothing in it to take away
		t.Parallel()
		_, v, _ := guarded(t)
		show, download := `main a[href="`+recovery+`"]`, `main a[href="`+recovery+`download/"]`
		v.Get(overview).Has(show, "Show").Has(download, "Download")
		for _, code := range codesOf(t, v) {
			v.Post(byCode, "code", code).Status(http.StatusSeeOther)
		}
		v.Get(overview).Status(http.StatusOK).Has("main .badge", "0 of 10 codes left").Has(`main a[href="`+generate+`"]`, "Make new codes").Lacks(show).Lacks(download)
		v.Get(recovery).Status(http.StatusOK).Has("#codes-left", "0 of 10 codes left").Has(`main a[href="`+generate+`"]`, "Make new codes").
			Lacks("main textarea").Lacks(download)
		v.Get(recovery + "download/").Status(http.StatusNotFound)
	})
	t.Run("Download", func(t *testing.T) { // a browser keeps it as it is
		t.Parallel()
		_, v, _ := guarded(t)
		if got := v.Get(recovery + "download/").Status(http.StatusOK).Header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
			t.Errorf("Content-Type of the download = %q, want text/plain; charset=utf-8", got)
		}
	})
}
