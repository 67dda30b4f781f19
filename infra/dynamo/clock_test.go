package dynamo

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"valkyrie/alerts/incident"
)

// roundTrip is an HTTP client.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) Do(r *http.Request) (*http.Response, error) { return f(r) }

// TestClock: the date of the answers shows how far this machine's clock is ahead, from the second answer on, and until one agrees.
func TestClock(t *testing.T) { synctest.Test(t, testClock) }

func testClock(t *testing.T) {
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // when the bubble begins
	var ahead time.Duration
	dated := true
	client := roundTrip(func(*http.Request) (*http.Response, error) {
		header := http.Header{"Content-Type": {"application/x-amz-json-1.0"}}
		if dated {
			header.Set("Date", now.Add(-ahead).Format(http.TimeFormat))
		}
		return &http.Response{StatusCode: 200, Header: header, Body: io.NopCloser(strings.NewReader("{}"))}, nil
	})
	s, err := Open(t.Context(), Config{Table: "valkyrie", AWS: &aws.Config{Region: "eu-west-1", HTTPClient: client, Credentials: aws.CredentialsProviderFunc(
		func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
		})}})
	if err != nil {
		t.Fatal(err)
	}
	for n, c := range []struct {
		ahead time.Duration
		dated bool
		want  time.Duration // within a minute
	}{
		{0, true, 0},
		{4 * time.Minute, true, 0},
		{4 * time.Minute, true, 4 * time.Minute},
		{0, false, 4 * time.Minute},
		{-time.Hour, true, 4 * time.Minute},
		{-time.Hour, true, -time.Hour},
		{5 * time.Second, true, 0},
		{4 * time.Minute, true, 0},
		{0, true, 0},
	} {
		ahead, dated = c.ahead, c.dated
		if _, err := s.Item(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		if got := s.Ahead(); (got - c.want).Abs() > time.Minute {
			t.Errorf("answer %d: %s ahead, want %s", n, got, c.want)
		}
		if got := incident.TimeOf(s, now); !got.Equal(now.Add(-s.Ahead())) {
			t.Errorf("answer %d: %s by the store's clock at %s", n, got, now)
		}
	}
}

// TestSlowAnswer: an answer after a time in which the function may have been frozen shows no difference.
func TestSlowAnswer(t *testing.T) {
	sent := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		got  time.Time
		want time.Duration
	}{
		"slow": {sent.Add(longestLook + time.Second), 0}, "at once": {sent.Add(time.Second), time.Hour}, "set back meanwhile": {sent.Add(-time.Second), 0},
	} {
		var k clock
		for range 2 {
			k.note(sent, c.got, c.got.Add(-time.Hour))
		}
		if k.ahead != c.want {
			t.Errorf("%s: %s ahead, want %s", name, k.ahead, c.want)
		}
	}
}
