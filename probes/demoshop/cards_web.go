package demoshop

import (
	"encoding/json"
	"html/template"
	"net/http"
)

const recentJobs = 12

// cardView is a card with the ornaments around it.
type cardView struct {
	card
	Art []template.HTML
}

func (s *Shop) showCards(w http.ResponseWriter, r *http.Request, v session) {
	s.render(w, r, v, http.StatusOK, "cards", "Your cards", s.queue.recent(v.Email, recentJobs))
}

func (s *Shop) showEditor(w http.ResponseWriter, r *http.Request, v session) {
	s.render(w, r, v, http.StatusOK, "editor", "New card", map[string]int{"MaxCopies": maxCopies, "WordsACard": wordsACard})
}

// preview answers the editor's script with the first card, drawn there and then. No worker has a part in it, which
// is why it says nothing about printing.
func (s *Shop) preview(w http.ResponseWriter, r *http.Request, v session) {
	wish, problems := parseCardWish(r.PostForm)
	if len(problems) > 0 {
		s.fragment(w, http.StatusUnprocessableEntity, "problems", problems)
		return
	}
	if s.previewDown.Load() {
		s.fragment(w, http.StatusInternalServerError, "problems", []string{"No preview today."})
		return
	}
	art, err := s.cardArtwork(r.Context())
	if err != nil {
		return // the customer left
	}
	s.fragment(w, http.StatusOK, "card", cardView{deal(wish.Title, wish.Words, 0), art})
}

// print queues a job for the workers and tells the editor's script where to wait for it.
func (s *Shop) print(w http.ResponseWriter, r *http.Request, v session) {
	wish, problems := parseCardWish(r.PostForm)
	if len(problems) > 0 {
		s.fragment(w, http.StatusUnprocessableEntity, "problems", problems)
		return
	}
	if s.database.query(r.Context()) != nil {
		return // the customer left
	}
	id, err := s.queue.add(job{Owner: v.Email, Title: wish.Title, Words: wish.Words, Copies: wish.Copies})
	if err != nil {
		s.log.Error("cannot queue a print job", "err", err)
		s.fragment(w, http.StatusServiceUnavailable, "problems", []string{"Too many people are printing. Try again in a while."})
		return
	}
	writeJSON(w, http.StatusCreated, map[string]string{"location": "/print/" + id})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // fails only if the client left
}
