package app

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"regexp"
	"time"

	"ams/app/clock"
	"ams/app/lang"
)

// Profile is the kind of place that the program runs in.
type Profile string

// The profiles. Nothing but Production serves an association; Local and Test have defaults for everything.
const (
	Production Profile = "production"
	Local      Profile = "local"
	Test       Profile = "test"
)

// Config is every setting, read once by ReadConfig and handed down from there. Nothing else looks at the environment.
type Config struct {
	Profile  Profile
	Deployed bool // sample data is refused
	LogLevel slog.Level
	Warnings []string // what works and should not stay as it is
	Site     SiteConfig
	HTTP     HTTPConfig
	Database DatabaseConfig
	Security SecurityConfig
	Mail     MailConfig
	Members  MembersConfig
	Billing  BillingConfig
	Forum    ForumConfig
	Objects  ObjectsConfig
	Sentry   SentryConfig
	Logtail  LogtailConfig
	Metrics  string // address and port that they are asked for at; "" for none
	Worker   WorkerConfig
	Samples  SampleConfig
	Dev      DevConfig
}

// SiteConfig is what the association's site is called and who may use it.
type SiteConfig struct {
	Domain    string // stands in for the association's name where nobody has given it one
	Port      int    // of the site's records; part of BaseURL only where it matters
	BaseURL   string // scheme, host and port, without a slash at the end; absolute links never trust a request's Host
	Languages []lang.Locale
	Open      bool   // anybody may sign up
	Admin     string // path of the staff administration, without a slash before it and with one after it
}

// HTTPConfig is what the web server answers to.
type HTTPConfig struct {
	Listen         string   // address and port
	Hosts          []string // accepted Host headers: a name, ".name" for it and all below it, "*" for any
	Origins        []string // pages of these origins may post here, beside those of the host itself
	ProxyCount     int      // proxies in front of AMS: which hop of X-Forwarded-For is the client
	SecureOnly     bool     // http goes to https
	HSTSSubdomains bool
	HSTSPreload    bool
	NoSniff        bool
}

// DatabaseConfig says where PostgreSQL is.
type DatabaseConfig struct {
	URL      Secret        // "" outside production: none is named, `ams dev` brings its own
	Lifetime time.Duration // of a pooled connection, as database.Options has it: negative for one use
}

// SecurityConfig holds the secret that all keys of the program come from.
type SecurityConfig struct {
	Master Secret
	Issuer string // of codes, in authenticator apps, where the association has no name
}

// Key derives the key for one purpose: what one part signs or encrypts, no other part takes for its own.
func (s SecurityConfig) Key(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, []byte(s.Master), nil, "ams/"+purpose, sha256.Size)
	if err != nil {
		panic(fmt.Sprintf("derive a key: %v", err)) // only for lengths that SHA-256 cannot give
	}
	return key
}

// MailConfig says how letters look and leave.
type MailConfig struct {
	From          string
	ServerFrom    string   // of mail to the operators
	Operators     []string // who hears of errors
	SubjectPrefix string   // spaces at its end included
	Transport     string   // mailgun or smtp; outside production also inbox, memory or console
	Inbox         bool     // everything ends in the built-in inbox, whatever the transport
	MailgunKey    Secret
	MailgunDomain string
	MailgunURL    string
	SMTP          SMTPConfig
}

// SMTPConfig is the server that takes mail by SMTP.
type SMTPConfig struct {
	Host     string
	Port     int
	User     string // "" for a server that asks nobody
	Password Secret
	TLS      bool // by STARTTLS, or from the first byte at port 465
}

// MembersConfig is how memberships come about.
type MembersConfig struct {
	FreeNeedsApproval     bool // what costs nothing waits for staff
	NotifyStaff           bool // of every application
	NotifyOfOrganisations bool // staff, of every new one
}

// ForumConfig is the forum that members sign on to; without an origin there is none.
type ForumConfig struct {
	Origin string // scheme and host, without a slash at the end
	Secret Secret // shared with the forum
}

// Targets are the origins of the forum that signing in here may lead to.
func (f ForumConfig) Targets() []string {
	if f.Origin == "" {
		return nil
	}
	return []string{f.Origin}
}

// BillingConfig says who raises invoices and to whom they are mailed.
type BillingConfig struct {
	Development bool           // the built-in provider; otherwise billing is off
	Mailable    *regexp.Regexp // addresses that invoices are mailed to; nil for all
}

// MayMail tells whether invoices are mailed to an address.
func (b BillingConfig) MayMail(address string) bool {
	return b.Mailable == nil || b.Mailable.MatchString(address)
}

// ObjectsConfig names the two buckets.
type ObjectsConfig struct {
	Public, Private BucketConfig
}

// Given reports whether there are buckets; outside production they may be missing: `ams dev` brings a store of its own.
func (o ObjectsConfig) Given() bool { return o.Public.Name != "" && o.Private.Name != "" }

// BucketConfig is one bucket of an S3-compatible store.
type BucketConfig struct {
	Name      string
	Endpoint  string // scheme and host
	Region    string
	AccessKey Secret
	SecretKey Secret
	Domain    string // scheme, host and perhaps a path that stand for endpoint and bucket in addresses; "" for none
}

// SentryConfig says where errors are reported.
type SentryConfig struct {
	DSN         Secret     // "" is off
	From        slog.Level // the least important level that goes along as a breadcrumb
	Environment string
	Traces      float64 // share of requests and jobs whose duration is told
}

// LogtailConfig says where logs are shipped.
type LogtailConfig struct {
	Token Secret // "" is off
	Host  string // scheme included
}

// WorkerConfig says how jobs are worked off.
type WorkerConfig struct {
	Concurrency int // jobs of the default lane at a time
	Poll        time.Duration
	Embedded    bool // `ams web` works off jobs, too
}

// SampleConfig is the two accounts of the sample data.
type SampleConfig struct {
	AdminEmail    string
	AdminPassword Secret
	UserEmail     string
	UserPassword  Secret
}

// DevConfig is for the local and test profiles only.
type DevConfig struct {
	Dir         string    // everything that `ams dev` writes
	SampleData  bool      // `ams dev` loads the samples
	PostgresBin string    // folder of the PostgreSQL programs, "" to search
	Now         time.Time // where the application's clock starts; zero: it is the machine's
}

// Clock is the time that business rules go by.
func (c Config) Clock() clock.Clock {
	if c.Dev.Now.IsZero() {
		return clock.System()
	}
	return clock.StartingAt(c.Dev.Now)
}
