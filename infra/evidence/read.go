package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"valkyrie/infra/evidence/link"
)

// MaxRead is the largest file that Read returns, in bytes: in base64 it fits into Lambda's limit of an answer, 6 MB.
const MaxRead = 4 << 20

// Read returns a file of a bucket with its content type, which goes by its name, never by the one that it was stored with. The
// role may get files and not list them, so S3 answers "forbidden" for a missing one: link.ErrNoFile.
func Read(ctx context.Context, cfg aws.Config, f link.File) (data []byte, kind string, err error) {
	client := s3.NewFromConfig(cfg, func(o *s3.Options) { o.Region = f.Region })
	out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &f.Bucket, Key: &f.Key})
	var status *awshttp.ResponseError
	if errors.As(err, &status) && (status.HTTPStatusCode() == 404 || status.HTTPStatusCode() == 403) {
		return nil, "", fmt.Errorf("%w: %w", link.ErrNoFile, err)
	}
	if err != nil {
		return nil, "", fmt.Errorf("get %s from bucket %s: %w", f.Key, f.Bucket, err)
	}
	defer out.Body.Close()
	data, err = io.ReadAll(io.LimitReader(out.Body, MaxRead+1))
	if err == nil && len(data) > MaxRead {
		err = fmt.Errorf("expected at most %d bytes, got more", MaxRead)
	}
	if err != nil {
		return nil, "", fmt.Errorf("read %s of bucket %s: %w", f.Key, f.Bucket, err)
	}
	return data, contentType(path.Base(f.Key)), nil
}
