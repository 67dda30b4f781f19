package demoshop

import (
	"net/http"
	"sync"
	"time"
)

// process is the program that serves the site. While it crashes, it dies after it has been up for a while, and whoever
// asks then gets no answer at all, until it was started again. Whatever it had in its memory is gone: carts and sign-ins.
type process struct {
	clock  Clock
	uptime time.Duration // from a start to the next crash
	boot   time.Duration // from a crash to the next start
	lost   func()        // what dies with it

	mu       sync.Mutex
	crashing bool
	died     time.Time // the last time; while crashing, the zero time never comes
}

func newProcess(cfg Config, lost func()) *process {
	return &process{clock: cfg.Clock, uptime: cfg.Uptime, boot: cfg.BootTime, lost: lost}
}

// crash makes it die, now and ever again.
func (p *process) crash() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.crashing, p.died = true, p.clock.Now()
	p.lost()
}

// fix ends that; it is up at once.
func (p *process) fix() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.crashing = false
}

// up reports whether it can answer, after it has died as often as it was time to.
func (p *process) up() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	for p.crashing && !now.Before(p.died.Add(p.boot+p.uptime)) {
		p.died = p.died.Add(p.boot + p.uptime)
		p.lost()
	}
	return !p.crashing || !now.Before(p.died.Add(p.boot))
}

// alive lets requests through while the process lives. The connections of a dead one are closed without a word.
func (p *process) alive(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !p.up() {
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	})
}
