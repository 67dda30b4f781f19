package demoshop

import (
	"encoding/json"
	"errors"
	"net/http"
)

// testOrderHeader marks an order as a test, like the checkbox in the cart.
const testOrderHeader = "X-Test-Order"

var errOrderTimeout = errors.New("placing the order took too long")

// placeOrder orders the cart's content. The cart is kept until the order is placed.
func (s *Shop) placeOrder(w http.ResponseWriter, r *http.Request, v session) {
	lines, ok := s.beginOrder(v.Token)
	if !ok {
		s.cartPage(w, r, v, http.StatusConflict, "Your order is being placed already.")
		return
	}
	placed := false
	defer func() { s.endOrder(v.Token, placed) }()
	if len(lines) == 0 {
		s.cartPage(w, r, v, http.StatusUnprocessableEntity, "Your cart is empty.")
		return
	}
	ctx, cancel := s.cfg.Clock.WithTimeout(r.Context(), s.cfg.OrderTimeout, errOrderTimeout)
	defer cancel()
	o, err := s.orders.place(ctx, order{Owner: v.Owner, Lines: lines, Total: lines.Total(), Test: isTest(r)})
	if err != nil {
		s.orderFailed(w, r, v, err)
		return
	}
	placed = true
	http.Redirect(w, r, "/orders/"+o.Number, http.StatusSeeOther)
}

// orderFailed answers a customer who is still connected.
func (s *Shop) orderFailed(w http.ResponseWriter, r *http.Request, v session, err error) {
	s.log.Error("order not placed", "err", err)
	if errors.Is(err, errOrderTimeout) {
		s.problem(w, r, v, http.StatusGatewayTimeout, "The shop took too long", "Your order was not placed. Your cart is as you left it.")
	}
}

// beginOrder reserves the session for one order and returns its cart. A second order at the same time is refused.
func (s *Shop) beginOrder(token string) (lines cart, ok bool) {
	s.sessions.update(token, func(v *session) {
		lines, ok = v.Cart, !v.Ordering
		v.Ordering = true
	})
	return lines, ok
}

func (s *Shop) endOrder(token string, placed bool) {
	s.sessions.update(token, func(v *session) {
		v.Ordering = false
		if placed {
			v.Cart = nil
		}
	})
}

func isTest(r *http.Request) bool {
	return r.PostForm.Get("test") != "" || r.Header.Get(testOrderHeader) == "1"
}

// showOrders lists the orders that were placed in this browser and not cancelled.
func (s *Shop) showOrders(w http.ResponseWriter, r *http.Request, v session) {
	s.render(w, r, v, http.StatusOK, "orders", "Your orders", s.orders.open(v.Owner))
}

func (s *Shop) showOrder(w http.ResponseWriter, r *http.Request, v session) {
	o, ok := s.orders.find(r.PathValue("number"), v.Owner)
	if !ok {
		s.unknownOrder(w, r, v)
		return
	}
	s.render(w, r, v, http.StatusOK, "order", "Order "+o.Number, o)
}

func (s *Shop) cancelOrder(w http.ResponseWriter, r *http.Request, v session) {
	number := r.PathValue("number")
	if !s.orders.cancel(number, v.Owner) {
		s.unknownOrder(w, r, v)
		return
	}
	http.Redirect(w, r, "/orders/"+number, http.StatusSeeOther)
}

func (s *Shop) unknownOrder(w http.ResponseWriter, r *http.Request, v session) {
	s.problem(w, r, v, http.StatusNotFound, "We do not know that order", "Check the number, and that you ordered in this browser.")
}

// createOrder is the API's way to order: POST /api/orders with {"item": "animal"}. It uses the same number pool and the
// same timeout as a customer's order.
func (s *Shop) createOrder(w http.ResponseWriter, r *http.Request) {
	var wanted struct {
		Item string `json:"item"`
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	p, ok := product{}, false
	if err := json.NewDecoder(r.Body).Decode(&wanted); err == nil {
		p, ok = findProduct(wanted.Item)
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

// deleteOrder cancels an order of the API.
func (s *Shop) deleteOrder(w http.ResponseWriter, r *http.Request) {
	if !s.orders.cancel(r.PathValue("number"), apiOwner) {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "no such order"})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
