package app

import "slices"

// Setting describes one variable of the environment, for ReadConfig, `ams check_config` and the documentation.
type Setting struct {
	Group    string
	Name     string
	Meaning  string // what it does and which values it takes
	Default  string // $NAME stands for the value of another setting
	Local    string // default in the local and test profiles, where it is another
	Test     string // default in the test profile, where it is another again
	Example  string
	Required bool   // in production
	When     string // Required only then: NAME=value, or NAME!=value, of another setting
	Secret   bool
}

// in is the default of a profile.
func (s Setting) in(p Profile) string {
	switch {
	case p == Test && s.Test != "":
		return s.Test
	case p != Production && s.Local != "":
		return s.Local
	}
	return s.Default
}

// Settings lists every variable that the program reads, by group.
func Settings() []Setting {
	return slices.Concat(
		siteSettings(), memberSettings(), httpSettings(), databaseSettings(), securitySettings(), mailSettings(), smtpSettings(), billingSettings(),
		forumSettings(),
		bucketSettings("PUBLIC", "files that anybody may see"), bucketSettings("PRIVATE", "files behind signed addresses"),
		sinkSettings(), workerSettings(), sampleSettings(), devSettings(),
	)
}

// Line is a setting as it is in force.
type Line struct {
	Setting
	Given bool   // by the environment
	Value string // a mask where it is secret
}

// Overview shows every setting as it is in force, secrets masked.
func Overview(getenv func(string) string) []Line {
	e := newEnvironment(getenv)
	var lines []Line
	for _, s := range Settings() {
		l := Line{Setting: s, Given: getenv(s.Name) != "", Value: e.value(s.Name)}
		if s.Secret {
			l.Value = Secret(l.Value).String()
		}
		lines = append(lines, l)
	}
	return lines
}

func siteSettings() []Setting {
	return group("Site",
		Setting{
			Name: "DJANGO_SETTINGS_MODULE", Default: "config.settings.production", Example: "config.settings.local",
			Meaning: "Profile: the part after the last dot is production, local or test. " +
				"The command dev takes local unless this says otherwise.",
		},
		Setting{
			Name: "DJANGO_DEBUG", Default: "False", Local: "True", Example: "False",
			Meaning: "Logs from DEBUG on where DJANGO_LOG_LEVEL says nothing. Has no effect in production.",
		},
		Setting{
			Name: "DJANGO_READ_DOT_ENV_FILE", Default: "False", Example: "True",
			Meaning: "Read the file .env of the working directory as well; the environment wins.",
		},
		Setting{
			Name: "DEPLOYED", Default: "False", Example: "True",
			Meaning: "Links are https and have no port, sample data is refused. Always so in production.",
		},
		Setting{
			Name: "SITE_DOMAIN", Local: "localhost", Test: "ams.com", Example: "members.example.org", Required: true,
			Meaning: "Host of all absolute links: a host name without scheme and path.",
		},
		Setting{
			Name: "SITE_PORT", Default: "80", Local: "$PORT", Test: "80", Example: "443",
			Meaning: "Port of absolute links where nothing is deployed, and of the site's record.",
		},
		Setting{
			Name: "AMS_ENABLED_LANGUAGES", Default: "en", Local: "en,mi", Example: "en,mi",
			Meaning: "Languages in the order of the switch, a list of en and mi. English is always among them.",
		},
		Setting{
			Name: "DJANGO_ACCOUNT_ALLOW_REGISTRATION", Default: "True", Example: "False",
			Meaning: "Anybody may sign up.",
		},
		Setting{
			Name: "DJANGO_ADMIN_URL", Local: "admin/", Example: "office/", Required: true,
			Meaning: "Where the staff administration is: a path below the host, which no page of the site may have.",
		},
		Setting{
			Name: "DJANGO_ADMIN_FORCE_ALLAUTH", Default: "True", Example: "True",
			Meaning: "Has no effect: the site's own sign-in is the only way into the staff administration.",
		},
	)
}

