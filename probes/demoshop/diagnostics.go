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
	Workers          int      `json:"workers"`         // that are running
	Orders15Min      int      `json:"orders_15min"`    // of customers, in the last 15 minutes
	Shifts           int      `json:"shifts"`          // of helpers, planned last night
	ShiftTexts       int      `json:"shift_texts"`     // that told them so
	WeeklyExpected   int      `json:"weekly_expected"` // teachers in the latest weekly batch
	WeeklyDone       int      `json:"weekly_done"`     // of them, as the mailer last said
	Faults           []string `json:"faults"`          // that are on
}

func (s *Shop) showDiagnostics(w http.ResponseWriter, _ *http.Request) {
	pending, oldest := s.queue.pending()
	perMinute, total := s.orders.counts()
	shifts, shiftTexts := s.texts.lastNight()
	weekly := s.mailer.latest()
	d := diagnostics{
		PendingJobs:      pending,
		OldestJobAge:     oldest.Seconds(),
		Cache:            "down",
		OrdersPerMinute:  perMinute,
		OrdersTotal:      total,
		OrderNumbersFree: s.orders.numbers.freeCount(),
		Workers:          int(s.printers.running.Load()),
		Orders15Min:      s.customers.lately(),
		Shifts:           shifts,
		ShiftTexts:       shiftTexts,
		WeeklyExpected:   weekly.Expected,
		WeeklyDone:       weekly.Done,
		Faults:           s.ActiveFaults(),
	}
	if s.cache.isUp() {
		d.Cache = "up"
	}
	writeJSON(w, http.StatusOK, d)
}
