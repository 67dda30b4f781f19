package api

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"valkyrie/probes/journey"
)

// An exchangeError is why a request got no whole response, and how far it got.
type exchangeError struct {
	err error
	progress
}

func (e *exchangeError) Error() string { return e.err.Error() }
func (e *exchangeError) Unwrap() error { return e.err }

// reason is why there was no response, in words, without the address that net/http repeats.
func (c *Client) reason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) || isTimeout(err) && c.step.Context().Err() != nil {
		return c.timeout(err)
	}
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	if header, ok := errors.AsType[tls.RecordHeaderError](err); ok && string(header.RecordHeader[:]) == "HTTP/" {
		return "the server gave an HTTP response to HTTPS: its port is not one for TLS"
	}
	if isClosed(err) && !errors.Is(err, errGzip) {
		return "the connection was closed in the middle"
	}
	return err.Error()
}

// errGzip is an error of a body that is said to be compressed.
var errGzip = errors.New("the gzip body is cut off, or not gzip at all")

// timeout says which time was over: to connect, to answer, or for the body; and whether the step had its whole limit for it.
func (c *Client) timeout(err error) string {
	within := c.step.LimitNote()
	what := "no answer"
	var e *exchangeError
	if errors.As(err, &e) {
		if limit, parseErr := time.ParseDuration(strings.TrimPrefix(within, "within ")); parseErr == nil && e.left < limit*9/10 {
			within = fmt.Sprintf("in the %v that were left of the step's %v", e.left.Round(time.Millisecond), limit)
		}
		switch {
		case !e.connected:
			what = "no connection"
		case e.answered:
			what = fmt.Sprintf("the answer began, but its body stalled after %d bytes: not whole", e.read)
		}
	}
	return what + " " + within
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

// isClosed reports whether the server closed the connection in the middle.
func isClosed(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		strings.Contains(err.Error(), "server closed idle connection")
}

// ownFaults are the errors of the probe's network, beside those of a machine that is exhausted: none is there, or a firewall
// of its own forbids the connection.
var ownFaults = []error{syscall.ENETDOWN, syscall.ENETUNREACH, syscall.EACCES, syscall.EPERM, syscall.EAGAIN}

// errProxy is an error of the probe's own proxy.
var errProxy = errors.New("the probe's proxy did not connect to it")

// isProbeFault reports whether the probe's own machine, network or proxy causes the error, as package neterror does for Chrome.
func isProbeFault(err error) bool {
	if journey.Exhausted(err) || slices.ContainsFunc(ownFaults, func(own error) bool { return errors.Is(err, own) }) {
		return true
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		return true
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && !dns.IsNotFound && !dns.IsTimeout {
		return strings.Contains(dns.Err, "connection refused") || strings.Contains(dns.Err, "too many open files") || strings.Contains(dns.Err, "unreachable")
	}
	return errors.Is(err, errProxy)
}