func httpSettings() []Setting {
	return group("Web server",
		Setting{
			Name: "PORT", Default: "5000", Local: "8000", Example: "5000",
			Meaning: "Port that the commands web and dev listen on.",
		},
		Setting{
			Name: "DJANGO_ALLOWED_HOSTS", Default: "$SITE_DOMAIN", Local: "$SITE_DOMAIN,localhost,0.0.0.0,127.0.0.1",
			Example: "members.example.org,.example.org",
			Meaning: "Accepted Host headers, a list: a name, .name for it and everything below it, * for any.",
		},
		Setting{
			Name: "NGROK_HOST", Example: "abc.ngrok-free.dev",
			Meaning: "Outside production: one more accepted host, and its https pages may post here.",
		},
		Setting{
			Name: "AMS_TRUSTED_PROXY_COUNT", Default: "1", Local: "0", Example: "2",
			Meaning: "Proxies in front of AMS, 0 to 10: which hop of X-Forwarded-For is the client.",
		},
		Setting{
			Name: "DJANGO_SECURE_SSL_REDIRECT", Default: "True", Local: "False", Example: "True",
			Meaning: "Send http to https.",
		},
		Setting{
			Name: "DJANGO_SECURE_HSTS_INCLUDE_SUBDOMAINS", Default: "True", Example: "False",
			Meaning: "The promise of https (HSTS) holds for everything below the host.",
		},
		Setting{
			Name: "DJANGO_SECURE_HSTS_PRELOAD", Default: "True", Example: "False",
			Meaning: "Browsers may ship the promise of https (HSTS).",
		},
		Setting{
			Name: "DJANGO_SECURE_CONTENT_TYPE_NOSNIFF", Default: "True", Example: "True",
			Meaning: "Tell browsers not to guess types (X-Content-Type-Options).",
		},
	)
}

func databaseSettings() []Setting {
	return group("Database",
		Setting{
			Name: "POSTGRES_HOST", Example: "db.example.org", Required: true,
			Meaning: "Server, or the folder of its socket. " +
				"Outside production the command dev finds or starts one where this is empty.",
		},
		Setting{Name: "POSTGRES_PORT", Default: "5432", Example: "25060", Meaning: "Port of the server."},
		Setting{Name: "POSTGRES_DB", Local: "ams", Example: "ams", Required: true, Meaning: "Name of the database."},
		Setting{Name: "POSTGRES_USER", Local: "postgres", Example: "ams", Required: true, Meaning: "User of the database."},
		Setting{
			Name: "POSTGRES_PASSWORD", Example: "a long random text", Required: true, Secret: true,
			Meaning: "Password of the user.",
		},
		Setting{
			Name: "POSTGRES_SSLMODE", Default: "prefer", Example: "require",
			Meaning: "TLS to the server: disable, allow, prefer, require, verify-ca or verify-full.",
		},
		Setting{
			Name: "CONN_MAX_AGE", Default: "60", Example: "60",
			Meaning: "Seconds that a pooled connection lives; 0 for one use.",
		},
		Setting{
			Name: "DATABASE_URL", Example: "postgres://ams:password@localhost:5432/ams", Secret: true,
			Meaning: "Outside production: server and database in one, instead of POSTGRES_*.",
		},
	)
}

func securitySettings() []Setting {
	return group("Security", Setting{
		Name: "DJANGO_SECRET_KEY", Local: "for development only, known to everybody", Required: true, Secret: true,
		Example: "the output of: openssl rand -base64 48",
		Meaning: "All keys that sign and encrypt are derived from it. At least 32 characters in production; " +
			"changing it signs everybody out, and those with two-step sign-in need staff to switch it off for them.",
	}, Setting{
		Name: "MFA_TOTP_ISSUER", Example: "Example Association",
		Meaning: "Name in authenticator apps, where the association has no short name.",
	})
}

func memberSettings() []Setting {
	return group("Memberships",
		Setting{
			Name: "AMS_REQUIRE_FREE_MEMBERSHIP_APPROVAL", Default: "False", Example: "True",
			Meaning: "Memberships that cost nothing wait for staff instead of being approved at once.",
		},
		Setting{
			Name: "AMS_NOTIFY_STAFF_MEMBERSHIP_EVENTS", Default: "True", Example: "False",
			Meaning: "Staff get mail about every application. Of what they have to decide they always do.",
		},
		Setting{
			Name: "AMS_NOTIFY_STAFF_ORGANISATION_EVENTS", Default: "True", Example: "False",
			Meaning: "Staff get mail about every new organisation.",
		},
	)
}

func billingSettings() []Setting {
	return group("Billing",
		Setting{
			Name: "AMS_BILLING_SERVICE_CLASS", Default: "none", Local: "mock", Example: "none",
			Meaning: "Who raises invoices: mock (the built-in provider for development, also by its long name " +
				"ams.billing.providers.mock.MockBillingService), or none: paid memberships then wait for staff.",
		},
		Setting{
			Name: "AMS_BILLING_EMAIL_WHITELIST_REGEX", Example: "@example.com$",
			Meaning: "Invoices are mailed only to addresses in which this pattern (RE2) is found; empty for all.",
		},
	)
}

