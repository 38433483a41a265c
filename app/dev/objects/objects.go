// Package objects is the S3-compatible store that `ams dev` and the tests run inside their own process. It keeps its
// objects in a folder and has the two buckets that AMS needs. Production uses a store of its own.
package objects

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

const (
	// PublicBucket is readable by anybody who knows a key; it cannot be listed.
	PublicBucket = "ams-media-public"
	// PrivateBucket gives objects to signed requests only.
	PrivateBucket = "ams-media-private"
	// Region is what clients sign with.
	Region = "us-east-1"

	opening = 10 * time.Second
)

// readByAnybody stands in for the object ACLs that other stores honour and this one ignores.
const readByAnybody = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",` +
	`"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::` + PublicBucket + `/*"]}]}`

// Config says where the store keeps its objects and where it listens.
type Config struct {
	// Dir keeps the objects between starts.
	Dir string
	// Listen is a host and port; "" is any free port of this machine, reachable from this machine only.
	Listen string
}

// Store is a running store. Key and Secret are new at each start: signed addresses do not outlive it.
type Store struct {
	Endpoint string // an http URL without a path
	Key      string
	Secret   string

	done chan struct{}
	err  error
}

// Start returns when both buckets are there. The store runs until ctx ends; a process can have one at a time.
func Start(ctx context.Context, c Config) (*Store, error) {
	address, err := freeAddress(ctx, c.Listen)
	if err != nil {
		return nil, fmt.Errorf("start the object store: %w", err)
	}
	dir, err := filepath.Abs(c.Dir) // the store compares the two folders with absolute ones
	if err != nil {
		return nil, fmt.Errorf("start the object store: %w", err)
	}
	data, side := filepath.Join(dir, "data"), filepath.Join(dir, "meta")
	for _, dir := range []string{data, side} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("start the object store: %w", err)
		}
	}
	sidecar, err := meta.NewSideCar(side) // not every file system has extended attributes
	if err != nil {
		return nil, fmt.Errorf("start the object store: %w", err)
	}
	backend, err := posix.New(data, sidecar, posix.PosixOpts{
		SideCarDir:          side,
		CopyObjectThreshold: 5 << 30, // zero would refuse every copy
	})
	if err != nil {
		return nil, fmt.Errorf("start the object store: %w", err)
	}
	s := &Store{Endpoint: "http://" + address, Key: rand.Text(), Secret: rand.Text(), done: make(chan struct{})}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer close(s.done)
		defer cancel()
		s.err = embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
			RootUserAccess: s.Key, RootUserSecret: s.Secret, Region: Region, Ports: []string{address},
			Quiet: true, KeepAlive: true, MaxConnections: 1000, MaxRequests: 1000, MultipartMaxParts: 10000,
		})
	}()
	if err = s.opened(ctx, address); err == nil {
		err = s.prepare(ctx, address)
	}
	if err != nil {
		cancel()
		<-s.done
		return nil, fmt.Errorf("start the object store: %w", err)
	}
	return s, nil
}

// Done is closed when the store has ended and its port is free again.
func (s *Store) Done() <-chan struct{} { return s.done }

// Err is why the store ended by itself; nil before, and when its context ended it.
func (s *Store) Err() error {
	select {
	case <-s.done:
		return s.err
	default:
		return nil
	}
}

// freeAddress finds a port when none is named, and tells at once when the named one is taken: the store would only
// notice after clients have reached whoever has it.
func freeAddress(ctx context.Context, listen string) (string, error) {
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// opened waits for the port, or for the error that the store ended with instead.
func (s *Store) opened(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, opening)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-s.done:
			return errors.Join(s.err, ctx.Err())
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// prepare makes the buckets that are missing and opens the public one to readers.
func (s *Store) prepare(ctx context.Context, address string) error {
	client, err := minio.New(address, &minio.Options{
		Creds: credentials.NewStaticV4(s.Key, s.Secret, ""), Region: Region,
	})
	if err != nil {
		return err
	}
	for _, bucket := range []string{PublicBucket, PrivateBucket} {
		there, err := client.BucketExists(ctx, bucket)
		if err == nil && !there {
			err = client.MakeBucket(ctx, bucket, minio.MakeBucketOptions{Region: Region})
		}
		if err != nil {
			return fmt.Errorf("make the bucket %s: %w", bucket, err)
		}
	}
	if err := client.SetBucketPolicy(ctx, PublicBucket, readByAnybody); err != nil {
		return fmt.Errorf("open the bucket %s to readers: %w", PublicBucket, err)
	}
	return nil
}
