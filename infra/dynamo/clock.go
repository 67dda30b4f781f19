package dynamo

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"valkyrie/alerts/incident"
)

var _ incident.Clock = (*Store)(nil)

const (
	clocksAgree   = 30 * time.Second // such a difference is none: an answer takes a while, and its date has no fractions
	readingsAgree = 10 * time.Second // two answers in a row must show the same difference
	longestLook   = 5 * time.Second  // a function may be frozen between request and answer: a slower answer shows nothing
)

// A clock compares this machine's clock with the dates of the answers.
type clock struct {
	mu          sync.Mutex
	last, ahead time.Duration
}

// Ahead implements [incident.Clock], by the Date of DynamoDB's answers.
func (s *Store) Ahead() time.Duration {
	s.clock.mu.Lock()
	defer s.clock.mu.Unlock()
	return s.clock.ahead
}

// note notes the date of an answer.
func (c *clock) note(sent, got, date time.Time) {
	took := max(got.Sub(sent), got.Round(0).Sub(sent.Round(0))) // the monotonic clock stands still in a frozen function
	if date.IsZero() || took > longestLook || got.Round(0).Before(sent.Round(0)) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	ahead := got.Round(0).Sub(date)
	switch {
	case ahead.Abs() < clocksAgree:
		ahead, c.ahead = 0, 0
	case c.last != 0 && (ahead-c.last).Abs() < readingsAgree:
		c.ahead = ahead
	}
	c.last = ahead
}

// watch has the clock note the date of each answer.
func (c *clock) watch(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("Clock", func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
			sent := time.Now()
			out, metadata, err := next.HandleDeserialize(ctx, in)
			if answer, ok := out.RawResponse.(*smithyhttp.Response); ok {
				date, _ := http.ParseTime(answer.Header.Get("Date")) // zero: unknown
				c.note(sent, time.Now(), date)
			}
			return out, metadata, err
		}), middleware.After)
	})
}
