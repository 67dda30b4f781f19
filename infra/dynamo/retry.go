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
	maxAttempts = 6
	minBackoff  = 25 * time.Millisecond
	maxBackoff  = time.Second
)

// options sets the client's options. A request that was throttled, timed out or failed with a server error is retried with
// exponential backoff and full jitter, so that writers that were throttled together do not retry together. The context's
// deadline ends the retries.
// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
func (cfg Config) options(o *dynamodb.Options) {
	o.Region = cfg.Region
	if cfg.Endpoint != "" {
		o.BaseEndpoint = aws.String(cfg.Endpoint)
	}
	o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.Backoff = retry.BackoffDelayerFunc(backoff)
		// The SDK's retry quota is shared by the process: a throttled table would use it up, and then every request would
		// fail at its first fault. Attempts are limited above, and the time by the caller.
		o.RateLimiter = ratelimit.None
	})
	client, ok := cfg.AWS.HTTPClient.(*awshttp.BuildableClient) // the SDK's own client, which honours AWS_CA_BUNDLE
	if cfg.AWS.HTTPClient == nil {
		client, ok = awshttp.NewBuildableClient(), true
	}
	if ok {
		o.HTTPClient = client.WithTimeout(cfg.AttemptLimit).WithDialerOptions(func(d *net.Dialer) {
			d.Timeout = cfg.AttemptLimit / 2 // an unreachable region does not even refuse the connection
		})
	}
}

// backoff returns the random wait after an attempt, counted from 0.
func backoff(attempt int, _ error) (time.Duration, error) {
	limit := min(maxBackoff, minBackoff<<min(attempt, 10))
	return rand.N(limit), nil
}

// countAttempts returns an option that counts a request's attempts into n.
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
