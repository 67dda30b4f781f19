package demoshop

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// printers are the background workers: they take jobs from the queue and make PDFs of them. Nothing else in the shop
// notices whether they run, which is how they could be dead for a night in the real outage.
type printers struct {
	queue     *queue
	log       *slog.Logger
	workers   int
	printTime time.Duration
	clock     *Simulated // nil: real workers; else they are paid by its time, in catchUp

	running atomic.Int64
	cancel  context.CancelFunc // nil while stopped
	done    sync.WaitGroup
}

func newPrinters(q *queue, cfg Config) *printers {
	simulated, _ := cfg.Clock.(*Simulated)
	return &printers{queue: q, log: cfg.Log, workers: cfg.Workers, printTime: cfg.PrintTime, clock: simulated}
}

// start starts the workers unless they run. The caller makes sure that start and stop never overlap.
func (p *printers) start() {
	if p.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	if p.clock != nil {
		p.running.Store(int64(p.workers))
		return
	}
	for range p.workers {
		p.running.Add(1)
		p.done.Go(func() {
			defer p.running.Add(-1)
			p.serve(ctx)
		})
	}
}

// stop kills the workers and waits until they are gone; the jobs in their hands return to the queue.
func (p *printers) stop() {
	if p.cancel == nil {
		return
	}
	p.cancel()
	p.cancel = nil
	p.done.Wait()
	p.running.Store(0)
}

// catchUp finishes, on a simulated clock, the jobs whose printing is over by now. What they look like on paper is left
// until somebody fetches them.
func (p *printers) catchUp() {
	if p.clock == nil || p.running.Load() == 0 {
		return
	}
	for _, id := range p.queue.takeOlder(p.clock.Now().Add(-p.printTime)) {
		p.queue.finish(id, nil, nil)
	}
}

func (p *printers) serve(ctx context.Context) {
	for {
		j, err := p.queue.take(ctx)
		if err != nil {
			return
		}
		if err := pause(ctx, p.printTime); err != nil {
			p.queue.putBack(j.ID)
			return
		}
		pdf, err := printPDF(j.Title, j.Words, j.Copies)
		if err != nil {
			p.log.Error("printing failed", "job", j.ID, "err", err)
		}
		p.queue.finish(j.ID, pdf, err)
	}
}
