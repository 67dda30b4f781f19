package demoshop

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	weeklyUsual    = 800                  // teachers who get the weekly cards in an ordinary week
	weeklyMost     = 20_000               // teachers there are
	weeklyTime     = 2 * time.Millisecond // for one teacher's cards
	mailerMemory   = 1 << 20              // bytes that the mailer may use
	cardsLeak      = mailerMemory / 1_500 // bytes that it never gives back for each teacher, once it leaks
	addressLimit   = 8 << 10              // bytes of an address that the mailer's server takes
	fieldLimit     = 1_000                // fields of a form that its firewall takes
	progressEvery  = 100                  // teachers
	weeklyDeadline = 30 * time.Minute     // for all of them
)

// errOutOfMemory ends the mailer as the kernel does: without a word to anybody.
var errOutOfMemory = errors.New("killed: out of memory")

// A Beat is what the weekly batch says of itself: that it has started, how far it is, that it has finished.
type Beat struct {
	State    string // "start", "progress" or "finish"
	Done     int
	Expected int
}

// mailer is a second service, in another region, that mails everybody the cards of the week. The shop hands it the batch
// and asks no more.
type mailer struct {
	clock Clock
	log   *slog.Logger
	beat  func(context.Context, Beat)

	mu        sync.Mutex
	inAddress bool // takes the teachers of a batch in the address, not in the body
	inForm    bool // as fields of a form
	leaks     bool
	memory    int
	batch     Beat // the latest
	running   bool
	done      sync.WaitGroup
}

func newMailer(cfg Config) *mailer {
	return &mailer{clock: cfg.Clock, log: cfg.Log, beat: cfg.Beat}
}

// takeInAddress has the teachers of a batch travel in the address.
func (m *mailer) takeInAddress(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inAddress = on
}

// takeInForm has them travel as fields of a form.
func (m *mailer) takeInForm(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inForm = on
}

// leak makes it keep what it should forget, or lets it be restarted without that fault.
func (m *mailer) leak(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leaks, m.memory = on, 0
}

// accept answers for the mailer's server whether it takes a batch for so many teachers: the status, and what it says.
func (m *mailer) accept(teachers int) (status int, says string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.inAddress && len(address(teachers)) > addressLimit:
		return http.StatusRequestURITooLong, fmt.Sprintf("URI Too Long: %d bytes, at most %d are taken", len(address(teachers)), addressLimit)
	case m.inForm && teachers > fieldLimit:
		return http.StatusForbidden, fmt.Sprintf("refused as an attack: a form of %d fields, at most %d are taken", teachers, fieldLimit)
	case m.running:
		return http.StatusConflict, "the weekly cards are being mailed already"
	}
	m.running, m.memory, m.batch = true, 0, Beat{"start", 0, teachers}
	return http.StatusAccepted, "the weekly cards are on their way"
}

// address is where a batch goes whose teachers travel in the address.
func address(teachers int) string {
	ids := make([]string, teachers)
	for i := range ids {
		ids[i] = strconv.Itoa(100_000 + i)
	}
	return "/mail?" + url.Values{"ids": {strings.Join(ids, ",")}}.Encode()
}

// run mails an accepted batch, and says at the heartbeat address how it goes.
func (m *mailer) run(ctx context.Context, teachers int) {
	defer m.rest()
	ctx, cancel := m.clock.WithTimeout(ctx, weeklyDeadline, context.DeadlineExceeded)
	defer cancel()
	m.say(ctx, Beat{"start", 0, teachers})
	for done := 1; done <= teachers; done++ {
		if err := m.mail(ctx); err != nil {
			m.log.Error("the mailer died", "done", done-1, "expected", teachers, "err", err)
			return
		}
		if done%progressEvery == 0 && done < teachers {
			m.say(ctx, Beat{"progress", done, teachers})
		}
	}
	m.say(ctx, Beat{"finish", teachers, teachers})
}

// mail makes and sends the cards of one teacher.
func (m *mailer) mail(ctx context.Context) error {
	if err := m.clock.Work(ctx, weeklyTime); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.leaks {
		m.memory += cardsLeak
	}
	if m.memory > mailerMemory {
		return errOutOfMemory
	}
	return nil
}

func (m *mailer) say(ctx context.Context, b Beat) {
	m.mu.Lock()
	m.batch = b
	m.mu.Unlock()
	if m.beat != nil {
		m.beat(ctx, b)
	}
}

func (m *mailer) rest() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running = false
}

// latest is how far the latest batch got.
func (m *mailer) latest() Beat {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.batch
}