func forumSettings() []Setting {
	return group("Forum",
		Setting{
			Name: "DISCOURSE_REDIRECT_DOMAIN", Example: "https://forum.example.org",
			Meaning: "Discourse forum that members sign on to with their account here: its scheme and host. Empty for none.",
		},
		Setting{
			Name: "DISCOURSE_CONNECT_SECRET", Example: "a long random text", Secret: true,
			Meaning: "The forum's setting discourse connect secret: at least 10 characters. Goes with the address of the forum.",
		},
	)
}

func bucketSettings(which, holds string) []Setting {
	name := "DJANGO_MEDIA_" + which + "_"
	return group("Files",
		Setting{
			Name: name + "BUCKET_NAME", Example: "ams-media", Required: true,
			Meaning: "Bucket for " + holds + ". " +
				"Outside production all of these may be empty: the command dev brings a store.",
		},
		Setting{
			Name: name + "ENDPOINT_URL", Example: "https://syd1.digitaloceanspaces.com", Required: true,
			Meaning: "S3-compatible store of that bucket: scheme and host.",
		},
		Setting{
			Name: name + "ACCESS_KEY", Example: "0123456789abcdef", Required: true, Secret: true,
			Meaning: "Key of that store.",
		},
		Setting{
			Name: name + "SECRET_KEY", Example: "a long random text", Required: true, Secret: true,
			Meaning: "Secret of that key.",
		},
		Setting{
			Name: name + "REGION_NAME", Default: "us-east-1", Example: "syd1",
			Meaning: "Region that requests are signed for.",
		},
		Setting{
			Name: name + "CUSTOM_DOMAIN", Example: "media.example.org",
			Meaning: "Host that browsers fetch the objects from, perhaps with a path, where that is not endpoint and bucket.",
		},
	)
}

func workerSettings() []Setting {
	return group("Worker",
		Setting{
			Name: "AMS_WORKER_CONCURRENCY", Default: "1", Example: "2",
			Meaning: "Jobs of the default lane at a time, 1 to 16.",
		},
		Setting{
			Name: "AMS_WORKER_POLL_SECONDS", Default: "5", Example: "5",
			Meaning: "Seconds, 1 to 60, between looks for jobs when the database's wake-up does not arrive.",
		},
		Setting{
			Name: "AMS_WORKER_EMBEDDED", Default: "False", Local: "True", Example: "False",
			Meaning: "The command web works off jobs, too.",
		},
	)
}

func sampleSettings() []Setting {
	return group("Sample data",
		Setting{
			Name: "SAMPLE_DATA_ADMIN_EMAIL", Default: "admin@ams.com", Example: "admin@example.org",
			Meaning: "Address of the sample administrator.",
		},
		Setting{
			Name: "SAMPLE_DATA_ADMIN_PASSWORD", Default: "password", Example: "a password", Secret: true,
			Meaning: "Password of the sample administrator.",
		},
		Setting{
			Name: "SAMPLE_DATA_USER_EMAIL", Default: "user@ams.com", Example: "user@example.org",
			Meaning: "Address of the first sample member.",
		},
		Setting{
			Name: "SAMPLE_DATA_USER_PASSWORD", Default: "password", Example: "a password", Secret: true,
			Meaning: "Password of the sample members.",
		},
	)
}

func devSettings() []Setting {
	return group("Development",
		Setting{
			Name: "AMS_DEV_DIR", Default: ".dev", Example: "/tmp/ams",
			Meaning: "Folder for everything that the command dev writes.",
		},
		Setting{
			Name: "AMS_DEV_SAMPLE_DATA", Default: "True", Example: "False",
			Meaning: "The command dev loads the sample data.",
		},
		Setting{
			Name: "AMS_DEV_NOW", Example: "2026-01-31T09:00:00+13:00",
			Meaning: "The application's clock starts at this instant (RFC 3339) and runs on from there. Refused in production.",
		},
		Setting{
			Name: "AMS_PG_BIN", Example: "/usr/lib/postgresql/16/bin",
			Meaning: "Folder of the PostgreSQL programs that the command dev and the tests start; searched where it is empty.",
		},
	)
}

func group(name string, settings ...Setting) []Setting {
	for i := range settings {
		settings[i].Group = name
	}
	return settings
}
