package demoshop

import (
	"bytes"
	"net/http"
	"time"
)

// jobPage finds the job in the address among the visitor's own, or answers that there is none.
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
