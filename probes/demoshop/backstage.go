package demoshop

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
)

// faultView is a fault with its state.
type faultView struct {
	Name    string `json:"name"`
	Summary string `json:"summary"`
	On      bool   `json:"on"`
}

func (s *Shop) faultViews() []faultView {
	active := s.ActiveFaults()
	var views []faultView
	for _, f := range Faults() {
		views = append(views, faultView{f.Name, f.Summary, slices.Contains(active, f.Name)})
	}
	return views
}

func (s *Shop) listFaults(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string][]faultView{"faults": s.faultViews()})
}

// switchFault is the scripts' interface: on=true or on=false, as a form field or in the query.
func (s *Shop) switchFault(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	on, err := strconv.ParseBool(r.FormValue("on"))
	if err != nil {
		http.Error(w, `say on=true or on=false`, http.StatusBadRequest)
		return
	}
	if err := s.SetFault(r.PathValue("name"), on); err != nil {
		http.Error(w, err.Error(), faultErrorStatus(err))
		return
	}
	s.listFaults(w, r)
}

func (s *Shop) showBackstage(w http.ResponseWriter, r *http.Request, v session) {
	s.render(w, r, v, http.StatusOK, "backstage", "Backstage", s.faultViews())
}

// flipFault handles the button on the page Backstage.
func (s *Shop) flipFault(w http.ResponseWriter, r *http.Request, v session) {
	if err := s.SetFault(r.PathValue("name"), r.PostForm.Get("on") == "true"); err != nil {
		s.problem(w, r, v, faultErrorStatus(err), "That did not work", err.Error())
		return
	}
	http.Redirect(w, r, "/backstage", http.StatusSeeOther)
}

func faultErrorStatus(err error) int {
	if errors.Is(err, errUnknownFault) {
		return http.StatusNotFound
	}
	return http.StatusServiceUnavailable
}

// diagnostics are the numbers that the operators of the real sites would have needed before their outages.
type diagnostics struct {
	PendingJobs      int      `json:"pending_jobs"`           // not finished
	OldestJobAge     float64  `json:"oldest_job_age_seconds"` // 0 without pending jobs
	Cache            string   `json:"cache"`                  // "up" or "down"
	OrdersPerMinute  int      `json:"orders_per_minute"`      // in the last minute, without test orders
	OrdersTotal      int      `json:"orders_total"`           // since the start, without test orders
	OrderNumbersFree int      `json:"order_numbers_free"`
	Workers          int      `json:"workers"`         // running
	Orders15Min      int      `json:"orders_15min"`    // customers' orders of the last 15 minutes
	Shifts           int      `json:"shifts"`          // helpers' shifts planned last night
	ShiftTexts       int      `json:"shift_texts"`     // texts sent for them
	WeeklyExpected   int      `json:"weekly_expected"` // teachers in the latest weekly batch
	WeeklyDone       int      `json:"weekly_done"`     // those done, by the mailer's latest report
	Faults           []string `json:"faults"`          // faults that are on
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
		Orders15Min:      s.customers.lastMinutes(),
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
