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

const (
	// probeLimit bounds one proof of a bucket.
	probeLimit = 20 * time.Second
	// partSize is how much of an object of unknown size is held in memory, the least that S3 takes for a part.
	partSize = 5 << 20
)

// Config is one bucket of an S3-compatible store.
type Config struct {
	Name      string
	Endpoint  string // scheme and host
	Region    string
	AccessKey string
	SecretKey string
	Domain    string // scheme, host and perhaps a path that stand for endpoint and bucket in addresses; "" for none
	Public    bool   // anybody may read an object whose key they know
}

// Bucket keeps objects.
type Bucket struct {
	cfg    Config
	client *minio.Client
	base   *url.URL // of the objects' addresses, with a slash at its end
}

// Open connects nothing yet.
func Open(cfg Config) (*Bucket, error) {
	endpoint, err := url.Parse(cfg.Endpoint)
	if err != nil || endpoint.Host == "" {
		return nil, fmt.Errorf("bucket %s: its endpoint needs a scheme and a host", cfg.Name)
	}
	base := endpoint.JoinPath(cfg.Name, "/")
	if cfg.Domain != "" {
		if base, err = url.Parse(cfg.Domain); err != nil || base.Host == "" {
			return nil, fmt.Errorf("bucket %s: its domain needs a scheme and a host", cfg.Name)
		}
		base = base.JoinPath("/")
	}
	client, err := minio.New(endpoint.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey, ""),
		Secure: endpoint.Scheme == "https", Region: cfg.Region, BucketLookup: minio.BucketLookupPath,
	})
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", cfg.Name, err)
	}
	return &Bucket{cfg: cfg, client: client, base: base}, nil
}

// Object is something to be stored.
type Object struct {
	Key  string
	Type string // content type
	Size int64  // in bytes; -1 when nobody knows it before the end
	Body io.Reader
}

// Put stores an object and returns its key: the one that was asked for, or that with a random suffix where it is taken,
// because nothing is ever overwritten. Of a body of unknown size never more than a part is held in memory.
func (b *Bucket) Put(ctx context.Context, o Object) (key string, err error) {
	if err := checkKey(o.Key); err != nil {
		return "", err
	}
	key = o.Key
	taken, err := b.has(ctx, key)
	if err == nil && taken {
		key = withSuffix(o.Key)
	}
	if err == nil {
		err = b.put(ctx, key, o)
	}
	if minio.ToErrorResponse(err).Code == minio.PreconditionFailed { // somebody was faster
		if body, again := o.Body.(io.Seeker); again {
			key = withSuffix(o.Key)
			if _, err = body.Seek(0, io.SeekStart); err == nil {
				err = b.put(ctx, key, o)
			}
		}
	}
	if err != nil {
		return "", fmt.Errorf("store %s in bucket %s: %w", key, b.cfg.Name, err)
	}
	return key, nil
}

func (b *Bucket) put(ctx context.Context, key string, o Object) error {
	options := minio.PutObjectOptions{
		ContentType: o.Type, CacheControl: "private, max-age=0", UserMetadata: map[string]string{"x-amz-acl": "private"},
	}
	if b.cfg.Public {
		options.CacheControl = "public, max-age=31536000, immutable"
		options.UserMetadata["x-amz-acl"] = "public-read"
	}
	if o.Size < 0 {
		options.PartSize = partSize
	}
	options.SetMatchETagExcept("*")
	_, err := b.client.PutObject(ctx, b.cfg.Name, key, o.Body, o.Size, options)
	return err
}

// has looks whether a key is taken. A store that may not tell, because the credentials cannot list the bucket, counts as
// without it: the condition of the upload is what guards the object.
func (b *Bucket) has(ctx context.Context, key string) (bool, error) {
	_, err := b.client.StatObject(ctx, b.cfg.Name, key, minio.StatObjectOptions{})
	switch minio.ToErrorResponse(err).StatusCode {
	case http.StatusNotFound, http.StatusForbidden:
		return false, nil
	}
	return err == nil, err
}

// ErrMissing is told of an object that is not there.
var ErrMissing = errors.New("there is no such object")

// Get opens an object; the caller closes it.
func (b *Bucket) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	object, err := b.client.GetObject(ctx, b.cfg.Name, key, minio.GetObjectOptions{})
	if err == nil {
		_, err = object.Stat() // before it, a missing object looks like any other
	}
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		err = ErrMissing
	}
	if err != nil {
		return nil, fmt.Errorf("read %s from bucket %s: %w", key, b.cfg.Name, err)
	}
	return object, nil
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
	key, err := b.Put(ctx, Object{Key: "probe/" + rand.Text(), Type: "text/plain", Size: 5, Body: strings.NewReader("probe")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Delete(context.WithoutCancel(ctx), key)) }()
	status, err := b.unsigned(ctx, key)
	switch {
	case err != nil:
		return err
	case b.cfg.Public && status != http.StatusOK:
		return fmt.Errorf("bucket %s answers %d to everybody at %s: allow public reading of objects by ACL or bucket policy",
			b.cfg.Name, status, b.base)
	case !b.cfg.Public && status != http.StatusForbidden:
		return fmt.Errorf("bucket %s answers %d without a signature at %s: take public reading away from it",
			b.cfg.Name, status, b.base)
	}
	return nil
}

func (b *Bucket) unsigned(ctx context.Context, key string) (status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.URL(key), nil)
	if err != nil {
		return 0, fmt.Errorf("probe bucket %s: %w", b.cfg.Name, err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, fmt.Errorf("probe bucket %s: %w", b.cfg.Name, err)
	}
	return answer.StatusCode, answer.Body.Close()
}
