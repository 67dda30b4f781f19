package demoshop

import (
	"errors"
	"log/slog"
	"sync"
	"time"
)

const (
	helpers     = 400            // each has a shift tomorrow and gets a text tonight
	textHour    = 2              // hour of the nightly task, UTC
	connections = 150            // most connections to the texting service
	oneDay      = 24 * time.Hour // interval of the task
)

// errNoConnection reports that every connection is taken, so a text is lost.
var errNoConnection = errors.New("no connection to the texting service is free")

// texts is the nightly task that texts helpers about their shifts. With the fault it does not release its connections, so
// after the first 150 texts the rest is lost, with one line each in a log that is not watched.
type texts struct {
	clock Clock
	log   *slog.Logger

	mu      sync.Mutex
	leaks   bool
	taken   int // connections
	next    time.Time
	planned int // shifts of the last night
	sent    int // texts of the last night
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

// leak switches the connection leak.
func (t *texts) leak(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.leaks, t.taken = on, 0
}

// lastNight returns the last night's shifts and sent texts. It runs the task if it is due.
func (t *texts) lastNight() (planned, sent int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for now := t.clock.Now(); !now.Before(t.next); t.next = t.next.Add(oneDay) {
		t.night()
	}
	return t.planned, t.sent
}

// night texts every helper. Each night starts with all connections free.
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
