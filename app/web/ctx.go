package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/gin-gonic/gin"

	"ams/app/access"
	"ams/app/account"
	"ams/app/lang"
	"ams/app/session"
)

// Ctx is one request and its answer.
type Ctx struct {
	web     *Web
	gin     *gin.Context
	id      string
	locale  lang.Locale
	prefix  bool // the path begins with the language
	visit   *session.Visit
	version *int64 // of the content
	query   url.Values
	form    url.Values
	written bool
	base    context.Context // of the connection, without a time limit
	release func()          // what a longer time limit holds
}

const ctxKey = "ams"

func ctxOf(g *gin.Context) *Ctx {
	c, _ := g.MustGet(ctxKey).(*Ctx)
	return c
}

// Context ends with the request or its time limit.
func (c *Ctx) Context() context.Context { return c.gin.Request.Context() }

// Locale is the language of the page.
func (c *Ctx) Locale() lang.Locale { return c.locale }

// Person is who asks; the zero Person for an anonymous visitor.
func (c *Ctx) Person() account.Person {
	if c.visit == nil {
		return account.Person{}
	}
	return c.visit.Person()
}

// Holder is what the person who asks may do at this moment.
func (c *Ctx) Holder() access.Holder {
	if c.visit == nil {
		return access.Holder{}
	}
	return c.visit.Holder()
}

// Param is a named segment of the path, decoded.
func (c *Ctx) Param(name string) string { return c.gin.Param(name) }

// Query is a value of the address, "" when absent.
func (c *Ctx) Query(name string) string { return c.query.Get(name) }

// UserAgent is what the browser calls itself; nobody has to believe it.
func (c *Ctx) UserAgent() string { return strings.ToValidUTF8(c.gin.Request.UserAgent(), "") }

// Form is a value of the posted form as typed, "" when absent.
func (c *Ctx) Form(name string) string { return c.form.Get(name) }

// Ticked tells whether a tick-box of the posted form is on.
func (c *Ctx) Ticked(name string) bool { return c.form.Get(name) != "" }

// Values are all values of the address; callers do not change them.
func (c *Ctx) Values() url.Values { return c.query }

// Posted are all values of the posted form; callers do not change them.
func (c *Ctx) Posted() url.Values { return c.form }

// Next is where the person wanted to go, from the form or the address; "" when it is no path of this site.
func (c *Ctx) Next() string {
	next := c.form.Get("next")
	if next == "" {
		next = c.query.Get("next")
	}
	if !safeNext(next) {
		return ""
	}
	return next
}

// NextOr is Next, else another path.
func (c *Ctx) NextOr(path string) string { return cmp.Or(c.Next(), path) }

// HX tells whether a fragment is wanted instead of a page.
func (c *Ctx) HX() bool {
	h := c.gin.Request.Header
	return h.Get("HX-Request") == "true" && h.Get("HX-History-Restore-Request") != "true" && h.Get("HX-Boosted") != "true"
}

// Method is that of the request.
func (c *Ctx) Method() string { return c.gin.Request.Method }

// Address is the path with its query, as the browser asked for it.
func (c *Ctx) Address() string { return c.gin.Request.URL.RequestURI() }

// Here is the address to come back to for whoever is sent elsewhere first. A fragment is no page: of its request it is the
// page that the browser shows.
func (c *Ctx) Here() string {
	if !c.HX() {
		return c.Address()
	}
	shown, err := url.Parse(c.gin.GetHeader("HX-Current-URL"))
	if err != nil || shown.Path == "" || !safeNext(shown.RequestURI()) {
		return c.Address()
	}
	return shown.RequestURI()
}

// Path is a path of the site in the language of the page.
func (c *Ctx) Path(path string) string { return c.PathIn(c.locale, path) }

// PathIn is a path of the site in a language.
func (c *Ctx) PathIn(l lang.Locale, path string) string { return "/" + string(l) + path }

// Text is a message in the language of the page.
func (c *Ctx) Text(m lang.Message) string { return c.web.texts[c.locale].Say(m) }

