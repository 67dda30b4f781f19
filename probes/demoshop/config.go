package demoshop

import (
	"context"
	"log/slog"
	"time"
)

// The practice account. It is the only one, and it is public: nothing in the shop is worth stealing.
const (
	DemoEmail    = "teacher@example.com"
	DemoPassword = "bingo-practice"
)

// Config says how the shop starts and how long its healthy work takes. The zero value is the shop as it is meant to
// be; a test that wants work to be instant asks for a nanosecond.
type Config struct {
	Faults []string     // names of the faults that are on from the start
	Plan   Plan         // of faults that come and go by themselves
	Log    *slog.Logger // nil: discards
	Clock  Clock        // nil: the wall clock

	// Switched hears of each fault that is broken or repaired, by whomever, in their order. It must not switch any itself.
	Switched func(at time.Time, fault string, on bool)

	PrintTime    time.Duration // printing one job; default 600ms
	OrderTime    time.Duration // placing an order, besides drawing its number; default 200ms
	DownloadTime time.Duration // fetching a finished PDF from the archive; default 100ms
	LookupTime   time.Duration // asking the database once whether an order number is free; default 4ms
	RenderTime   time.Duration // drawing one picture that the cache does not have; default 150ms
	OrderTimeout time.Duration // the most a request to place an order may take; default 30s
	Workers      int           // background workers that print; default 2
	Uptime       time.Duration // of a process that keeps crashing, by the clock; default 100m
	BootTime     time.Duration // until it has been started again, by the clock; default 3m

	OrdersTaken int                         // order numbers that are taken already; default a third of them
	Customers   int                         // who order on an ordinary day, besides those who come to the site; default none
	Seed        uint64                      // of chance: the same seed, the same customers and accidents
	Beat        func(context.Context, Beat) // where the weekly batch reports; nil: nowhere
}

// withDefaults is the one place where the defaults are.
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
