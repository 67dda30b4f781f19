package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"

	"valkyrie/probes/journey"
)

// DefaultBodyLimit is the most that is read of a response, in bytes. A longer one fails the step: megabytes where a line is
// expected are a fault.
const DefaultBodyLimit = 4 << 20

// A Request is the argument of Send.
type Request struct {
	Method string            // "": GET
	Path   string            // of the site, or a whole address
	Header map[string]string // in addition to the client's
	Body   any               // encoded as JSON, or as it is when it is a []byte; nil: none
	// KeepRedirect returns the site's redirect as the answer, instead of following it.
	KeepRedirect bool
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
	return c.Send(Request{Method: method, Path: path, Body: body})
}

// GraphQL posts a query with its variables, and fails the step unless the answer is 200 without errors.
func (c *Client) GraphQL(path, query string, variables map[string]any) Answer {
	return c.Post(path, map[string]any{"query": query, "variables": variables}).Expect(http.StatusOK).ExpectGraphQL()
}

// Send sends a request as Ask does, with headers of its own. Redirects are followed as browsers do, and reported: see
// Answer.Redirects.
func (c *Client) Send(asked Request) Answer {
	t := c.step
	asked.Method = strings.ToUpper(asked.Method)
	if asked.Method == "" {
		asked.Method = http.MethodGet
	}
	name := asked.Method + " " + asked.Path
	request := c.request(asked)
	began := c.now()
	answer, err := c.follow(request, asked.KeepRedirect)
	t.Waited(c.now().Sub(began))
	answer.step, answer.name, answer.Took = t, name, c.now().Sub(began)
	c.keep(request, answer, began, err)
	c.giveUp(name, err)
	return answer
}

// giveUp ends the step if there is an error: as broken if the probe itself is to blame.
func (c *Client) giveUp(name string, err error) {
	switch {
	case err == nil:
	case isProbeFault(err):
		c.step.Brokenf("%s: the probe itself could not ask: %s", name, c.reason(err))
	default:
		c.step.Failf("%s: %s", name, c.reason(err))
	}
}

// request creates a request with the client's headers.
func (c *Client) request(asked Request) *http.Request {
	t := c.step
	content, isText := asked.Body.([]byte)
	if asked.Body != nil && !isText {
		var err error
		if content, err = json.Marshal(asked.Body); err != nil {
			t.Brokenf("%s %s: encoding the body as JSON failed: %v", asked.Method, asked.Path, err)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), asked.Method, t.URL(asked.Path), bytes.NewReader(content))
	if err != nil {
		t.Brokenf("%s %s: %v", asked.Method, asked.Path, err)
	}
	if len(content) == 0 {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	if asked.Body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", strings.TrimSpace("Mozilla/5.0 (compatible) "+c.stage.Agent))
	if c.ours(r.URL) {
		for name, value := range c.header {
			r.Header.Set(name, value)
		}
		if c.stage.Trace {
			r.Header.Set("Traceparent", journey.Traceparent(c.stage.RunID, t.Step()))
		}
	}
	for name, value := range asked.Header {
		r.Header.Set(name, value)
	}
	return r
}

// ours reports whether an address is of the site's own origin, which alone gets credentials.
func (c *Client) ours(u *url.URL) bool { return sameOrigin(u, c.stage.Site) }

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && portOf(a) == portOf(b)
}

func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}

// maxRedirects is how many redirects are followed.
const maxRedirects = 10

// exchange sends one request, with its cookies, and reads the response. A request on a kept connection that the server closes
// without a word is sent again on a new one, as browsers do: the server's time for idle connections was over.
func (c *Client) exchange(r *http.Request) (Answer, error) {
	r.Header.Del("Cookie")
	if cookies := c.cookies.header(r.URL, c.now()); cookies != "" {
		r.Header.Set("Cookie", cookies)
	}
	answer, p, err := c.once(r)
	if err != nil && p.reused && !p.answered && isClosed(err) && r.Context().Err() == nil {
		if c.own != nil {
			c.own.CloseIdleConnections()
		}
		if r.GetBody != nil {
			r.Body, _ = r.GetBody()
		}
		answer, p, err = c.once(r)
	}
	if err != nil {
		err = &exchangeError{err: err, progress: p}
	}
	return answer, err
}

