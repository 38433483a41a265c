package app

func mailSettings() []Setting {
	return group("E-mail",
		Setting{
			Name: "DJANGO_EMAIL_ESP", Default: "mailgun", Local: "smtp", Example: "mailgun",
			Meaning: "Who delivers mail in production: mailgun or smtp.",
		},
		Setting{
			Name: "DJANGO_EMAIL_BACKEND", Local: "inbox", Example: "smtp",
			Meaning: "Outside production every message ends in the inbox at /dev/mail: inbox (or memory) is that alone, " +
				"smtp also sends it through EMAIL_HOST, console also prints it. Has no effect in production.",
		},
		Setting{
			Name: "MAILGUN_API_KEY", Example: "key-0123456789abcdef", Required: true, When: "DJANGO_EMAIL_ESP=mailgun", Secret: true,
			Meaning: "Sending key.",
		},
		Setting{
			Name: "MAILGUN_DOMAIN", Example: "mg.example.org", Required: true, When: "DJANGO_EMAIL_ESP=mailgun",
			Meaning: "Sending domain.",
		},
		Setting{
			Name: "MAILGUN_API_URL", Default: "https://api.mailgun.net/v3", Example: "https://api.eu.mailgun.net/v3",
			Meaning: "Address of the region's API, with or without its version.",
		},
		Setting{
			Name: "DJANGO_DEFAULT_FROM_EMAIL", Default: "Association Management Software <noreply@ams.com>",
			Example: "Example Association <noreply@example.org>", Meaning: "Sender: one address, with or without a name.",
		},
		Setting{
			Name: "DJANGO_SERVER_EMAIL", Default: "$DJANGO_DEFAULT_FROM_EMAIL", Example: "ams@example.org",
			Meaning: "Sender of mail to the operators: one address, with or without a name.",
		},
		Setting{
			Name: "AMS_OPERATOR_EMAILS", Example: "ops@example.org",
			Meaning: "Who gets mail about errors that nobody caused, a list of addresses: one message in 15 minutes for each kind of error.",
		},
		Setting{
			Name: "DJANGO_EMAIL_SUBJECT_PREFIX", Default: "[Association Management Software] ", Example: "[Example] ",
			Meaning: "Stands before the subjects of letters about accounts and of mail to the operators.",
		},
	)
}

func smtpSettings() []Setting {
	return group("E-mail",
		Setting{
			Name: "EMAIL_HOST", Local: "localhost", Example: "smtp.example.org", Required: true, When: "DJANGO_EMAIL_ESP=smtp",
			Meaning: "SMTP server.",
		},
		Setting{
			Name: "EMAIL_PORT", Default: "587", Local: "1025", Example: "587",
			Meaning: "Port of the SMTP server. At 465 the connection is encrypted from its first byte.",
		},
		Setting{
			Name: "EMAIL_HOST_USER", Example: "ams@example.org",
			Meaning: "Whom to sign in as at the SMTP server; given together with EMAIL_HOST_PASSWORD, or not at all.",
		},
		Setting{
			Name: "EMAIL_HOST_PASSWORD", Example: "a long random text", Secret: true,
			Meaning: "Password of EMAIL_HOST_USER.",
		},
		Setting{
			Name: "EMAIL_USE_TLS", Default: "True", Local: "False", Example: "True",
			Meaning: "Encrypt the connection to the SMTP server (STARTTLS) before anything is said; a server that cannot gets no mail.",
		},
	)
}

func sinkSettings() []Setting {
	return group("Observability",
		Setting{
			Name: "DJANGO_LOG_LEVEL", Default: "INFO", Local: "DEBUG", Example: "WARNING",
			Meaning: "Least important line that is logged: DEBUG, INFO, WARNING, ERROR or CRITICAL.",
		},
		Setting{
			Name: "SENTRY_DSN", Local: "off", Example: "https://key@o1.ingest.example/1", Required: true, Secret: true,
			Meaning: "Where errors are reported, in the protocol of Sentry; off reports them nowhere.",
		},
		Setting{
			Name: "SENTRY_LOG_LEVEL", Example: "40",
			Meaning: "Least important line that is reported along with an error that follows it: 50 critical, 40 error, 30 warning, " +
				"20 info, 10 debug, 0 all. Empty: as DJANGO_LOG_LEVEL if that is given, else 20.",
		},
		Setting{
			Name: "SENTRY_ENVIRONMENT", Default: "production", Example: "uat",
			Meaning: "What the error service calls this installation.",
		},
		Setting{
			Name: "SENTRY_TRACES_SAMPLE_RATE", Default: "0.0", Example: "0.1",
			Meaning: "Share of requests and jobs, 0.0 to 1.0, whose duration the error service is told.",
		},
		Setting{
			Name: "LOGTAIL_SOURCE_TOKEN", Local: "off", Example: "a source token of Better Stack", Required: true, Secret: true,
			Meaning: "Key of the log service; off ships logs nowhere.",
		},
		Setting{
			Name: "LOGTAIL_INGESTING_HOST", Example: "s1.eu-nbg-2.betterstackdata.com", Required: true, When: "LOGTAIL_SOURCE_TOKEN!=off",
			Meaning: "Host of the log service, with or without https://.",
		},
		Setting{
			Name: "AMS_METRICS_ADDR", Example: "127.0.0.1:9464",
			Meaning: "Address and port, other than PORT, at which web, worker and dev answer GET /metrics for Prometheus; on one machine " +
				"each process needs its own. Empty: no metrics. Never let the internet reach it.",
		},
	)
}
