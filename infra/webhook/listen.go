package webhook

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/netutil"
)

// Times that one request may take on an open port, so that a client which sends or reads slowly, or sends nothing, holds a
// connection for seconds. A callback of Twilio has a few hundred bytes, and Twilio waits 15 s for its answer.
const (
	readLimit  = 10 * time.Second // from the connection to the end of the body
	writeLimit = 30 * time.Second // to the end of the answer
	idleLimit  = 15 * time.Second // between two requests on a connection
	maxHeader  = 16 << 10         // bytes
)

// Outside sets the limits of a server that strangers may reach.
func Outside(s *http.Server) {
	s.ReadHeaderTimeout, s.ReadTimeout, s.WriteTimeout, s.IdleTimeout, s.MaxHeaderBytes = readLimit/2, readLimit, writeLimit, idleLimit, maxHeader
}

// maxConnections is the most connections at a time; Twilio opens a few for each call.
const maxConnections = 64

// Limit bounds the open connections of a listener: to 64, and to an eighth of the descriptors that this process may open, as the
// rest is for runs and for paging. Further connections wait until one ends, which takes idleLimit at most.
func Limit(ln net.Listener) net.Listener {
	most := maxConnections
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err == nil {
		most = max(4, min(most, int(min(files.Cur, 1<<20))/8))
	}
	return netutil.LimitListener(ln, most)
}

// Refusals that are logged in a period, and the period.
const (
	refusalsLogged = 10
	refusalPeriod  = time.Minute
)

// A refusalLog passes on the first warnings of each period, and counts the others, so that no stranger can fill a log, or bury
// something in it.
type refusalLog struct {
	slog.Handler
	count *refusals
}

type refusals struct {
	mu      sync.Mutex
	since   time.Time
	n, left int // warnings in the period; those that were left out since the last one logged
}

// limitRefusals returns a log that passes on ten warnings a minute.
func limitRefusals(log *slog.Logger) *slog.Logger {
	return slog.New(refusalLog{log.Handler(), &refusals{}})
}

// Handle passes a record on unless it is one warning too many.
func (l refusalLog) Handle(ctx context.Context, r slog.Record) error {
	if r.Level == slog.LevelWarn {
		left, ok := l.count.take(r.Time)
		if !ok {
			return nil
		}
		if left > 0 {
			r.AddAttrs(slog.Int("unlogged", left))
		}
	}
	return l.Handler.Handle(ctx, r)
}

// WithAttrs keeps the count.
func (l refusalLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return refusalLog{l.Handler.WithAttrs(attrs), l.count}
}

// WithGroup keeps the count.
func (l refusalLog) WithGroup(name string) slog.Handler {
	return refusalLog{l.Handler.WithGroup(name), l.count}
}

// take counts a warning; ok is whether it is logged, and left how many before it were not.
func (c *refusals) take(now time.Time) (left int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.since) >= refusalPeriod || now.Before(c.since) {
		c.since, c.n = now, 0
	}
	if c.n++; c.n > refusalsLogged {
		c.left++
		return 0, false
	}
	left, c.left = c.left, 0
	return left, true
}
