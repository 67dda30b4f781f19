package demoshop

import (
	"errors"
	"log/slog"
	"sync"
	"time"
)

const (
	helpers     = 400            // who help at the fairs: each has a shift tomorrow, and gets a text tonight
	textHour    = 2              // o'clock, UTC, when the nightly task sends them
	connections = 150            // to the texting service, at most
	oneDay      = 24 * time.Hour // from night to night
)

// errNoConnection is behind the loss of a text: every connection is taken.
var errNoConnection = errors.New("no connection to the texting service is free")

// texts is the nightly task that tells helpers of their shifts. When its connections are not given back, there are none
// left after the first hundred and fifty, and the rest of the texts is lost: one line each in a log that nobody reads.
type texts struct {
	clock Clock
	log   *slog.Logger

	mu      sync.Mutex
	leaks   bool
	taken   int // connections
	next    time.Time
	planned int // shifts in the last night
	sent    int // texts in the last night
}

func newTexts(cfg Config) *texts {
	now := cfg.Clock.Now()
	t := &texts{clock: cfg.Clock, log: cfg.Log, planned: helpers, sent: helpers}
	t.next = now.UTC().Truncate(oneDay).Add(textHour * time.Hour)
	if !t.next.After(now) {
		t.next = t.next.Add(oneDay)
	}
	return t
}

// leak makes the task forget to give its connections back.
func (t *texts) leak(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.leaks, t.taken = on, 0
}

// lastNight is how many shifts there were, and how many texts went. The task runs if its hour has come.
func (t *texts) lastNight() (planned, sent int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for now := t.clock.Now(); !now.Before(t.next); t.next = t.next.Add(oneDay) {
		t.night()
	}
	return t.planned, t.sent
}

// night sends everybody their text. The task is started anew each night, with no connections taken.
func (t *texts) night() {
	t.planned, t.sent, t.taken = helpers, 0, 0
	for range helpers {
		if err := t.send(); err != nil {
			t.log.Debug("text not sent", "err", err)
			continue
		}
		t.sent++
	}
}

func (t *texts) send() error {
	if t.taken == connections {
		return errNoConnection
	}
	t.taken++
	if !t.leaks {
		t.taken--
	}
	return nil
}
