package demoshop

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	firstNumber = 100_000
	numberCount = 900_000 // six digits, no leading zero
	historySize = numberCount / 3
)

// numberPool allocates order numbers like the shop of the real outage: draw six random digits, query whether they are taken,
// and draw again if so. It is fast while most numbers are free, and slows down unnoticed. A cancelled order keeps its
// number.
type numberPool struct {
	clock      Clock
	lookupTime time.Duration

	mu       sync.Mutex
	random   *rand.Rand
	used     []bool // by past orders and orders placed here
	filled   []bool // by the fault ids-exhausted
	free     int
	slowdown int // factor on lookupTime; 0 means 1
}

// newNumberPool returns a pool in which taken numbers are used already.
func newNumberPool(clock Clock, seed uint64, lookupTime time.Duration, taken int) *numberPool {
	p := &numberPool{
		clock:      clock,
		lookupTime: lookupTime,
		used:       make([]bool, numberCount),
		filled:     make([]bool, numberCount),
		free:       numberCount,
		random:     rand.New(rand.NewPCG(seed, 3)),
	}
	for p.free > numberCount-taken {
		p.claim(p.pick())
	}
	return p
}

// draw claims a free number. It fails with ctx's cause when ctx ends first.
func (p *numberPool) draw(ctx context.Context) (int, error) {
	for {
		i := p.pick()
		if err := p.clock.Work(ctx, p.lookup()); err != nil {
			return 0, err
		}
		if p.claim(i) {
			return firstNumber + i, nil
		}
	}
}

// setSlowdown multiplies the duration of each lookup.
func (p *numberPool) setSlowdown(times int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slowdown = times
}

func (p *numberPool) lookup() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lookupTime * time.Duration(max(p.slowdown, 1))
}

// pick draws a number, free or not.
func (p *numberPool) pick() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.random.IntN(numberCount)
}

// claim takes the i-th number if it is free.
func (p *numberPool) claim(i int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.used[i] || p.filled[i] {
		return false
	}
	p.used[i] = true
	p.free--
	return true
}

// take claims n numbers for simulated customers, as far as there are any.
func (p *numberPool) take(n int) {
	for ; n > 0 && p.freeCount() > 1; n-- {
		for !p.claim(p.pick()) {
		}
	}
}

// fill takes every number but one, as years of orders would.
func (p *numberPool) fill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.used {
		if p.free > 1 && !p.used[i] && !p.filled[i] {
			p.filled[i] = true
			p.free--
		}
	}
}

// drain frees what fill took.
func (p *numberPool) drain() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.filled {
		if p.filled[i] {
			p.filled[i] = false
			p.free++
		}
	}
}

func (p *numberPool) freeCount() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.free
}
