package demoshop

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

type signInView struct {
	Email   string
	Next    string
	Problem string
}

func (s *Shop) showSignIn(w http.ResponseWriter, r *http.Request, v session) {
	s.render(w, r, v, http.StatusOK, "sign-in", "Sign in", signInView{Next: localPath(r.URL.Query().Get("next"))})
}

func (s *Shop) signIn(w http.ResponseWriter, r *http.Request, v session) {
	email, next := strings.TrimSpace(r.PostForm.Get("email")), localPath(r.PostForm.Get("next"))
	if !knowsPassword(email, r.PostForm.Get("password")) {
		s.render(w, r, v, http.StatusUnprocessableEntity, "sign-in", "Sign in", signInView{
			Email:   email,
			Next:    next,
			Problem: "That e-mail and password do not match.",
		})
		return
	}
	signedIn, ok := s.sessions.signIn(v.Token, DemoEmail)
	if !ok {
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return
	}
	setSessionCookie(w, signedIn.Token)
	http.Redirect(w, r, next, http.StatusSeeOther)
}

func (s *Shop) signOut(w http.ResponseWriter, r *http.Request, v session) {
	s.sessions.end(v.Token)
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// knowsPassword compares in constant time, as a shop with real accounts would have to.
func knowsPassword(email, password string) bool {
	given := sha256.Sum256([]byte(strings.ToLower(email) + "\x00" + password))
	wanted := sha256.Sum256([]byte(DemoEmail + "\x00" + DemoPassword))
	return subtle.ConstantTimeCompare(given[:], wanted[:]) == 1
}

// localPath returns next if it is a path of this site, and the page after sign-in otherwise: a link to the sign-in form
// must not redirect to other sites.
func localPath(next string) string {
	local := strings.HasPrefix(next, "/") && !strings.HasPrefix(next, "//") && !strings.ContainsAny(next, "\\\r\n\t")
	if !local {
		return "/cards"
	}
	return next
}

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

// member is visitor for pages that require sign-in. A page redirects to the form and back; a form is refused, since the
// redirect could not repeat it.
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

// acceptForm parses the form and checks its CSRF token; when it returns false, it has answered.
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
