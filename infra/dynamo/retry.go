package dynamo

import (
	"context"
	"math/rand/v2"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
)

const (
	mostAttempts = 6
	firstPause   = 25 * time.Millisecond
	longestPause = time.Second
)

// options are those of the client. A request is sent again when it was throttled, had no answer in time, or a server's
// fault for one, with a random pause up to a limit that doubles ("full jitter"), as many writers that were throttled
// together would otherwise come back together. The context's deadline ends it all.
// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
func (cfg Config) options(o *dynamodb.Options) {
	o.Region = cfg.Region
	if cfg.Endpoint != "" {
		o.BaseEndpoint = aws.String(cfg.Endpoint)
	}
	o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = mostAttempts
		o.Backoff = retry.BackoffDelayerFunc(pause)
		// The usual allowance for retries is the process's. A throttled table would use it up, and then every request
		// would fail at its first fault; attempts are limited here, and deadlines by the caller.
		o.RateLimiter = ratelimit.None
	})
	client, ok := cfg.AWS.HTTPClient.(*awshttp.BuildableClient) // the SDK's own, with what AWS_CA_BUNDLE says
	if cfg.AWS.HTTPClient == nil {
		client, ok = awshttp.NewBuildableClient(), true
	}
	if ok {
		o.HTTPClient = client.WithTimeout(cfg.AttemptLimit).WithDialerOptions(func(d *net.Dialer) {
			d.Timeout = cfg.AttemptLimit / 2 // a region that cannot be reached does not answer at all
		})
	}
}

// pause is how long to wait after an attempt, counted from 0.
func pause(attempt int, _ error) (time.Duration, error) {
	limit := min(longestPause, firstPause<<min(attempt, 10))
	return rand.N(limit), nil
}

// countAttempts counts into n how often a request is sent.
func countAttempts(n *int) func(*dynamodb.Options) {
	count := middleware.FinalizeMiddlewareFunc("CountAttempts",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			*n++
			return next.HandleFinalize(ctx, in)
		})
	return dynamodb.WithAPIOptions(func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(count, "Retry", middleware.After)
	})
}
