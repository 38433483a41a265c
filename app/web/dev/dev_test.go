package dev_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"ams/app/web/webtest"
)

func TestInbox(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	v := s.Visitor()
	v.Get("/dev/mail").Status(http.StatusOK).Has("main", "Nothing was sent yet")
	if got := v.Get("/dev/mail.json").Status(http.StatusOK).Body; got != "[]" {
		t.Errorf("mail.json of an empty inbox = %q, want []", got)
	}
	v.Post("/mi/accounts/signup/", "email", "kea@example.org", "password1", webtest.Password, "password2", webtest.Password,
		"first_name", "Ānaru", "last_name", "<b>Tūī", "username", "kea", "language", "mi").Status(http.StatusSeeOther)
	s.Work()

	var entries []map[string]string
	if err := json.Unmarshal([]byte(v.Get("/dev/mail.json").Status(http.StatusOK).Body), &entries); err != nil || len(entries) != 1 {
		t.Fatalf("mail.json = %v, %v, want one message", entries, err)
	}
	e := entries[0]
	if e["to"] != "kea@example.org" || e["language"] != "mi" || e["from"] == "" || e["subject"] == "" || e["text"] == "" || e["html"] == "" || e["sent_at"] == "" {
		t.Errorf("mail.json = %v, want all of id, to, from, subject, text, html, language, sent_at", e)
	}
	v.Get("/dev/mail").Status(http.StatusOK).Has("#message-"+e["id"], e["subject"])
	v.Get("/dev/mail/"+e["id"]+"/").Status(http.StatusOK).Has("pre", "Ānaru <b>Tūī")
	html := v.Get("/dev/mail/" + e["id"] + "/html").Status(http.StatusOK).Lacks("main b")
	if policy := html.Header.Get("Content-Security-Policy"); policy == "" || html.Body != e["html"] {
		t.Errorf("the HTML part is not shown as it was sent, under a policy (%q)", policy)
	}
	v.Get("/dev/mail/nothing/").Status(http.StatusNotFound)
	v.Get("/dev/mail/..%2f..%2fetc%2fpasswd/").Status(http.StatusNotFound)
	v.Get("/dev/parts/").Status(http.StatusOK)
}
