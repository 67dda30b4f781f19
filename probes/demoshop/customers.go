package demoshop

import (
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// customers simulates the teachers who buy: many on weekday evenings, few at night. Most use the app; when the app is down
// they do not come at all: nothing fails, nothing is slow, and no orders arrive.
type customers struct {
	clock   Clock
	numbers *numberPool
	random  *rand.Rand
	perDay  int

	mu         sync.Mutex
	appDown    bool // no orders through the app
	advancedTo time.Time
	minutes    []int // orders in each of the last minutes, oldest first
}

// viaApp is the share of customers who use the app.
const viaApp = 0.9

// rateWindow is the number of minutes over which a rate is taken; over fewer it would be too random.
const rateWindow = 15

func newCustomers(cfg Config, numbers *numberPool) *customers {
	return &customers{
		clock: cfg.Clock, numbers: numbers, random: rand.New(rand.NewPCG(cfg.Seed, 2)),
		perDay: cfg.Customers, advancedTo: cfg.Clock.Now().Truncate(time.Minute),
	}
}

// setAppDown starts or ends the app's outage.
func (c *customers) setAppDown(shut bool) {
	c.advance()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.appDown = shut
}

// advance places the orders of all customers since its last call; each takes an order number.
func (c *customers) advance() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.perDay == 0 {
		return
	}
	for now := c.clock.Now(); !now.Before(c.advancedTo.Add(time.Minute)); c.advancedTo = c.advancedTo.Add(time.Minute) {
		expected := float64(c.perDay) * share(c.advancedTo)
		if c.appDown {
			expected *= 1 - viaApp
		}
		n := poisson(c.random, expected)
		c.numbers.take(n)
		c.minutes = append(c.minutes, n)
		c.minutes = c.minutes[max(0, len(c.minutes)-rateWindow):]
	}
}

// lastMinutes is the number of orders in the last rateWindow minutes.
func (c *customers) lastMinutes() int {
	c.advance()
	c.mu.Lock()
	defer c.mu.Unlock()
	sum := 0
	for _, n := range c.minutes {
		sum += n
	}
	return sum
}

// share is the minute's share of a day's customers: lowest at 4 am, highest at 4 pm, and half as high again on Sundays.
func share(at time.Time) float64 {
	hour := float64(at.Hour()) + float64(at.Minute())/60
	part := (1 - 0.9*math.Cos((hour-4)/24*2*math.Pi)) / (24 * 60)
	if at.Weekday() == time.Sunday {
		part *= 1.5
	}
	return part
}

// poisson draws a Poisson-distributed number with this mean (Knuth, TAOCP vol. 2, 3.4.1).
func poisson(random *rand.Rand, mean float64) int {
	n, limit := 0, math.Exp(-mean)
	for p := random.Float64(); p > limit; p *= random.Float64() {
		n++
	}
	return n
}
