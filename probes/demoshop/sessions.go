package demoshop

import (
	"crypto/rand"
	"sync"
	"time"

	"github.com/google/uuid"
)

const (
	maxSessions = 5_000
	sessionIdle = 12 * time.Hour
)

// session is one visitor. Values of it are snapshots; change one through sessionStore.update.
type session struct {
	Token    string // the cookie; changes at sign-in
	Owner    string // owner of the visit's orders
	Email    string // "" for a visitor who has not signed in
	CSRF     string // must come back with every form
	Cart     cart
	Ordering bool // an order is being placed

	seen time.Time
}

// sessionStore keeps at most maxSessions visitors.
type sessionStore struct {
	now func() time.Time

	mu      sync.Mutex
	byToken map[string]*session
}

func newSessionStore(now func() time.Time) *sessionStore {
	return &sessionStore{now: now, byToken: map[string]*session{}}
}

// find returns the session of a cookie unless it is unknown or has expired.
func (st *sessionStore) find(token string) (session, bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	s, ok := st.byToken[token]
	if !ok || st.expired(s) {
		return session{}, false
	}
	s.seen = st.now()
	return *s, true
}

// open starts the session of a new visitor.
func (st *sessionStore) open() session {
	st.mu.Lock()
	defer st.mu.Unlock()
	if len(st.byToken) >= maxSessions {
		st.evict()
	}
	s := &session{Token: rand.Text(), Owner: uuid.NewString(), CSRF: rand.Text(), seen: st.now()}
	st.byToken[s.Token] = s
	return *s
}

// signIn gives the session a new token, so that a token planted before sign-in is worthless after it.
func (st *sessionStore) signIn(token, email string) (session, bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	s, ok := st.byToken[token]
	if !ok {
		return session{}, false
	}
	delete(st.byToken, token)
	s.Token, s.CSRF, s.Email = rand.Text(), rand.Text(), email
	st.byToken[s.Token] = s
	return *s, true
}

// end deletes a session.
func (st *sessionStore) end(token string) {
	st.mu.Lock()
	defer st.mu.Unlock()
	delete(st.byToken, token)
}

// clear deletes all sessions.
func (st *sessionStore) clear() {
	st.mu.Lock()
	defer st.mu.Unlock()
	clear(st.byToken)
}

// update changes a session atomically, if it still exists.
func (st *sessionStore) update(token string, change func(*session)) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if s, ok := st.byToken[token]; ok {
		change(s)
	}
}

func (st *sessionStore) expired(s *session) bool { return st.now().Sub(s.seen) > sessionIdle }

// evict deletes the expired sessions, or the one unused for longest. The caller holds st.mu.
func (st *sessionStore) evict() {
	var oldest *session
	for token, s := range st.byToken {
		if st.expired(s) {
			delete(st.byToken, token)
		} else if oldest == nil || s.seen.Before(oldest.seen) {
			oldest = s
		}
	}
	if oldest != nil && len(st.byToken) >= maxSessions {
		delete(st.byToken, oldest.Token)
	}
}
