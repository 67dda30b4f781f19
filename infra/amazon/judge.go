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

// traced is a context that notices whether a request made under it has got a connection.
func traced(ctx context.Context) (_ context.Context, connected func() bool) {
	var got atomic.Bool
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { got.Store(true) }}), got.Load
}

// throttled are the codes of AWS for "too many requests": it was not processed.
var throttled = []string{"Throttling", "Throttled", "ThrottledException", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"}

// judge says what an error means for the page: that nothing was sent where there never was a connection, or AWS says so; that
// it is of no use to try again where AWS refuses. Server errors, time-outs and broken answers leave it unknown.
func judge(err error, connected bool) error {
	var said smithy.APIError
	var answer *awshttp.ResponseError
	status := 0
	if errors.As(err, &answer) {
		status = answer.HTTPStatusCode()
	}
	switch {
	case errors.Is(err, paging.ErrRefused):
		return err
	case errors.As(err, &said) && slices.Contains(throttled, said.ErrorCode()), status == http.StatusTooManyRequests:
		return fmt.Errorf("%w: %w", paging.ErrNotSent, err)
	case said != nil && status >= 400 && status < 500:
		return fmt.Errorf("%w: %w", paging.ErrRefused, err)
	case status == 0 && !connected:
		return fmt.Errorf("%w: %w", paging.ErrNotSent, err)
	}
	return err
}
