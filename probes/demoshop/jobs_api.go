package demoshop

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// apiJob is a print job as programs see it.
type apiJob struct {
	ID     string    `json:"id"`
	Status jobStatus `json:"status"`
}

const apiOwner = "api" // whose the jobs of programs are

var errDatabaseBusy = errors.New("the database took too long")

// createJob takes a job of a program: POST /api/jobs with {"title": ..., "words": [...]}.
func (s *Shop) createJob(w http.ResponseWriter, r *http.Request) {
	var wish struct {
		Title string   `json:"title"`
		Words []string `json:"words"`
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	if err := json.NewDecoder(r.Body).Decode(&wish); err != nil || wish.Title == "" || len(wish.Words) < wordsACard {
		writeJSON(w, http.StatusUnprocessableEntity, map[string]string{"error": "send a title, and words enough for a card"})
		return
	}
	if !s.mayAsk(w, r) {
		return
	}
	id, err := s.queue.add(job{Owner: apiOwner, Title: wish.Title, Words: wish.Words, Copies: 1})
	if err != nil {
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": err.Error()})
		return
	}
	writeJSON(w, http.StatusCreated, apiJob{id, jobQueued})
}

// showJob says how a program's job is doing.
func (s *Shop) showJob(w http.ResponseWriter, r *http.Request) {
	if !s.mayAsk(w, r) {
		return
	}
	j, ok := s.queue.find(r.PathValue("id"), apiOwner)
	if !ok {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "no such job"})
		return
	}
	writeJSON(w, http.StatusOK, apiJob{j.ID, j.Status})
}

// mayAsk waits until the database answers. If it does not for too long, the request has been answered.
func (s *Shop) mayAsk(w http.ResponseWriter, r *http.Request) bool {
	ctx, cancel := s.cfg.Clock.WithTimeout(r.Context(), 30*time.Second, errDatabaseBusy)
	defer cancel()
	err := s.database.query(ctx)
	if errors.Is(err, errDatabaseBusy) {
		s.log.Error("job queue", "err", err)
		writeJSON(w, http.StatusGatewayTimeout, map[string]string{"error": err.Error()})
	}
	return err == nil // otherwise the customer left
}
