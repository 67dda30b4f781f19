package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"

	"valkyrie/probes/journey"
)

// bodyLimit is the most that is read of a response, in bytes. A longer one fails the step: megabytes where a line is
// expected are a fault.
const bodyLimit = 4 << 20

// An Answer is the site's response to a request.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte

	step *journey.T
	name string // "GET /api/jobs"
}

// Get requests a path of the site, such as "/api/jobs".
func (c *Client) Get(path string) Answer { return c.Ask(http.MethodGet, path, nil) }

// Post sends body, as JSON, to a path of the site.
func (c *Client) Post(path string, body any) Answer { return c.Ask(http.MethodPost, path, body) }

// Delete sends a DELETE request for a path of the site.
func (c *Client) Delete(path string) Answer { return c.Ask(http.MethodDelete, path, nil) }

// Ask sends a request with body, as JSON unless it is nil, and reads the whole response. Its duration is the customer's
// wait. Without a response the step fails.
func (c *Client) Ask(method, path string, body any) Answer {
	t := c.step
	name := method + " " + path
	request := c.request(method, path, body)
	began := c.now()
	answer, err := c.send(request)
	t.Waited(c.now().Sub(began))
	answer.step, answer.name = t, name
	c.keep(request, answer, began, err)
	if journey.Exhausted(err) {
		t.Brokenf("%s: %s", name, c.reason(err))
	}
	if err != nil {
		t.Failf("%s: %s", name, c.reason(err))
	}
	return answer
}

// request creates a request with the stage's headers.
func (c *Client) request(method, path string, body any) *http.Request {
	t := c.step
	var content []byte
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			t.Brokenf("%s %s: encoding the body as JSON failed: %v", method, path, err)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), method, t.URL(path), bytes.NewReader(content))
	if err != nil {
		t.Brokenf("%s %s: %v", method, path, err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", strings.TrimSpace("Mozilla/5.0 (compatible) "+c.stage.Agent))
	if c.stage.Trace {
		r.Header.Set("Traceparent", traceparent(c.stage.RunID))
	}
	return r
}

func (c *Client) send(r *http.Request) (Answer, error) {
	r = r.WithContext(httptrace.WithClientTrace(r.Context(), c.trace.hooks(c.now)))
	c.trace.start(c.now())
	res, err := c.http.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, bodyLimit+1))
	c.trace.done(c.now())
	if err == nil && len(body) > bodyLimit {
		err = errors.New("the answer is longer than 4 MB")
	}
	return Answer{Status: res.StatusCode, Header: res.Header, Body: body}, err
}

// reason is why there was no response, without the address that net/http repeats.
func (c *Client) reason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer " + c.step.LimitNote()
	}
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the connection was closed in the middle"
	}
	return err.Error()
}

// Expect fails the step unless the response has this status; the error quotes the response.
func (a Answer) Expect(status int) Answer {
	if a.Status != status {
		a.step.Failf("%s: expected %d %s, got %d %s%s", a.name, status, http.StatusText(status), a.Status, http.StatusText(a.Status), a.excerpt())
	}
	return a
}

// JSON decodes the response into v, a pointer. A response that is not JSON, or does not fit, fails the step.
func (a Answer) JSON(v any) {
	if err := json.Unmarshal(a.Body, v); err != nil {
		a.step.Failf("%s: expected JSON: %v%s", a.name, err, a.excerpt())
	}
}

// excerpt is the beginning of the response, for an error.
func (a Answer) excerpt() string {
	const most = 200
	text := strings.Join(strings.Fields(string(a.Body)), " ")
	if text == "" {
		return ""
	}
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return ": " + text
}
