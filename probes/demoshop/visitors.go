package demoshop

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
)

const (
	sessionCookie = "bingo_session"
	maxFormBytes  = 64 << 10
)

// visitorHandler answers a request of a known visitor, signed in or not.
type visitorHandler func(w http.ResponseWriter, r *http.Request, v session)

// visitor finds or opens the visitor's session, and lets a form through only if it carries the session's token.
func (s *Shop) visitor(next visitorHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, ok := s.currentSession(r)
		if !ok {
			v = s.sessions.open()
			setSessionCookie(w, v.Token)
		}
		if r.Method == http.MethodPost && !s.acceptForm(w, r, v) {
			return
		}
		next(w, r, v)
	}
}

// member is visitor for pages that need sign-in. A page redirects there and back; a form is refused, because the
// address to come back to could not repeat it.
func (s *Shop) member(next visitorHandler) http.HandlerFunc {
	return s.visitor(func(w http.ResponseWriter, r *http.Request, v session) {
		switch {
		case v.Email != "":
			next(w, r, v)
		case r.Method == http.MethodPost:
			s.problem(w, r, v, http.StatusUnauthorized, "Please sign in", "Your session has ended. Sign in again to go on.")
		default:
			http.Redirect(w, r, "/sign-in?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		}
	})
}

func (s *Shop) currentSession(r *http.Request) (session, bool) {
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return session{}, false
	}
	return s.sessions.find(c.Value)
}

// acceptForm reads the form and checks its CSRF token; if it returns false, it has answered.
func (s *Shop) acceptForm(w http.ResponseWriter, r *http.Request, v session) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	if err := r.ParseForm(); err != nil {
		status := http.StatusBadRequest
		if _, tooLong := errors.AsType[*http.MaxBytesError](err); tooLong {
			status = http.StatusRequestEntityTooLarge
		}
		s.problem(w, r, v, status, "That form is not right", "It is too long, or it was cut off on the way.")
		return false
	}
	if subtle.ConstantTimeCompare([]byte(r.PostForm.Get("csrf")), []byte(v.CSRF)) == 1 {
		return true
	}
	s.problem(w, r, v, http.StatusForbidden, "That form has expired", "Reload the page and try again.")
	return false
}

func setSessionCookie(w http.ResponseWriter, token string) {
	http.SetCookie(w, &http.Cookie{
		Name:     sessionCookie,
		Value:    token,
		Path:     "/",
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	})
}
