package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// A Client places calls and sends texts through one Twilio account. It is safe for concurrent use.
type Client struct {
	cfg  ClientConfig
	base *url.URL // nil: Twilio's own
}

var _ paging.Phone = (*Client)(nil)

// New returns a Client, or all faults of its configuration. It sends nothing yet.
func New(cfg ClientConfig) (*Client, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	p := &Client{cfg: cfg}
	if cfg.Timeout == 0 {
		p.cfg.Timeout = 10 * time.Second
	}
	if cfg.Transport == nil {
		p.cfg.Transport = http.DefaultTransport
	}
	if cfg.TimeNow == nil {
		p.cfg.TimeNow = time.Now
	}
	if cfg.BaseURL != "" {
		p.base, _ = url.Parse(cfg.BaseURL) // validated
	}
	return p, nil
}

// Send places the call or sends the text, once, and returns Twilio's id for it. Its errors are specified at
// paging.Phone.
func (p *Client) Send(ctx context.Context, d paging.Dispatch) (string, error) {
	if len(d.PageID) == 0 || len(d.PageID) > maxPageID {
		return "", fmt.Errorf("twilio: %w: page id of %d bytes: want 1 to %d", paging.ErrRefused, len(d.PageID), maxPageID)
	}
	switch d.Channel {
	case incident.Call:
		return p.create(ctx, "call "+d.To, func(t *api.ApiService) (*string, error) {
			c, err := t.CreateCall(p.callParams(d))
			if err != nil {
				return nil, err
			}
			return c.Sid, nil
		})
	case incident.Text:
		return p.create(ctx, "text "+d.To, func(t *api.ApiService) (*string, error) {
			m, err := t.CreateMessage(p.textParams(d))
			if err != nil {
				return nil, err
			}
			return m.Sid, nil
		})
	}
	return "", fmt.Errorf("twilio: %w: %w", paging.ErrRefused, errChannel(d.Channel))
}

func errChannel(c incident.Channel) error {
	return fmt.Errorf("channel %q: want %q or %q", c, incident.Call, incident.Text)
}

// errNoSID reports an answer "created" without an id: the outcome is unknown.
var errNoSID = errors.New("accepted, but the answer has no sid")

// create makes one request that must not be repeated, and classifies its error.
func (p *Client) create(ctx context.Context, what string, do func(*api.ApiService) (*string, error)) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	w := p.wire(ctx)
	sid, err := do(p.service(w))
	if err == nil && (sid == nil || *sid == "") {
		err = errNoSID
	}
	if err != nil {
		return "", fmt.Errorf("twilio: %s: %w", what, w.classify(err, p.mask))
	}
	return *sid, nil
}

func (p *Client) service(w *wire) *api.ApiService { return api.NewApiServiceWithClient(p.rest(w)) }

// rest returns twilio-go's client for one request.
func (p *Client) rest(w *wire) *client.Client {
	c := &client.Client{
		Credentials: client.NewCredentials(p.cfg.AccountSID, p.cfg.AuthToken),
		HTTPClient:  &http.Client{Transport: w, CheckRedirect: stay},
	}
	c.SetAccountSid(p.cfg.AccountSID)
	return c
}

// stay follows no redirect: the credentials are for one host.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

var _ paging.Hanger = (*Client)(nil)

// HangUp ends a call. Twilio ends a ringing or answered call as "completed", and removes a queued one as "canceled".
// See https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource.
func (p *Client) HangUp(ctx context.Context, sid string) error {
	status, err := p.updateStatus(ctx, sid, "completed")
	if err == nil && status == "queued" {
		_, err = p.updateStatus(ctx, sid, "canceled")
	}
	return err
}

// updateStatus requests a call's new status and returns the resulting one.
func (p *Client) updateStatus(ctx context.Context, sid, as string) (status string, err error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	w := p.wire(ctx)
	call, err := p.service(w).UpdateCall(sid, new(api.UpdateCallParams).SetStatus(as))
	if err != nil {
		return "", fmt.Errorf("twilio: hang up %s: %w", sid, w.describe(err, p.mask))
	}
	if call.Status != nil {
		status = *call.Status
	}
	return status, nil
}
