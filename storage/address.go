package storage

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/minio/minio-go/v7/pkg/s3utils"
	"github.com/minio/minio-go/v7/pkg/signer"
)

// LinkLife is how long a signed address opens its object.
const LinkLife = time.Hour

// Origin is scheme and host of all addresses of the bucket, as content policies name it.
func (b *Bucket) Origin() string { return b.base.Scheme + "://" + b.base.Host }

// URL is the plain address of an object. It opens what is in a public bucket.
func (b *Bucket) URL(key string) string { return b.base.String() + s3utils.EncodePath(key) }

// Link is a signed address that opens an object for LinkLife, whoever has it: it is handed out after a check of
// permissions and not kept. Browsers save what they get under the given name.
func (b *Bucket) Link(key, name string) (string, error) {
	query := url.Values{"response-content-disposition": {mime.FormatMediaType("attachment", map[string]string{"filename": name})}}
	request, err := http.NewRequest(http.MethodGet, b.URL(key)+"?"+query.Encode(), nil)
	if err != nil {
		return "", fmt.Errorf("sign an address of bucket %s: %w", b.cfg.Name, err)
	}
	signed := signer.PreSignV4(*request, b.cfg.AccessKey, b.cfg.SecretKey, "", b.cfg.Region, int64(LinkLife.Seconds()))
	return signed.URL.String(), nil
}
