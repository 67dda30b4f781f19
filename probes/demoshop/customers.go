package demoshop

import (
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// customers are the teachers who buy: many on weekday evenings, few at night. Most come through the app, and when its
// way in is shut they are simply not there: nothing fails, nothing is slow, and nobody orders.
type customers struct {
	clock   Clock
	numbers *numberPool
	random  *rand.Rand
	perDay  int

	mu      sync.Mutex
	shut    bool // the app's way in
	upTo    time.Time
	minutes []int // orders in each of the last minutes, oldest first
}

// viaApp is the part of the customers who come through the app.
const viaApp = 0.9

// rateWindow is how many minutes a rate is taken over; on fewer, chance would rule it.
const rateWindow = 15

func newCustomers(cfg Config, numbers *numberPool) *customers {
	return &customers{
		clock: cfg.Clock, numbers: numbers, random: rand.New(rand.NewPCG(cfg.Seed, 2)),
		perDay: cfg.Customers, upTo: cfg.Clock.Now().Truncate(time.Minute),
	}
}

// shutApp closes the app's way in, or opens it.
func (c *customers) shutApp(shut bool) {
	c.arrive()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shut = shut
}

// arrive lets everybody order who has come since it was last called; each takes an order number.
func (c *customers) arrive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.perDay == 0 {
		return
	}
	for now := c.clock.Now(); !now.Before(c.upTo.Add(time.Minute)); c.upTo = c.upTo.Add(time.Minute) {
		expected := float64(c.perDay) * share(c.upTo)
		if c.shut {
			expected *= 1 - viaApp
		}
		n := poisson(c.random, expected)
		c.numbers.take(n)
		c.minutes = append(c.minutes, n)
		c.minutes = c.minutes[max(0, len(c.minutes)-rateWindow):]
	}
}

// lately is how many have ordered in the last rateWindow minutes.
func (c *customers) lately() int {
	c.arrive()
	c.mu.Lock()
	defer c.mu.Unlock()
	sum := 0
	for _, n := range c.minutes {
		sum += n
	}
	return sum
}

// share is the part of a day's customers who come in the minute of at: least at four in the morning, most at four in the
// afternoon, and on Sundays, when the week is planned, half as many again.
func share(at time.Time) float64 {
	hour := float64(at.Hour()) + float64(at.Minute())/60
	part := (1 - 0.9*math.Cos((hour-4)/24*2*math.Pi)) / (24 * 60)
	if at.Weekday() == time.Sunday {
		part *= 1.5
	}
	return part
}

// poisson draws how many of many independent people come, when mean are expected (Knuth, TAOCP vol. 2, 3.4.1).
func poisson(random *rand.Rand, mean float64) int {
	n, limit := 0, math.Exp(-mean)
	for p := random.Float64(); p > limit; p *= random.Float64() {
		n++
	}
	return n
}
