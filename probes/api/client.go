package api

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"valkyrie/probes/journey"
	"valkyrie/probes/journey/reach"
)

// A Client is an HTTP client of the site. It implements journey.Instrument. Create a new one for each run; call its request
// methods in the journey's steps: they fail the step when the site does not respond.
type Client struct {
	// BodyLimit is the most that is read of a response, in bytes; a longer one fails the step. 0: DefaultBodyLimit.
	BodyLimit int64

	stage     journey.Stage
	transport http.RoundTripper
	own       *http.Transport // nil when the stage has its own network
	step      *journey.T
	trace     trace
	cookies   cookies
	header    map[string]string

	mu        sync.Mutex
	exchanges []exchange // the latest of the run

	certificates []journey.Certificate // of the hosts of the run so far
}

// NewClient returns a client without cookies.
func NewClient() *Client { return &Client{} }

// Start prepares the client; it makes no request to the site.
func (c *Client) Start(ctx context.Context, stage journey.Stage) error {
	c.stage = stage
	switch network := stage.Network.(type) {
	case nil:
		c.own = http.DefaultTransport.(*http.Transport).Clone()
		c.own.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
			if res.StatusCode != http.StatusOK {
				return fmt.Errorf("%w: it answered %s", errProxy, res.Status)
			}
			return nil
		}
		if stage.Confined {
			dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second, Control: reach.New(ctx, stage.Site, stage.Hosts).Control}
			c.own.DialContext = dialer.DialContext
		}
		c.transport = c.own
	case http.RoundTripper:
		c.transport = network
	default:
		return fmt.Errorf("the stage's network is a %T; expected an http.RoundTripper", network)
	}
	return nil
}

// Begin sets the step that later requests belong to.
func (c *Client) Begin(t *journey.T) {
	c.step = t
	c.trace.reset()
}

// Died is always nil: a client cannot die.
func (c *Client) Died() error { return nil }

// Kill does nothing: every request ends with its step.
func (c *Client) Kill() {}

// Stop closes the client's connections.
func (c *Client) Stop() error {
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
	return nil
}

// WithoutChrome marks the client as an instrument that starts no Chrome; see journey.Journey.NeedsChrome.
func (c *Client) WithoutChrome() {}

// Version is empty: no product is driven.
func (c *Client) Version() string { return "" }

func (c *Client) now() time.Time {
	if c.stage.TimeNow == nil {
		return time.Now()
	}
	return c.stage.TimeNow()
}
