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

	running atomic.Int64
	cancel  context.CancelFunc // nil while stopped
	done    sync.WaitGroup
}

func newPrinters(q *queue, cfg Config) *printers {
	return &printers{queue: q, log: cfg.Log, workers: cfg.Workers, printTime: cfg.PrintTime}
}

// start starts the workers unless they run. The caller makes sure that start and stop never overlap.
func (p *printers) start() {
	if p.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
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
