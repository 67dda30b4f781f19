package demoshop

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// The practice account. It is the only one, and it is public: nothing in the shop is worth stealing.
const (
	DemoEmail    = "teacher@example.com"
	DemoPassword = "bingo-practice"
)

// Config configures the shop and the duration of its healthy work. The zero value is the normal shop; a test that wants
// instant work sets a nanosecond.
type Config struct {
	Faults []string     // faults that are on from the start
	Plan   Plan         // faults that start and stop on schedule
	Log    *slog.Logger // nil: discards
	Clock  Clock        // nil: the wall clock

	// Switched is called for each fault that is switched, in order. It must not switch faults itself.
	Switched func(at time.Time, fault string, on bool)

	PrintTime    time.Duration // printing one job; default 600ms
	OrderTime    time.Duration // placing an order, besides drawing its number; default 200ms
	DownloadTime time.Duration // fetching a finished PDF from the archive; default 100ms
	LookupTime   time.Duration // one database query for a free order number; default 4ms
	RenderTime   time.Duration // drawing one picture that is not cached; default 150ms
	OrderTimeout time.Duration // timeout of a request to place an order; default 30s
	Workers      int           // background workers that print; default 2
	Uptime       time.Duration // from start to crash of a process that keeps crashing, by the clock; default 100m
	BootTime     time.Duration // from crash to restart, by the clock; default 3m

	OrdersTaken int                         // order numbers taken at the start; default a third of them
	Customers   int                         // simulated orders on an ordinary day; default none
	Seed        uint64                      // of the random customers and accidents
	Beat        func(context.Context, Beat) // receives the weekly batch's heartbeats; nil: discards
}

// withDefaults replaces zero values by the defaults.
func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = NewWallClock(1)
	}
	if c.Workers <= 0 {
		c.Workers = 2
	}
	orDefault(&c.PrintTime, 600*time.Millisecond)
	orDefault(&c.OrderTime, 200*time.Millisecond)
	orDefault(&c.DownloadTime, 100*time.Millisecond)
	orDefault(&c.LookupTime, 4*time.Millisecond)
	orDefault(&c.RenderTime, 150*time.Millisecond)
	orDefault(&c.OrderTimeout, 30*time.Second)
	orDefault(&c.Uptime, 100*time.Minute)
	orDefault(&c.BootTime, 3*time.Minute)
	if c.OrdersTaken <= 0 {
		c.OrdersTaken = historySize
	}
	return c
}

func orDefault(d *time.Duration, standard time.Duration) {
	if *d <= 0 {
		*d = standard
	}
}

// identity is the header at /healthz that identifies a practice shop.
const identity = "X-Practice-Shop"

// Secret returns the shop's public account under the names of the practice journeys' secrets.
func Secret(name string) (string, bool) {
	value, ok := map[string]string{"shop-email": DemoEmail, "shop-password": DemoPassword}[name]
	return value, ok
}

// IsShop reports whether a response of /healthz comes from a practice shop.
func IsShop(res *http.Response) bool { return res.Header.Get(identity) != "" }
