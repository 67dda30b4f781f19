package amazon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"slices"
	"sync/atomic"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"valkyrie/alerts/paging"
)

// traceConnection returns a context that records whether a request under it got a connection.
func traceConnection(ctx context.Context) (_ context.Context, connected func() bool) {
	var got atomic.Bool
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { got.Store(true) }}), got.Load
}

// throttleCodes are the AWS error codes for "too many requests"; such a request was not processed.
var throttleCodes = []string{"Throttling", "Throttled", "ThrottledException", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"}

// classify wraps an error by its meaning for the page: ErrNotSent if there was no connection or the request was throttled,
// ErrRefused if AWS rejected it, so that a retry is useless. Server errors, timeouts and malformed responses stay as they are:
// whether the page was sent is unknown.
func classify(err error, connected bool) error {
	var apiErr smithy.APIError
	var response *awshttp.ResponseError
	status := 0
	if errors.As(err, &response) {
		status = response.HTTPStatusCode()
	}
	switch {
	case errors.Is(err, paging.ErrRefused):
		return err
	case errors.As(err, &apiErr) && slices.Contains(throttleCodes, apiErr.ErrorCode()), status == http.StatusTooManyRequests:
		return fmt.Errorf("%w: %w", paging.ErrNotSent, err)
	case apiErr != nil && status >= 400 && status < 500:
		return fmt.Errorf("%w: %w", paging.ErrRefused, err)
	case status == 0 && !connected:
		return fmt.Errorf("%w: %w", paging.ErrNotSent, err)
	}
	return err
}
