package storage

import (
	"context"
	"fmt"
	"time"

	"ams/jobs"
)

// Buckets are the two of an association.
type Buckets struct{ Public, Private *Bucket }

// Delete is the job that forgets an object. It is added in the transaction that takes the object's last mention away,
// so that nothing is deleted that a row still names.
type Delete struct {
	Private bool   `json:"private"`
	Object  string `json:"object"` // key
}

// Kind names the job in the queue.
func (Delete) Kind() string { return "storage.delete_object" }

// Jobs registers the job.
func (b Buckets) Jobs(r *jobs.Registry) {
	jobs.Handle(r, b.delete, jobs.Timeout(30*time.Second), jobs.Attempts(8), jobs.Backoff(time.Minute, 2*time.Hour+8*time.Minute))
}

func (b Buckets) delete(ctx context.Context, d Delete) error {
	bucket := b.Public
	if d.Private {
		bucket = b.Private
	}
	if bucket == nil {
		return fmt.Errorf("delete an object: no bucket is configured")
	}
	return bucket.Delete(ctx, d.Object)
}
