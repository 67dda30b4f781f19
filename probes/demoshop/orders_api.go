package demoshop

import (
	"encoding/json"
	"errors"
	"net/http"
)

// createOrder takes an order of a program: POST /api/orders with {"item": "animal"}. It goes the customers' way: the
// same number pool, the same time-out.
func (s *Shop) createOrder(w http.ResponseWriter, r *http.Request) {
	var wish struct {
		Item string `json:"item"`
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	p, ok := product{}, false
	if err := json.NewDecoder(r.Body).Decode(&wish); err == nil {
		p, ok = findProduct(wish.Item)
	}
	if !ok {
		writeJSON(w, http.StatusUnprocessableEntity, map[string]string{"error": "send the item to order"})
		return
	}
	ctx, cancel := s.cfg.Clock.WithTimeout(r.Context(), s.cfg.OrderTimeout, errOrderTimeout)
	defer cancel()
	lines := cart{}.with(p)
	o, err := s.orders.place(ctx, order{Owner: apiOwner, Lines: lines, Total: lines.Total(), Test: r.Header.Get(testOrderHeader) == "1"})
	switch {
	case err == nil:
		writeJSON(w, http.StatusCreated, map[string]string{"number": o.Number})
	case errors.Is(err, errOrderTimeout):
		s.log.Error("order not placed", "err", err)
		writeJSON(w, http.StatusGatewayTimeout, map[string]string{"error": err.Error()})
	}
}

// deleteOrder cancels an order of a program.
func (s *Shop) deleteOrder(w http.ResponseWriter, r *http.Request) {
	if !s.orders.cancel(r.PathValue("number"), apiOwner) {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "no such order"})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
