package status

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// A Destination stores a file where customers read it, and replaces the file with that name atomically.
type Destination interface {
	Publish(ctx context.Context, name, contentType string, data []byte) error
}

// A Folder publishes into a folder that a web server serves.
type Folder string

// Publish implements [Destination].
func (f Folder) Publish(_ context.Context, name, _ string, data []byte) error {
	if err := f.write(filepath.Base(name), data); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Join(string(f), name), err)
	}
	return nil
}

func (f Folder) write(name string, data []byte) error {
	const readable, searchable = 0o644, 0o755 // by the web server
	if err := os.MkdirAll(string(f), searchable); err != nil {
		return err
	}
	part, err := os.CreateTemp(string(f), "."+name+".*.part")
	if err != nil {
		return err
	}
	_, err = part.Write(data)
	if err = errors.Join(err, part.Chmod(readable), part.Close()); err == nil {
		err = os.Rename(part.Name(), filepath.Join(string(f), name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	return nil
}

// A Bucket publishes into an S3 bucket, which writes an object completely or not at all. The bucket's policy controls
// access: it is private, unless a front end such as CloudFront is admitted. It needs s3:PutObject on the files.
type Bucket struct {
	Client *s3.Client
	Name   string
}

// cached is the time a cache in front of the bucket may keep the page, which must stay current.
const cached = "max-age=30"

// Publish implements [Destination].
func (b Bucket) Publish(ctx context.Context, name, contentType string, data []byte) error {
	key := path.Base(name)
	_, err := b.Client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &b.Name, Key: &key, Body: bytes.NewReader(data), ContentLength: aws.Int64(int64(len(data))), ContentType: &contentType,
		CacheControl: aws.String(cached), ServerSideEncryption: types.ServerSideEncryptionAes256,
	})
	if err != nil {
		return fmt.Errorf("write %s to the bucket %s: %w", name, b.Name, err)
	}
	return nil
}