// progress is how far an exchange got.
type progress struct {
	connected, reused, answered bool
	left                        time.Duration // of the step's time when it began; 0: it has no end
	read                        int64         // bytes of the body
}

// once sends a request once.
func (c *Client) once(r *http.Request) (a Answer, p progress, err error) {
	if end, ok := r.Context().Deadline(); ok {
		p.left = time.Until(end)
	}
	p.connected = c.own == nil // a network of the stage reports no connection
	hooks := c.trace.hooks(c.now)
	gotConn := hooks.GotConn
	hooks.GotConn = func(info httptrace.GotConnInfo) { p.connected, p.reused = true, info.Reused; gotConn(info) }
	before := c.trace.waterfall()
	c.trace.start(c.now())
	defer func() { a.Times = timesBetween(before, c.trace.waterfall()) }()
	res, err := c.transport.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), hooks)))
	if err != nil {
		return a, p, err
	}
	p.answered = true
	c.trace.answered(c.now())
	c.noteCertificate(r.URL.Hostname(), res.TLS)
	defer res.Body.Close()
	c.cookies.store(r.URL, res.Header["Set-Cookie"], c.now())
	a = Answer{Status: res.StatusCode, Header: res.Header}
	if res.StatusCode == http.StatusSwitchingProtocols || r.Method == http.MethodHead {
		return a, p, nil // what follows is no body
	}
	if isPartial(r.Context()) {
		a.Body, err = readPart(res, a)
		p.read = int64(len(a.Body))
	} else {
		a.Body, p.read, err = c.read(res)
	}
	c.trace.done(c.now())
	return a, p, err
}

// partialBody is the context's key for requests of a sweep, which needs the links of a page and not the end of a film.
type partialBody struct{}

func withPartialBody(ctx context.Context) context.Context {
	return context.WithValue(ctx, partialBody{}, true)
}

func isPartial(ctx context.Context) bool { return ctx.Value(partialBody{}) != nil }

// readPart reads what may hold links, up to the limit, and of all else the beginning, if it is there at once.
func readPart(res *http.Response, a Answer) ([]byte, error) {
	if header := res.Header.Get("Content-Type"); header != "" {
		kind := mediaType(a)
		if !strings.Contains(kind, "html") && !strings.Contains(kind, "xml") && kind != "text/css" && !strings.Contains(kind, "gzip") && kind != "text/plain" {
			return nil, nil
		}
	}
	return io.ReadAll(io.LimitReader(res.Body, DefaultBodyLimit))
}

// read reads a response's body within the limit. Of a longer one it says how long it is.
func (c *Client) read(res *http.Response) (body []byte, n int64, err error) {
	limit := c.BodyLimit
	if limit == 0 {
		limit = DefaultBodyLimit
	}
	if coding := res.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, 0, fmt.Errorf("the body is encoded as %s, which was not asked for", coding)
	}
	body, err = io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil && res.Uncompressed && !isTimeout(err) {
		err = fmt.Errorf("%w: %w", errGzip, err)
	}
	if n = int64(len(body)); err != nil || n <= limit {
		return body, n, err
	}
	rest, errRest := io.Copy(io.Discard, io.LimitReader(res.Body, 8*limit))
	size := fmt.Sprintf("it has %.1f MB", float64(n+rest)/(1<<20))
	if errRest != nil || rest == 8*limit {
		size = fmt.Sprintf("it has more than %.1f MB", float64(n+rest)/(1<<20))
	}
	return body[:limit], n + rest, fmt.Errorf("the answer is longer than %d MB: %s; raise Client.BodyLimit if that is right", limit>>20, size)
}

// SetHeader adds a header to all later requests to the site's own origin; others never get it.
func (c *Client) SetHeader(name, value string) {
	if c.header == nil {
		c.header = map[string]string{}
	}
	c.header[http.CanonicalHeaderKey(name)] = value
}

// Bearer has all later requests to the site's own origin carry an access token, such as T.Secret("api-token"). It is hidden in
// evidence.
func (c *Client) Bearer(token string) { c.SetHeader("Authorization", "Bearer "+token) }
