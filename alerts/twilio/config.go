package twilio

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

// ClientConfig configures a Client.
type ClientConfig struct {
	AccountSID string // AC and 32 hexadecimal digits
	AuthToken  string // letters and digits, as Twilio issues them
	From       string // the calling number, E.164, such as +15005550006

	// BaseURL is scheme://host[:port] of a stand-in or a proxy. Empty: Twilio's own.
	BaseURL string
	// CallbackURL is the public base address of Callbacks, such as https://example.org, with no slash at the end.
	// Empty: no callbacks, so that no key can be pressed and none is asked for.
	CallbackURL string
	// FallbackURL is the base address of the Callbacks in another region. Twilio asks there for a call's next words when CallbackURL
	// does not answer to a key press. Empty: there are none.
	FallbackURL string

	// Shared has Find identify no call by the account's list, which does not say which deployment placed a call, if several have the
	// same number. A call in doubt then counts as placed once its callback comes, and is repeated otherwise.
	Shared bool

	Timeout   time.Duration     // of one request; 0: 10 s
	Transport http.RoundTripper // nil: http.DefaultTransport
	TimeNow   func() time.Time  // the clock of the times that Find is given; nil: time.Now
}

var (
	accountSID   = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
	alphanumeric = regexp.MustCompile(`^[0-9A-Za-z]+$`) // twilio-go rejects others
	e164         = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	// plainURL has no query (it would have to be signed byte by byte), no credentials, and no characters to escape in
	// XML.
	plainURL = regexp.MustCompile(`^https?://[0-9A-Za-z.:\[\]-]+(/[0-9A-Za-z._~/-]*[0-9A-Za-z._~-])?$`)
)

// maxCallbackURL keeps the two addresses in a call's TwiML within its limit.
const maxCallbackURL = 200

// validate returns all faults. It quotes numbers and addresses, never the token.
func (c ClientConfig) validate() error {
	var faults []error
	demand := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf("twilio: "+format, args...))
		}
	}
	demand(accountSID.MatchString(c.AccountSID), "account SID %q: want AC and 32 hexadecimal digits", c.AccountSID)
	demand(c.AuthToken != "", "auth token is missing")
	demand(c.AuthToken == "" || alphanumeric.MatchString(c.AuthToken), "auth token: want letters and digits only")
	demand(e164.MatchString(c.From), "from %q: want a number in E.164, such as +15005550006", c.From)
	demand(c.BaseURL == "" || isOrigin(c.BaseURL), "base URL: want scheme://host[:port] and nothing after it")
	for name, address := range map[string]string{"callback": c.CallbackURL, "fallback": c.FallbackURL} {
		demand(address == "" || (plainURL.MatchString(address) && len(address) <= maxCallbackURL),
			"%s URL: want http(s)://host[:port][/path], at most %d characters, no slash at the end, no query", name, maxCallbackURL)
	}
	demand(c.Timeout >= 0, "timeout %s: want 0 or more", c.Timeout)
	return errors.Join(faults...)
}

func isOrigin(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil &&
		u.Path == "" && u.RawQuery == "" && u.Fragment == ""
}
