// Package storage is the object store: one bucket that anybody may read by key, one behind signed addresses.
package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// probeLimit bounds one proof of a bucket.
const probeLimit = 20 * time.Second

// Config is one bucket of an S3-compatible store.
type Config struct {
	Name      string
	Endpoint  string // scheme and host
	Region    string
	AccessKey string
	SecretKey string
	Public    bool // anybody may read an object whose key they know
}

// Bucket keeps objects.
type Bucket struct {
	cfg    Config
	client *minio.Client
	base   *url.URL
}

// Open connects nothing yet.
func Open(cfg Config) (*Bucket, error) {
	base, err := url.Parse(cfg.Endpoint)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("bucket %s: its endpoint needs a scheme and a host", cfg.Name)
	}
	client, err := minio.New(base.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey, ""),
		Secure: base.Scheme == "https", Region: cfg.Region, BucketLookup: minio.BucketLookupPath,
	})
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", cfg.Name, err)
	}
	return &Bucket{cfg: cfg, client: client, base: base}, nil
}

// Put stores an object under a new key. Its access control names who may read it, for stores that go by it.
func (b *Bucket) Put(ctx context.Context, key, contentType string, size int64, body io.Reader) error {
	acl := "private"
	if b.cfg.Public {
		acl = "public-read"
	}
	_, err := b.client.PutObject(ctx, b.cfg.Name, key, body, size, minio.PutObjectOptions{
		ContentType: contentType, UserMetadata: map[string]string{"x-amz-acl": acl},
	})
	if err != nil {
		return fmt.Errorf("store %s in bucket %s: %w", key, b.cfg.Name, err)
	}
	return nil
}

// Delete forgets an object; one that is not there is no error.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	if err := b.client.RemoveObject(ctx, b.cfg.Name, key, minio.RemoveObjectOptions{}); err != nil {
		return fmt.Errorf("delete %s from bucket %s: %w", key, b.cfg.Name, err)
	}
	return nil
}

// Probe proves that the bucket takes objects and shows them to whom it should: it writes one, asks for it without a
// signature, and deletes it. The error says what to configure.
func (b *Bucket) Probe(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	key := "probe/" + rand.Text()
	if err := b.Put(ctx, key, "text/plain", 5, strings.NewReader("probe")); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Delete(context.WithoutCancel(ctx), key)) }()
	status, err := b.unsigned(ctx, key)
	switch {
	case err != nil:
		return err
	case b.cfg.Public && status != http.StatusOK:
		return fmt.Errorf("bucket %s answers %d to everybody: allow public reading of objects by ACL or bucket policy",
			b.cfg.Name, status)
	case !b.cfg.Public && status != http.StatusForbidden:
		return fmt.Errorf("bucket %s answers %d without a signature: take public reading away from it", b.cfg.Name, status)
	}
	return nil
}

func (b *Bucket) unsigned(ctx context.Context, key string) (status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.base.JoinPath(b.cfg.Name, key).String(), nil)
	if err != nil {
		return 0, fmt.Errorf("probe bucket %s: %w", b.cfg.Name, err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, fmt.Errorf("probe bucket %s: %w", b.cfg.Name, err)
	}
	return answer.StatusCode, answer.Body.Close()
}
