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
	Owner    string // whose orders these are; the same for the whole visit
	Email    string // "" for a visitor who has not signed in
	CSRF     string // must come back with every form
	Cart     cart
	Ordering bool // an order is being placed: a second one must wait

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

// find returns the session of a cookie, unless there is none or it has been idle for too long.
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
		st.makeRoom()
	}
	s := &session{Token: rand.Text(), Owner: uuid.NewString(), CSRF: rand.Text(), seen: st.now()}
	st.byToken[s.Token] = s
	return *s
}

// signIn gives the session a new token, so that a token planted before sign-in is worth nothing after it.
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

// end forgets a session and all it held.
func (st *sessionStore) end(token string) {
	st.mu.Lock()
	defer st.mu.Unlock()
	delete(st.byToken, token)
}

// forget forgets everybody.
func (st *sessionStore) forget() {
	st.mu.Lock()
	defer st.mu.Unlock()
	clear(st.byToken)
}

// update changes a session, if it still exists, while nobody else does.
func (st *sessionStore) update(token string, change func(*session)) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if s, ok := st.byToken[token]; ok {
		change(s)
	}
}

func (st *sessionStore) expired(s *session) bool { return st.now().Sub(s.seen) > sessionIdle }

// makeRoom forgets the expired sessions, or the one not seen for longest. The caller holds st.mu.
func (st *sessionStore) makeRoom() {
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