// Texts gives several messages in the language of the page.
func (c *Ctx) Texts(all []lang.Message) []string {
	out := make([]string, 0, len(all))
	for _, m := range all {
		out = append(out, c.Text(m))
	}
	return out
}

// Translator writes dates and numbers in the language of the page.
func (c *Ctx) Translator() *lang.Translator { return c.web.texts[c.locale] }

// Languages are those that people can choose from.
func (c *Ctx) Languages() []lang.Locale { return c.web.languages.Enabled() }

// Enabled reads a code as one of the languages that people can choose from.
func (c *Ctx) Enabled(code string) (lang.Locale, bool) { return c.web.languages.Parse(code) }

// Speak has the pages whose addresses name no language in this one, until the session ends or somebody signs in.
func (c *Ctx) Speak(l lang.Locale) { c.SetNote(spokenNote, string(l)) }

// Flash leaves a message for the next page.
func (c *Ctx) Flash(level session.Level, text lang.Message) {
	c.visit.Flash(session.Flash{Level: level, Text: text})
}

// FlashLink is Flash with a link to a path of the site, in the language of the page that shows it.
func (c *Ctx) FlashLink(level session.Level, text, link lang.Message, path string) {
	c.visit.Flash(session.Flash{Level: level, Text: text, Link: link, Path: path})
}

// SignIn begins a session for a person whose credentials were right.
func (c *Ctx) SignIn(p account.Person, passwordHash string, remember bool) {
	c.visit.SignIn(p, passwordHash, remember)
}

// GoOn keeps the person signed in here when a new password ends all sessions.
func (c *Ctx) GoOn(passwordHash string) { c.visit.GoOn(passwordHash) }

// SignOutElsewhere ends every other session of the person.
func (c *Ctx) SignOutElsewhere() error { return c.visit.SignOutElsewhere() }

// Renew gives the session another token before it remembers what only this visitor may use.
func (c *Ctx) Renew() { c.visit.Renew() }

// Prove remembers that the person has just shown who they are, by password or code.
func (c *Ctx) Prove() { c.visit.Prove() }

// Proved tells whether the last proof is younger than within.
func (c *Ctx) Proved(within time.Duration) bool { return c.visit.Proved(within) }

// Note is what the session remembers under a name, "" for nothing.
func (c *Ctx) Note(name string) string { return c.visit.Note(name) }

// SetNote remembers something small until the session ends or somebody signs in; "" forgets it.
func (c *Ctx) SetNote(name, value string) { c.visit.SetNote(name, value) }

// SignOut ends the session.
func (c *Ctx) SignOut() { c.visit.SignOut() }

// Origin is where the request came from, as notices about an account name it.
func (c *Ctx) Origin() account.Origin {
	return account.Origin{Client: c.Client(), Agent: c.gin.Request.UserAgent()}
}

// Header sets a header of the answer.
func (c *Ctx) Header(name, value string) { c.gin.Header(name, value) }

// ServeFile hands the request to a handler that knows files.
func (c *Ctx) ServeFile(h http.Handler) error {
	c.written = true
	h.ServeHTTP(c.gin.Writer, c.gin.Request)
	return nil
}

// JSON answers with data for programs.
func (c *Ctx) JSON(status int, data any) error {
	c.written = true
	c.gin.JSON(status, data)
	return nil
}

// Plain answers with something that is no page.
func (c *Ctx) Plain(status int, contentType, body string) error {
	c.written = true
	c.gin.Data(status, contentType, []byte(body))
	return nil
}

// longestNext is more than any page of the site needs; what is longer would be stored and sent on with every step.
const longestNext = 2000

// safeNext accepts paths of this site only. Browsers read a backslash as a slash and skip control characters.
func safeNext(next string) bool {
	if len(next) > longestNext || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsFunc(next, unsafeInPath) {
		return false
	}
	u, err := url.Parse(next)
	return err == nil && u.Host == "" && u.Scheme == ""
}

func unsafeInPath(r rune) bool { return unicode.IsControl(r) || r == '\\' }
