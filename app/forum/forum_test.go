package forum_test

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ams/app/account"
	"ams/app/forum"
)

// The vectors that every implementation has to give.
const (
	secret   = "s3cr3t-forum-key"
	nonce    = "0f2b7c9d4e6a4b1f8c3d5e7f9a1b2c3d"
	question = "bm9uY2U9MGYyYjdjOWQ0ZTZhNGIxZjhjM2Q1ZTdmOWExYjJjM2QmcmV0dXJuX3Nzb191cmw9aHR0cHMlM0ElMkYlMkZmb3J1bS5leGFtcGxlLm9yZyUy" +
		"RnNlc3Npb24lMkZzc29fbG9naW4="
	questionSig = "04454eee47283bbff0436996b80cefffb1ecee05eed7869025b4dc2054b7bd8a"
	answer      = "name=Mere+T%C5%AB%C4%AB&admin=false&nonce=0f2b7c9d4e6a4b1f8c3d5e7f9a1b2c3d&email=mere%40example.org&external_id=42&username=mere.t"
	answerSig   = "45e5d5e8752276f0afb87dc3008fa5db511ccb963d034170f394e93585a54e0e"
)

func encoded(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// folded is base64 as Ruby's encode64 writes it.
func folded(s string) string {
	var out strings.Builder
	for rest := encoded(s); rest != ""; {
		n := min(60, len(rest))
		out.WriteString(rest[:n] + "\n")
		rest = rest[n:]
	}
	return out.String()
}

func TestVectors(t *testing.T) {
	t.Parallel()
	f := forum.New("https://forum.example.org", secret)
	if got := f.Sign(question); got != questionSig {
		t.Errorf("Sign(question) = %s, want %s", got, questionSig)
	}
	if got := f.Sign(encoded(answer)); got != answerSig {
		t.Errorf("Sign(answer) = %s, want %s", got, answerSig)
	}
	if got, err := f.Nonce(question, questionSig); got != nonce || err != nil {
		t.Errorf("Nonce(question) = %q, %v, want %q", got, err, nonce)
	}
	if got := f.Entrance(); got != "https://forum.example.org/session/sso?return_path=/" {
		t.Errorf("Entrance() = %q", got)
	}
}

func TestNonce(t *testing.T) {
	t.Parallel()
	f := forum.New("https://forum.example.org", secret)
	long := strings.Repeat("x", 100_000)
	for name, c := range map[string]struct {
		payload, signature string // no signature: the right one
		want               string
		err                error
	}{
		"Folded":       {folded("nonce=" + nonce + "&return_sso_url=" + long), "", nonce, nil},
		"Windows":      {strings.ReplaceAll(folded("nonce="+nonce), "\n", "\r\n"), "", nonce, nil},
		"Macron":       {encoded("nonce=%C4%81+b"), "", "ā b", nil},
		"Long":         {encoded("nonce=" + long), "", long, nil},
		"Twice":        {encoded("nonce=a&nonce=b"), "", "a", nil},
		"Nothing":      {"", "", "", forum.ErrMissing},
		"NoPayload":    {"", questionSig, "", forum.ErrMissing},
		"Upper":        {question, strings.ToUpper(questionSig), "", forum.ErrSignature},
		"Cut":          {question, questionSig[:63], "", forum.ErrSignature},
		"Longer":       {question, questionSig + "0", "", forum.ErrSignature},
		"Other":        {question, answerSig, "", forum.ErrSignature},
		"Tampered":     {strings.Replace(question, "b", "c", 1), questionSig, "", forum.ErrSignature},
		"Refolded":     {question[:60] + "\n" + question[60:], questionSig, "", forum.ErrSignature}, // signed is what is sent, not what it means
		"NoBase64":     {"nonce=" + nonce, "", "", forum.ErrPayload},
		"URLSafe":      {base64.URLEncoding.EncodeToString([]byte("nonce=\xfb\xff\xfe")), "", "", forum.ErrPayload},
		"Unpadded":     {base64.RawStdEncoding.EncodeToString([]byte("nonce=1")), "", "", forum.ErrPayload},
		"Spaces":       {encoded("nonce=1") + " ", "", "", forum.ErrPayload},
		"BrokenQuery":  {encoded("nonce=%zz"), "", "", forum.ErrPayload},
		"Semicolon":    {encoded("a=1;nonce=2"), "", "", forum.ErrPayload},
		"NoNonce":      {encoded("return_sso_url=https%3A%2F%2Fforum.example.org"), "", "", forum.ErrNonce},
		"EmptyNonce":   {encoded("nonce=&a=b"), "", "", forum.ErrNonce},
		"EmptyPayload": {"\n", "", "", forum.ErrNonce},
	} {
		if c.signature == "" && c.payload != "" {
			c.signature = f.Sign(c.payload)
		}
		if got, err := f.Nonce(c.payload, c.signature); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: Nonce() = %.50q, %v, want %.50q, %v", name, got, err, c.want, c.err)
		}
	}
	if _, err := f.Nonce(question, ""); !errors.Is(err, forum.ErrMissing) {
		t.Errorf("Nonce(without signature) = %v, want %v", err, forum.ErrMissing)
	}
	if _, err := forum.New("https://forum.example.org", "another secret").Nonce(question, questionSig); !errors.Is(err, forum.ErrSignature) {
		t.Errorf("Nonce(with another secret) = %v, want %v", err, forum.ErrSignature)
	}
}

