package demoshop

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
)

// showWeekly is the page from which staff mail everybody the cards of the week.
func (s *Shop) showWeekly(w http.ResponseWriter, r *http.Request, v session) {
	s.render(w, r, v, http.StatusOK, "weekly", "Weekly cards", map[string]int{"Usual": weeklyUsual, "Most": weeklyMost})
}

// sendWeekly hands the batch to the mailer. Staff see whether it was taken; how it went, the shop never asks.
func (s *Shop) sendWeekly(w http.ResponseWriter, r *http.Request, v session) {
	teachers, err := strconv.Atoi(r.PostForm.Get("teachers"))
	if err != nil || teachers < 1 || teachers > weeklyMost {
		s.problem(w, r, v, http.StatusUnprocessableEntity, "How many teachers?", fmt.Sprintf("Say a number from 1 to %d.", weeklyMost))
		return
	}
	status, says := s.mailer.accept(teachers)
	if status != http.StatusAccepted {
		s.log.Error("the mailer refused a batch", "status", status, "says", says)
		s.problem(w, r, v, http.StatusBadGateway, "The weekly cards were not sent", "The mailer answered: "+strconv.Itoa(status)+" "+says)
		return
	}
	s.mailer.done.Go(func() { s.mailer.run(s.life, teachers) })
	s.render(w, r, v, http.StatusOK, "weekly-sent", "Weekly cards", teachers)
}

// MailWeekly has the mailer do a batch, as the timer does on Sunday evening, and waits for its end. It reports whether
// the mailer took it.
func (s *Shop) MailWeekly(ctx context.Context, teachers int) (taken bool) {
	status, says := s.mailer.accept(teachers)
	if status != http.StatusAccepted {
		s.log.Error("the mailer refused a batch", "status", status, "says", says)
		return false
	}
	s.mailer.run(ctx, teachers)
	return true
}
