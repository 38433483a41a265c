package app

import (
	"math"
	"net/mail"
)

// The ways that mail can leave.
const (
	byMailgun = "mailgun"
	bySMTP    = "smtp"
	toInbox   = "inbox"
	toMemory  = "memory" // what the test profile of an existing installation asks for
	toConsole = "console"
)

func (e *environment) mail() MailConfig {
	m := MailConfig{
		From:          e.address("DJANGO_DEFAULT_FROM_EMAIL"),
		ServerFrom:    e.address("DJANGO_SERVER_EMAIL"),
		SubjectPrefix: e.value("DJANGO_EMAIL_SUBJECT_PREFIX"),
		Operators:     e.list("AMS_OPERATOR_EMAILS"),
		Inbox:         e.profile != Production,
		MailgunKey:    e.secret("MAILGUN_API_KEY"),
		MailgunDomain: e.fitting("MAILGUN_DOMAIN", hostName.MatchString, "must be a domain without scheme and path"),
		MailgunURL:    e.fitting("MAILGUN_API_URL", webAddress, "must be a URL that begins with http:// or https://"),
		SMTP:          e.smtp(),
	}
	for _, to := range m.Operators {
		if a, err := mail.ParseAddress(to); err != nil || a.Address != to {
			e.refuse("AMS_OPERATOR_EMAILS", "must be a list of e-mail addresses")
		}
	}
	m.Transport = e.choice("DJANGO_EMAIL_ESP", byMailgun, bySMTP)
	if e.profile != Production {
		m.Transport = e.choice("DJANGO_EMAIL_BACKEND", toInbox, bySMTP, toConsole, toMemory)
	}
	return m
}

func (e *environment) smtp() SMTPConfig {
	const user, password = "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD"
	s := SMTPConfig{
		Host: e.fitting("EMAIL_HOST", hostName.MatchString, "must be a host name without port"), Port: e.whole("EMAIL_PORT", 1, math.MaxUint16),
		User: e.text(user), Password: e.secret(password), TLS: e.flag("EMAIL_USE_TLS"),
	}
	if s.User == "" && s.Password != "" {
		e.refuse(user, "is missing, while "+password+" is given")
	}
	if s.User != "" && s.Password == "" {
		e.refuse(password, "is missing, while "+user+" is given")
	}
	return s
}

func (e *environment) address(name string) string {
	single := func(s string) bool { _, err := mail.ParseAddress(s); return err == nil }
	return e.fitting(name, single, "must be one e-mail address")
}