// told takes an answer apart.
func told(t *testing.T, f *forum.Forum, address string) map[string]string {
	t.Helper()
	rest, ours := strings.CutPrefix(address, "https://forum.example.org/session/sso_login?")
	sent, err := url.ParseQuery(rest)
	if !ours || err != nil || len(sent) != 2 || sent.Get("sig") != f.Sign(sent.Get("sso")) {
		t.Fatalf("the answer is %q, %v, want a signed one to the forum", address, err)
	}
	text, err := base64.StdEncoding.Strict().DecodeString(sent.Get("sso"))
	if err != nil || strings.ContainsAny(sent.Get("sso"), "\r\n") {
		t.Fatalf("the payload %q is no base64 in one line: %v", sent.Get("sso"), err)
	}
	values, err := url.ParseQuery(string(text))
	if err != nil {
		t.Fatal(err)
	}
	one := map[string]string{}
	for name, all := range values {
		one[name] = strings.Join(all, ", ")
	}
	return one
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	f := forum.New("https://forum.example.org", secret)
	mere := account.Person{ID: 42, Email: "mere@example.org", Username: "mere.t", FirstName: "Mere", LastName: "Tūī", Staff: true}
	want, err := url.ParseQuery(answer)
	if err != nil {
		t.Fatal(err)
	}
	plain := map[string]string{}
	for name := range want {
		plain[name] = want.Get(name)
	}
	if diff := cmp.Diff(plain, told(t, f, f.Answer(nonce, forum.Member{Person: mere, Confirmed: true}))); diff != "" {
		t.Errorf("Answer() tells other things than the vector: -want +got\n%s", diff)
	}
	boss := mere
	boss.Superuser = true
	all := told(t, f, f.Answer("ā&b=c", forum.Member{Person: boss, Avatar: "https://files.example.org/a b.jpg?x=1&y=2"}))
	for name, value := range map[string]string{
		"admin": "true", "require_activation": "true", "avatar_url": "https://files.example.org/a b.jpg?x=1&y=2",
		"avatar_force_update": "true", "nonce": "ā&b=c",
	} {
		if all[name] != value {
			t.Errorf("Answer() tells %s = %q, want %q", name, all[name], value)
		}
	}
	if len(all) != 9 {
		t.Errorf("Answer() tells %v, want nothing more", all)
	}
}

// FuzzRequest sends anything, with the signature that came along and with the right one.
func FuzzRequest(f *testing.F) {
	link := forum.New("https://forum.example.org", secret)
	for _, seed := range []string{
		question, folded("nonce=a"), encoded("nonce=%zz"), encoded("nonce=\x00\xff"), "", "====", "\n", encoded("nonce=a&nonce=b;c"), "bm9uY2U9YQ",
	} {
		f.Add(seed, questionSig)
		f.Add(seed, "")
	}
	f.Fuzz(func(t *testing.T, payload, signature string) {
		right := link.Sign(payload)
		for _, sig := range []string{signature, right} {
			got, err := link.Nonce(payload, sig)
			if err != nil {
				if got != "" {
					t.Errorf("Nonce(%q, %q) = %q with %v", payload, sig, got, err)
				}
				continue
			}
			if sig != right || got == "" {
				t.Errorf("Nonce(%q, %q) = %q without an error", payload, sig, got)
			}
			if back := told(t, link, link.Answer(got, forum.Member{})); back["nonce"] != got {
				t.Errorf("the answer to %q repeats %q, want %q", payload, back["nonce"], got)
			}
		}
	})
}
