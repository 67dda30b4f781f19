package demoshop

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
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

// localPath returns next if it stays on this site, and the page after sign-in otherwise: a link to our sign-in form
// must not be able to send people elsewhere.
func localPath(next string) string {
	local := strings.HasPrefix(next, "/") && !strings.HasPrefix(next, "//") && !strings.ContainsAny(next, "\\\r\n\t")
	if !local {
		return "/cards"
	}
	return next
}
