package api

import (
	"fmt"
	"io"
	"net/http"
)

// follow sends a request, and follows redirects.
func (c *Client) follow(r *http.Request, keep bool) (Answer, error) {
	var hops []Redirect
	for {
		answer, err := c.exchange(r)
		answer.Redirects, answer.Address = hops, r.URL.String()
		location := answer.Header.Get("Location")
		if err != nil || keep || !isRedirect(answer.Status) || location == "" {
			return answer, err
		}
		if len(hops) == maxRedirects {
			return answer, fmt.Errorf("redirected more than %d times", maxRedirects)
		}
		next, err := c.redirected(r, answer.Status, location)
		if err != nil {
			return answer, err
		}
		if next == nil { // to another scheme, such as that of an app
			return answer, nil
		}
		hops = append(hops, Redirect{Status: answer.Status, From: r.URL.String(), To: next.URL.String(), Sent: r.Method, Method: next.Method})
		r = next
	}
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// redirected is the request after a redirect, as RFC 9110 section 15.4 and browsers have it: 303 makes a GET of anything, 301
// and 302 make one of a POST, 307 and 308 keep method and body. Another origin gets no credentials. nil: it cannot be followed.
func (c *Client) redirected(r *http.Request, status int, location string) (*http.Request, error) {
	to, ok := resolve(r.URL, location)
	if !ok {
		return nil, nil
	}
	next := r.Clone(r.Context())
	next.URL, next.Host = to, ""
	get := status == http.StatusSeeOther && r.Method != http.MethodHead || status <= http.StatusFound && r.Method == http.MethodPost
	switch {
	case get:
		next.Method, next.Body, next.GetBody, next.ContentLength = http.MethodGet, http.NoBody, nil, 0
		next.Header.Del("Content-Type")
	case r.GetBody != nil:
		next.Body, _ = r.GetBody() // of memory, which cannot fail
	}
	if !sameOrigin(to, r.URL) {
		kept := http.Header{}
		for _, name := range []string{"Accept", "Content-Type", "User-Agent"} {
			if value := next.Header.Get(name); value != "" {
				kept.Set(name, value)
			}
		}
		next.Header = kept
		if body := c.bodyOf(next); c.step.Mask().Has(body) {
			return nil, fmt.Errorf("it redirects (%d) to another origin, %s, which must not get the secret in the body", status, to.Host)
		}
	}
	return next, nil
}

// bodyOf is the body that a request will send.
func (c *Client) bodyOf(r *http.Request) string {
	if r.GetBody == nil {
		return ""
	}
	body, err := r.GetBody()
	if err != nil {
		return ""
	}
	text, _ := io.ReadAll(body)
	return string(text)
}
