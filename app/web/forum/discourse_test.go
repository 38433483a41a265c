package forum_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"ams/app/web/webtest"
)

const secret = "a secret of both"

// discourse is a forum as the protocol describes it: it asks with a nonce of its own, and lets in whoever comes back
// with that nonce in an answer that is signed with the secret. It shares no code with the site.
type discourse struct {
	t    *testing.T
	URL  string
	site string // where it asks

	mu    sync.Mutex
	asked map[string]bool // nonces that are not used yet
	in    []url.Values    // who was let in, as they were described
}

func newDiscourse(t *testing.T) *discourse {
	d := &discourse{t: t, asked: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<!doctype html><title>Forum</title><link rel="icon" href="data:,"><h1>Forum</h1><a href="/session/sso">Log in</a>`)
	})
	mux.HandleFunc("GET /session/sso", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, d.site+d.question(""), http.StatusFound)
	})
	mux.HandleFunc("GET /session/sso_login", func(w http.ResponseWriter, r *http.Request) {
		who, err := d.letIn(r.URL.Query())
		if err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, `<!doctype html><title>Forum</title><link rel="icon" href="data:,"><h1>Welcome, %s</h1>`, html.EscapeString(who.Get("name")))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	d.URL = server.URL
	return d
}

func signature(payload string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(payload))
	return fmt.Sprintf("%x", mac.Sum(nil))
}

// asking is the path of a request at the site with that text as its payload, in lines as Ruby folds base64.
func asking(text string) string {
	payload := ""
	for rest := base64.StdEncoding.EncodeToString([]byte(text)); rest != ""; {
		n := min(60, len(rest))
		payload, rest = payload+rest[:n]+"\n", rest[n:]
	}
	return "/forum/sso?sso=" + url.QueryEscape(payload) + "&sig=" + signature(payload)
}

// question is a request for whoever wants to come in, who shall be sent back to returning.
func (d *discourse) question(returning string) string {
	if returning == "" {
		returning = d.URL + "/session/sso_login"
	}
	nonce := strings.ToLower(rand.Text())
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked[nonce] = true
	return asking("nonce=" + nonce + "&return_sso_url=" + url.QueryEscape(returning))
}

// letIn believes an answer only when everything fits.
func (d *discourse) letIn(sent url.Values) (url.Values, error) {
	payload := sent.Get("sso")
	if !hmac.Equal([]byte(signature(payload)), []byte(sent.Get("sig"))) {
		return nil, fmt.Errorf("bad signature for %q", payload)
	}
	text, err := base64.StdEncoding.Strict().DecodeString(payload)
	if err != nil {
		return nil, err
	}
	who, err := url.ParseQuery(string(text))
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.asked[who.Get("nonce")] {
		return nil, fmt.Errorf("the nonce %q was never asked, or is used", who.Get("nonce"))
	}
	delete(d.asked, who.Get("nonce"))
	d.in = append(d.in, who)
	return who, nil
}

// arrive follows the site's answer to the forum and gives what the forum was told, without the nonce.
func (d *discourse) arrive(a *webtest.Answer) string {
	d.t.Helper()
	to := a.Status(http.StatusFound).Header.Get("Location")
	if !strings.HasPrefix(to, d.URL+"/session/sso_login?") {
		d.t.Fatalf("the answer leads to %q, want the forum", to)
	}
	got, err := http.Get(to)
	if err != nil {
		d.t.Fatal(err)
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusOK {
		d.t.Fatalf("the forum answers %d to %s", got.StatusCode, to)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	who := d.in[len(d.in)-1]
	who.Del("nonce")
	text, err := url.QueryUnescape(who.Encode()) // sorted by name
	if err != nil {
		d.t.Fatal(err)
	}
	return text
}
