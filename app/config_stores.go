package app

import (
	"math"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

func (e *environment) database() DatabaseConfig {
	d := DatabaseConfig{Lifetime: time.Duration(e.whole("CONN_MAX_AGE", 0, math.MaxInt32)) * time.Second}
	if d.Lifetime == 0 {
		d.Lifetime = -1
	}
	if e.profile != Production {
		const name = "DATABASE_URL"
		postgres := func(s string) bool {
			return strings.HasPrefix(s, "postgres://") || strings.HasPrefix(s, "postgresql://")
		}
		d.URL = Secret(e.fitting(name, postgres, "must be a URL that begins with postgres://"))
	}
	parts := e.postgres()
	if d.URL == "" && e.text("POSTGRES_HOST") != "" {
		d.URL = parts
	}
	return d
}

// postgres makes one address of the variables with that name.
func (e *environment) postgres() Secret {
	host, port := e.value("POSTGRES_HOST"), strconv.Itoa(e.whole("POSTGRES_PORT", 1, math.MaxUint16))
	u := url.URL{Scheme: "postgres", User: url.User(e.text("POSTGRES_USER")), Path: "/" + e.text("POSTGRES_DB")}
	if p := e.secret("POSTGRES_PASSWORD"); p != "" {
		u.User = url.UserPassword(u.User.Username(), p.Reveal())
	}
	mode := e.choice("POSTGRES_SSLMODE", "prefer", "disable", "allow", "require", "verify-ca", "verify-full")
	q := url.Values{"sslmode": {mode}}
	if strings.HasPrefix(host, "/") { // the folder of a socket
		q.Set("host", host)
		q.Set("port", port)
	} else {
		u.Host = net.JoinHostPort(host, port)
	}
	u.RawQuery = q.Encode()
	return Secret(u.String())
}

// bucket reads one bucket. Outside production it may be missing as a whole, and not in parts.
func (e *environment) bucket(which string) BucketConfig {
	name := func(s string) string { return "DJANGO_MEDIA_" + which + "_" + s }
	store := func(s string) bool {
		u, err := url.Parse(s)
		return err == nil && webAddress(s) && strings.Trim(u.Path, "/") == "" && u.User == nil && u.RawQuery == ""
	}
	endpoint := e.fitting(name("ENDPOINT_URL"), store, "must be a URL with scheme and host and nothing after them")
	b := BucketConfig{
		Name:      e.text(name("BUCKET_NAME")),
		Endpoint:  strings.TrimSuffix(endpoint, "/"),
		Region:    e.text(name("REGION_NAME")),
		AccessKey: e.secret(name("ACCESS_KEY")),
		SecretKey: e.secret(name("SECRET_KEY")),
		Domain:    e.mediaDomain(name("CUSTOM_DOMAIN")),
	}
	given := b.Name + b.Endpoint + b.AccessKey.Reveal() + b.SecretKey.Reveal()
	if e.profile == Production || given == "" {
		return b
	}
	for _, part := range []string{"BUCKET_NAME", "ENDPOINT_URL", "ACCESS_KEY", "SECRET_KEY"} {
		if e.text(name(part)) == "" {
			e.refuse(name(part), "is missing, while others of this bucket are given")
		}
	}
	return b
}

// mediaDomain is what stands for endpoint and bucket in addresses, with a scheme even where none is given.
func (e *environment) mediaDomain(name string) string {
	whole := func(s string) string {
		if s == "" || strings.Contains(s, "://") {
			return strings.TrimSuffix(s, "/")
		}
		scheme := "https://"
		if e.profile != Production {
			scheme = "http://"
		}
		return scheme + strings.TrimSuffix(s, "/")
	}
	fits := func(s string) bool {
		u, err := url.Parse(whole(s))
		return err == nil && webAddress(whole(s)) && u.User == nil && u.RawQuery == "" && u.Fragment == ""
	}
	return whole(e.fitting(name, fits, "must be a host, perhaps with a path: media.example.org"))
}
