// Package credentials answers a site's request for a user name and a password by HTTP
// (https://www.rfc-editor.org/rfc/rfc9110#section-11), as staging sites make it.
//
// It exists so that a password is never part of an address, which is logged, and reaches no other origin than the site's.
package credentials

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/fetch"
)

// A Store holds what the site gets. It is safe for concurrent use; the zero value is empty.
type Store struct {
	mu             sync.Mutex
	set            bool
	user, password string
	given          map[fetch.RequestID]bool // requests that have been answered
}

// Set sets the user name and the password.
func (s *Store) Set(user, password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.set, s.user, s.password, s.given = true, user, password, map[fetch.RequestID]bool{}
}

// Exist reports whether they have been set.
func (s *Store) Exist() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.set
}

// Answer is the answer to a request for credentials by an origin: those of the site once, and then not again, as they were
// refused.
func (s *Store) Answer(ev *fetch.EventAuthRequired, site string) *fetch.AuthChallengeResponse {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := ev.AuthChallenge
	switch {
	case !s.set || c == nil || c.Source != fetch.AuthChallengeSourceServer || c.Origin != site:
		return &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseDefault}
	case s.given[ev.RequestID]:
		return &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseCancelAuth}
	}
	s.given[ev.RequestID] = true
	return &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseProvideCredentials, Username: s.user, Password: s.password}
}

// withUser matches an address with a user name, and perhaps a password, before its host.
var withUser = regexp.MustCompile(`^(https?://)([^/?#@\\]*)@`)

// Cut cuts a user name and a password out of an address; found is whether it had any.
func Cut(address string) (bare, user, password string, found bool, err error) {
	m := withUser.FindStringSubmatch(address)
	if m == nil {
		return address, "", "", false, nil
	}
	user, password, _ = strings.Cut(m[2], ":")
	user, badUser := url.PathUnescape(user)
	password, badPassword := url.PathUnescape(password)
	if badUser != nil || badPassword != nil {
		err = errors.New("the user name or the password in the address is not escaped properly")
	}
	return m[1] + address[len(m[0]):], user, password, true, err
}
