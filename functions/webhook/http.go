package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// request converts an event of a Function URL to the request. Path and query are byte for byte those that were sent, since
// Twilio signs them.
// See https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads.
func request(ctx context.Context, in events.LambdaFunctionURLRequest) (*http.Request, error) {
	body, err := []byte(in.Body), error(nil)
	if in.IsBase64Encoded {
		if body, err = base64.StdEncoding.DecodeString(in.Body); err != nil {
			return nil, errors.New("decode its body: expected base64")
		}
	}
	method, domain := in.RequestContext.HTTP.Method, in.RequestContext.DomainName
	if method == "" || domain == "" || !strings.HasPrefix(in.RawPath, "/") {
		return nil, errors.New("expected a method, a domain name and a path")
	}
	r, err := http.NewRequestWithContext(ctx, method, "https://"+domain, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	path, err := url.PathUnescape(in.RawPath)
	if err != nil {
		return nil, fmt.Errorf("parse its path: %w", err)
	}
	r.URL.Path, r.URL.RawPath, r.URL.RawQuery = path, in.RawPath, in.RawQueryString
	for name, value := range in.Headers {
		r.Header.Set(name, value)
	}
	r.RemoteAddr = in.RequestContext.HTTP.SourceIP
	return r, nil
}

// An answer is an http.ResponseWriter that collects the response.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newAnswer() *answer { return &answer{header: http.Header{}} }

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

// response converts the answer for the Function URL: text as it is, anything else in base64.
func (a *answer) response() events.LambdaFunctionURLResponse {
	a.WriteHeader(http.StatusOK)
	out := events.LambdaFunctionURLResponse{StatusCode: a.status, Headers: map[string]string{}, Body: a.body.String()}
	for name, values := range a.header {
		out.Headers[name] = strings.Join(values, ", ")
	}
	if !utf8.Valid(a.body.Bytes()) {
		out.Body, out.IsBase64Encoded = base64.StdEncoding.EncodeToString(a.body.Bytes()), true
	}
	return out
}
