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
	weeklyUsual    = 800                  // teachers in an ordinary week's batch
	weeklyMost     = 20_000               // all teachers
	weeklyTime     = 2 * time.Millisecond // for one teacher's cards
	mailerMemory   = 1 << 20              // the mailer's memory, bytes
	cardsLeak      = mailerMemory / 1_500 // bytes leaked per teacher, with the fault
	addressLimit   = 8 << 10              // longest address that the mailer's server accepts, bytes
	fieldLimit     = 1_000                // most form fields that its firewall accepts
	progressEvery  = 100                  // teachers
	weeklyDeadline = 30 * time.Minute     // deadline of a batch
)

// errOutOfMemory ends the mailer without a report, as the kernel's OOM killer does.
var errOutOfMemory = errors.New("killed: out of memory")

// A Beat is a heartbeat of the weekly batch: its start, its progress, its finish.
type Beat struct {
	State    string // "start", "progress" or "finish"
	Done     int
	Expected int
}

// mailer simulates a second service, in another region, that mails teachers the cards of the week. The shop hands it the
// batch and does not check the result.
type mailer struct {
	clock Clock
	log   *slog.Logger
	beat  func(context.Context, Beat)

	mu        sync.Mutex
	inAddress bool // the batch's teachers are in the address, not in the body
	inForm    bool // the batch's teachers are form fields
	leaks     bool
	memory    int
	batch     Beat // the latest heartbeat
	running   bool
	done      sync.WaitGroup
}

func newMailer(cfg Config) *mailer {
	return &mailer{clock: cfg.Clock, log: cfg.Log, beat: cfg.Beat}
}

// takeInAddress puts a batch's teachers into the address.
func (m *mailer) takeInAddress(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inAddress = on
}

// takeInForm puts them into form fields.
func (m *mailer) takeInForm(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inForm = on
}

// leak switches the memory leak; switching it off restarts the mailer.
func (m *mailer) leak(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leaks, m.memory = on, 0
}

// accept returns the status and the message with which the mailer's server answers a batch of this size.
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

// address is the URL of a batch with its teachers in the address.
func address(teachers int) string {
	ids := make([]string, teachers)
	for i := range ids {
		ids[i] = strconv.Itoa(100_000 + i)
	}
	return "/mail?" + url.Values{"ids": {strings.Join(ids, ",")}}.Encode()
}

// run mails an accepted batch and sends heartbeats.
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

// mail prints and sends the cards of one teacher.
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

// latest is the latest heartbeat.
func (m *mailer) latest() Beat {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.batch
}

// showWeekly is the page from which staff send the cards of the week.
func (s *Shop) showWeekly(w http.ResponseWriter, r *http.Request, v session) {
	s.render(w, r, v, http.StatusOK, "weekly", "Weekly cards", map[string]int{"Usual": weeklyUsual, "Most": weeklyMost})
}

// sendWeekly hands the batch to the mailer. Staff see whether it was accepted, but not its result.
func (s *Shop) sendWeekly(w http.ResponseWriter, r *http.Request, v session) {
	teachers, err := strconv.Atoi(r.PostForm.Get("teachers"))
	if err != nil || teachers < 1 || teachers > weeklyMost {
		s.problem(w, r, v, http.StatusUnprocessableEntity, "How many teachers?", fmt.Sprintf("Say a number from 1 to %d.", weeklyMost))
		return
	}
	status, says := s.mailer.accept(teachers)
	if status != http.StatusAccepted {
		s.log.Error("the mailer refused a batch", "status", status, "says", says)
		s.problem(w, r, v, http.StatusBadGateway, "The weekly cards were not sent", "The mailer answered: "+strconv.Itoa(status)+" "+says)
		return
	}
	s.mailer.done.Go(func() { s.mailer.run(s.life, teachers) })
	s.render(w, r, v, http.StatusOK, "weekly-sent", "Weekly cards", teachers)
}

// MailWeekly makes the mailer run a batch, as the timer does on Sunday evening, and waits for its end. It reports whether
// the mailer accepted it.
func (s *Shop) MailWeekly(ctx context.Context, teachers int) (taken bool) {
	status, says := s.mailer.accept(teachers)
	if status != http.StatusAccepted {
		s.log.Error("the mailer refused a batch", "status", status, "says", says)
		return false
	}
	s.mailer.run(ctx, teachers)
	return true
}
