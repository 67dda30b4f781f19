package demoshop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// printers are the background workers that take jobs from the queue and print PDFs. Nothing else in the shop depends on
// them, so in the real outage they were down for a night unnoticed.
type printers struct {
	queue     *queue
	log       *slog.Logger
	workers   int
	printTime time.Duration
	clock     *Simulated // nil: real workers; otherwise catchUp does their work

	running atomic.Int64
	cancel  context.CancelFunc // nil while stopped
	done    sync.WaitGroup
}

func newPrinters(q *queue, cfg Config) *printers {
	simulated, _ := cfg.Clock.(*Simulated)
	return &printers{queue: q, log: cfg.Log, workers: cfg.Workers, printTime: cfg.PrintTime, clock: simulated}
}

// start starts the workers unless they run. Calls of start and stop must not overlap.
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

// stop ends the workers and waits for them; their unfinished jobs return to the queue.
func (p *printers) stop() {
	if p.cancel == nil {
		return
	}
	p.cancel()
	p.cancel = nil
	p.done.Wait()
	p.running.Store(0)
}

// catchUp finishes, on a simulated clock, the jobs whose printing time is over. Their PDFs are made when downloaded.
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

// apiJob is a print job in the API.
type apiJob struct {
	ID     string    `json:"id"`
	Status jobStatus `json:"status"`
}

const apiOwner = "api" // owner of the API's jobs

var errDatabaseBusy = errors.New("the database took too long")

// createJob is the API's way to print: POST /api/jobs with {"title": ..., "words": [...]}.
func (s *Shop) createJob(w http.ResponseWriter, r *http.Request) {
	var wanted struct {
		Title string   `json:"title"`
		Words []string `json:"words"`
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil || wanted.Title == "" || len(wanted.Words) < wordsACard {
		writeJSON(w, http.StatusUnprocessableEntity, map[string]string{"error": "send a title, and words enough for a card"})
		return
	}
	if !s.awaitDatabase(w, r) {
		return
	}
	id, err := s.queue.add(job{Owner: apiOwner, Title: wanted.Title, Words: wanted.Words, Copies: 1})
	if err != nil {
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": err.Error()})
		return
	}
	writeJSON(w, http.StatusCreated, apiJob{id, jobQueued})
}

// showJob returns the status of a job of the API.
func (s *Shop) showJob(w http.ResponseWriter, r *http.Request) {
	if !s.awaitDatabase(w, r) {
		return
	}
	j, ok := s.queue.find(r.PathValue("id"), apiOwner)
	if !ok {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "no such job"})
		return
	}
	writeJSON(w, http.StatusOK, apiJob{j.ID, j.Status})
}

// awaitDatabase waits until the database responds. It returns false when the request was answered with a timeout, or the
// customer left.
func (s *Shop) awaitDatabase(w http.ResponseWriter, r *http.Request) bool {
	ctx, cancel := s.cfg.Clock.WithTimeout(r.Context(), 30*time.Second, errDatabaseBusy)
	defer cancel()
	err := s.database.query(ctx)
	if errors.Is(err, errDatabaseBusy) {
		s.log.Error("job queue", "err", err)
		writeJSON(w, http.StatusGatewayTimeout, map[string]string{"error": err.Error()})
	}
	return err == nil // otherwise the customer left
}

// jobPage finds the visitor's job of the address, or answers 404.
func (s *Shop) jobPage(next func(http.ResponseWriter, *http.Request, session, job)) http.HandlerFunc {
	return s.member(func(w http.ResponseWriter, r *http.Request, v session) {
		if s.database.query(r.Context()) != nil {
			return // the customer left
		}
		j, ok := s.queue.find(r.PathValue("id"), v.Email)
		if !ok {
			s.problem(w, r, v, http.StatusNotFound, "We do not know these cards", "They may have been printed too long ago. Print them again.")
			return
		}
		next(w, r, v, j)
	})
}

func (s *Shop) showPrint(w http.ResponseWriter, r *http.Request, v session, j job) {
	s.render(w, r, v, http.StatusOK, "print", "Printing "+j.Title, j)
}

func (s *Shop) printStatus(w http.ResponseWriter, _ *http.Request, _ session, j job) {
	writeJSON(w, http.StatusOK, map[string]jobStatus{"status": j.Status})
}

func (s *Shop) downloadPDF(w http.ResponseWriter, r *http.Request, v session, j job) {
	if j.Status != jobReady {
		s.problem(w, r, v, http.StatusNotFound, "Not printed yet", "Wait until the page says that your cards are ready.")
		return
	}
	if err := s.cfg.Clock.Work(r.Context(), s.cfg.DownloadTime); err != nil {
		return // the customer left
	}
	if j.PDF == nil { // printed on a simulated clock
		var err error
		if j.PDF, err = printPDF(j.Title, j.Words, j.Copies); err != nil {
			s.problem(w, r, v, http.StatusInternalServerError, "Something went wrong", "We could not print your cards.")
			return
		}
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `attachment; filename="bingo-cards.pdf"`)
	w.Header().Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(j.PDF))
}
