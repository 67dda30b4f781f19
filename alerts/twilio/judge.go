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

// codeTooMany is Twilio's code for "too many requests": it was not processed.
const codeTooMany = 20429

// judge says what an error of Send means for the page. It is sure that nothing was sent only when there was never a
// connection, or the carrier says so; and that it is of no use to send it again only when Twilio gives a reason of its
// own. A proxy's error page is neither, and so are time-outs, server errors and broken answers: those stay unknown.
func (w *wire) judge(err error, mask func(string) string) error {
	said, isTwilios := twilios(err)
	told := w.tell(err, mask)
	switch {
	case w.status == http.StatusTooManyRequests, isTwilios && said.Code == codeTooMany:
		return fmt.Errorf("%w: %w", paging.ErrNotSent, told)
	case isTwilios && closed(w.status, said.Code):
		return fmt.Errorf("%w: %w", paging.ErrProviderRejects, told)
	case isTwilios && permanent(w.status):
		return fmt.Errorf("%w: %w", paging.ErrRefused, told)
	case w.status == 0 && !w.connected.Load():
		return fmt.Errorf("%w: %w", paging.ErrNotSent, told)
	}
	return told
}

// tell says how far a request got and what came back.
func (w *wire) tell(err error, mask func(string) string) error {
	said, isTwilios := twilios(err)
	if outer := (*url.Error)(nil); errors.As(err, &outer) {
		err = outer.Err // it names Twilio's address, which twilio-go hardcodes, and not the one that was asked
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

// twilios returns the error that Twilio itself gave, if it did.
func twilios(err error) (*client.TwilioRestError, bool) {
	var said *client.TwilioRestError
	return said, errors.As(err, &said) && said.Code != 0
}

// closed reports whether Twilio would refuse any call and any text: our account, our number or our addresses are at fault.
// The codes are listed at https://www.twilio.com/docs/api/errors.
func closed(status, code int) bool {
	switch code {
	case 10001, 20003, 20005, 20403, 30002: // account: not active, not authenticated, not active, forbidden, suspended
		return true
	case 21205, 21210, 21212, 21213, 21603, 21606, 21609: // a callback's address; our number
		return true
	}
	return status == http.StatusUnauthorized || status == http.StatusForbidden
}

// permanent reports whether a status means that the same request will never be taken. 0 is twilio-go's own refusal,
// made before anything is sent.
func permanent(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return status == 0 || (status >= 400 && status < 500)
}

// masked is an error whose words are cleaned of secrets, should a server have echoed them.
type masked struct {
	err  error
	mask func(string) string
}

func (m masked) Error() string { return m.mask(m.err.Error()) }
func (m masked) Unwrap() error { return m.err }

// mask hides the token, also as the Authorization header carries it.
func (p *Phone) mask(s string) string {
	header := base64.StdEncoding.EncodeToString([]byte(p.cfg.AccountSID + ":" + p.cfg.AuthToken))
	return strings.NewReplacer(p.cfg.AuthToken, "[token]", header, "[credentials]").Replace(s)
}
