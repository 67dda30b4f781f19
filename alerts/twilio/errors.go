package twilio

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/twilio/twilio-go/client"

	"valkyrie/alerts/paging"
)

// codeTooMany is Twilio's rate limit code: the request was not processed.
const codeTooMany = 20429

// classify wraps an error of Send in the sentinel that it means for the page. Only a failed connection or Twilio's rate
// limit (429) prove that nothing was sent, and only an error code of Twilio's proves that a retry is useless. A proxy's
// error page is neither, and timeouts, server errors and malformed answers leave the outcome unknown.
func (w *wire) classify(err error, mask func(string) string) error {
	said, isTwilios := twilioError(err)
	described := w.describe(err, mask)
	switch {
	case w.status == http.StatusTooManyRequests, isTwilios && said.Code == codeTooMany:
		return paging.RetryAfter{Wait: w.retryAfter, Err: fmt.Errorf("%w: %w", paging.ErrNotSent, described)}
	case isTwilios && rejectsAll(w.status, said.Code):
		return fmt.Errorf("%w: %w", paging.ErrProviderRejects, described)
	case isTwilios && permanent(w.status):
		return fmt.Errorf("%w: %w", paging.ErrRefused, described)
	case w.status == 0 && !w.connected.Load():
		return fmt.Errorf("%w: %w", paging.ErrNotSent, described)
	}
	return described
}

// describe says how far a request got, and the answer.
func (w *wire) describe(err error, mask func(string) string) error {
	said, isTwilios := twilioError(err)
	if outer := (*url.Error)(nil); errors.As(err, &outer) {
		err = outer.Err // it names Twilio's address, which twilio-go hardcodes, not the address used
	}
	switch {
	case isTwilios:
		return fmt.Errorf("answer %d, error %d: %s", w.status, said.Code, mask(said.Message))
	case w.status != 0:
		return fmt.Errorf("answer %d: %w", w.status, masked{err, mask})
	case !w.connected.Load():
		return fmt.Errorf("no connection: %w", masked{err, mask})
	}
	return fmt.Errorf("no answer: %w", masked{err, mask})
}

// twilioError returns the error that Twilio itself reported, if any.
func twilioError(err error) (*client.TwilioRestError, bool) {
	var said *client.TwilioRestError
	return said, errors.As(err, &said) && said.Code != 0
}

// rejectsAll reports whether Twilio would reject every call and text: the account, the number or our addresses are at
// fault. The codes are listed at https://www.twilio.com/docs/api/errors.
func rejectsAll(status, code int) bool {
	switch code {
	case 10001, 20003, 20005, 20403, 30002: // account: not active, not authenticated, not active, forbidden, suspended
		return true
	case 21205, 21210, 21212, 21213, 21603, 21606, 21609: // a callback's address; our number
		return true
	}
	return status == http.StatusUnauthorized || status == http.StatusForbidden
}

// permanent reports whether a status means that a retry is useless. 0 is twilio-go's own rejection before sending.
func permanent(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return status == 0 || (status >= 400 && status < 500)
}

// masked is an error with secrets removed from its text, in case a server echoed them.
type masked struct {
	err  error
	mask func(string) string
}

func (m masked) Error() string { return m.mask(m.err.Error()) }
func (m masked) Unwrap() error { return m.err }

// mask removes the token, also in the form of the Authorization header.
func (p *Client) mask(s string) string {
	header := base64.StdEncoding.EncodeToString([]byte(p.cfg.AccountSID + ":" + p.cfg.AuthToken))
	return strings.NewReplacer(p.cfg.AuthToken, "[token]", header, "[credentials]").Replace(s)
}
