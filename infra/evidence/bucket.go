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

// A Bucket stores evidence in S3 under date/journey/time-region-run/file, so that a day can be listed and expired on its own.
// Each upload requests encryption, so it does not depend on the bucket's default.
type Bucket struct {
	Client *s3.Client
	Name   string
	Region string
	// Timeout limits the upload of one file, so that a hanging one leaves time for the others; 0: DefaultTimeout.
	Timeout time.Duration
}

// DefaultTimeout suffices for a file of a few hundred kilobytes, such as a screenshot, and a bucket in the same region.
const DefaultTimeout = 3 * time.Second

// Within returns a Saver for one run. Evidence that is not uploaded before ctx ends is recorded as missing.
func (b Bucket) Within(ctx context.Context) journey.Saver { return saver{b, ctx} }

// A saver holds the context of one run, because journey.Saver takes none.
type saver struct {
	Bucket
	ctx context.Context
}

// Save implements journey.Saver. It returns a URL of the AWS console, which requires a login, so the URL may be stored and sent
// in a text. (A presigned URL has 1500 characters, and expires with the function's credentials, within hours.)
func (s saver) Save(run journey.Run, name string, data []byte) (string, error) {
	ctx, cancel := context.WithTimeout(s.ctx, cmp.Or(s.Timeout, DefaultTimeout))
	defer cancel()
	key := path.Join(folder(run), path.Base(name))
	kind := contentType(name)
	in := s3.PutObjectInput{
		Bucket: &s.Name, Key: &key, Body: bytes.NewReader(data), ContentLength: aws.Int64(int64(len(data))), ContentType: &kind,
		ServerSideEncryption: types.ServerSideEncryptionAes256,
	}
	if path.Ext(name) == ".html" { // keep the site's scripts from running when the evidence is opened
		in.ContentDisposition = aws.String("attachment")
	}
	if _, err := s.Client.PutObject(ctx, &in); err != nil {
		return "", fmt.Errorf("upload %s to bucket %s: %w", name, s.Name, err)
	}
	return s.consoleURL("object", key), nil
}

// Place implements journey.Placer: the console URL of the folder for a run's evidence.
func (s saver) Place(run journey.Run) string { return s.place(run) }

func (b Bucket) place(run journey.Run) string { return b.consoleURL("buckets", folder(run)+"/") }

// Link returns the console URL of the folder with all evidence of a run, or "" if it has none.
func (b Bucket) Link(run journey.Run) string {
	for _, e := range run.Evidence {
		if e.Path != "" {
			return b.place(run)
		}
	}
	return ""
}

// consoleURL returns the console URL of a key in the bucket; view is "object" for an object, "buckets" for a folder.
func (b Bucket) consoleURL(view, key string) string {
	escaped := strings.ReplaceAll(url.QueryEscape(key), "%2F", "/")
	return fmt.Sprintf("https://console.aws.amazon.com/s3/%s/%s?region=%s&prefix=%s", view, b.Name, b.Region, escaped)
}

// folder returns the key prefix of a run's evidence.
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
