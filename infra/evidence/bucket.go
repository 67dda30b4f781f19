package evidence

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"valkyrie/probes/journey"
)

// A Bucket keeps evidence in S3: date/journey/time-region-run/file, so that a day is a folder, which is read, and expires,
// by itself. Objects are encrypted, whatever the bucket's default is.
type Bucket struct {
	Client *s3.Client
	Name   string
	Region string
	// Timeout is for one file, so that one which hangs leaves time for the others; 0: DefaultTimeout.
	Timeout time.Duration
}

// DefaultTimeout is for one file: a screenshot is a few hundred kilobytes, and the bucket is in the same region.
const DefaultTimeout = 3 * time.Second

// Within is the bucket for one run, whose evidence is kept before ctx ends, or named as missing.
func (b Bucket) Within(ctx context.Context) journey.Saver { return saver{b, ctx} }

// A saver is a bucket with the time that there is for one run: journey.Saver takes no context.
type saver struct {
	Bucket
	ctx context.Context
}

// Save implements journey.Saver. It returns an address of the AWS console, which asks whoever opens it to sign in: so it
// may be kept, and sent in a text. (An address that opens by itself has a signature of 1500 characters, and dies with the
// function's credentials, within hours.)
func (s saver) Save(run journey.Run, name string, data []byte) (string, error) {
	ctx, cancel := context.WithTimeout(s.ctx, cmp.Or(s.Timeout, DefaultTimeout))
	defer cancel()
	key := path.Join(folder(run), path.Base(name))
	kind := contentType(name)
	in := s3.PutObjectInput{
		Bucket: &s.Name, Key: &key, Body: bytes.NewReader(data), ContentLength: aws.Int64(int64(len(data))), ContentType: &kind,
		ServerSideEncryption: types.ServerSideEncryptionAes256,
	}
	if path.Ext(name) == ".html" { // the site's own scripts must not run where evidence is opened
		in.ContentDisposition = aws.String("attachment")
	}
	if _, err := s.Client.PutObject(ctx, &in); err != nil {
		return "", fmt.Errorf("%s could not be kept in the bucket %s: %w", name, s.Name, err)
	}
	return s.address("object", key), nil
}

// Link opens, in the console, the folder with all evidence of a run. Empty: there is none.
func (b Bucket) Link(run journey.Run) string {
	for _, e := range run.Evidence {
		if e.Path != "" {
			return b.address("buckets", folder(run)+"/")
		}
	}
	return ""
}

// address is where the console shows something in the bucket: an object, or, in buckets, a folder.
func (b Bucket) address(what, key string) string {
	escaped := strings.ReplaceAll(url.QueryEscape(key), "%2F", "/")
	return fmt.Sprintf("https://console.aws.amazon.com/s3/%s/%s?region=%s&prefix=%s", what, b.Name, b.Region, escaped)
}

// folder is where a run's evidence is.
func folder(run journey.Run) string {
	slot := run.Slot.UTC()
	return fmt.Sprintf("%s/%s/%s-%s-%.13s", slot.Format(time.DateOnly), path.Base(run.Journey), slot.Format("150405Z"), path.Base(run.Region), run.ID)
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".png":
		return "image/png"
	case ".jpg":
		return "image/jpeg"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".har", ".json":
		return "application/json"
	case ".pdf":
		return "application/pdf"
	}
	return "application/octet-stream"
}
