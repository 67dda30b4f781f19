package status

import (
	"bytes"
	"context"
	"fmt"
	"path"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// A Bucket publishes into a bucket of S3, which writes an object whole or not at all. Who may read it is the bucket's own
// affair: it is private, unless something in front of it, such as CloudFront, is let in. It needs s3:PutObject on the files.
type Bucket struct {
	Client *s3.Client
	Name   string
}

// cached is how long what is in front of the bucket may go on showing what was there: the page is news.
const cached = "max-age=30"

// Publish implements [Publisher].
func (b Bucket) Publish(ctx context.Context, name, contentType string, data []byte) error {
	key := path.Base(name)
	_, err := b.Client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &b.Name, Key: &key, Body: bytes.NewReader(data), ContentLength: aws.Int64(int64(len(data))), ContentType: &contentType,
		CacheControl: aws.String(cached), ServerSideEncryption: types.ServerSideEncryptionAes256,
	})
	if err != nil {
		return fmt.Errorf("%s could not be written to the bucket %s: %w", name, b.Name, err)
	}
	return nil
}
