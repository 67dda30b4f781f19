package demoshop

import "net/http"

// diagnostics is what the operators of the real sites wished they had been watching.
type diagnostics struct {
	PendingJobs      int      `json:"pending_jobs"`           // asked for and not finished
	OldestJobAge     float64  `json:"oldest_job_age_seconds"` // of the pending ones; 0 if there are none
	Cache            string   `json:"cache"`                  // "up" or "down"
	OrdersPerMinute  int      `json:"orders_per_minute"`      // in the last minute, without test orders
	OrdersTotal      int      `json:"orders_total"`           // since the start, without test orders
	OrderNumbersFree int      `json:"order_numbers_free"`
	Workers          int      `json:"workers"` // that are running
	Faults           []string `json:"faults"`  // that are on
}

func (s *Shop) showDiagnostics(w http.ResponseWriter, _ *http.Request) {
	pending, oldest := s.queue.pending()
	perMinute, total := s.orders.counts()
	d := diagnostics{
		PendingJobs:      pending,
		OldestJobAge:     oldest.Seconds(),
		Cache:            "down",
		OrdersPerMinute:  perMinute,
		OrdersTotal:      total,
		OrderNumbersFree: s.orders.numbers.freeCount(),
		Workers:          int(s.printers.running.Load()),
		Faults:           s.ActiveFaults(),
	}
	if s.cache.isUp() {
		d.Cache = "up"
	}
	writeJSON(w, http.StatusOK, d)
}
