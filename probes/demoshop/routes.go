package demoshop

import (
	"io"
	"net/http"
)

// routes is the whole site at a glance.
func (s *Shop) routes() http.Handler {
	mux := http.NewServeMux()

	mux.HandleFunc("GET /{$}", s.visitor(s.showFront))
	mux.HandleFunc("GET /sign-in", s.visitor(s.showSignIn))
	mux.HandleFunc("POST /sign-in", s.visitor(s.signIn))
	mux.HandleFunc("POST /sign-out", s.visitor(s.signOut))

	mux.HandleFunc("GET /cards", s.member(s.showCards))
	mux.HandleFunc("GET /cards/new", s.member(s.showEditor))
	mux.HandleFunc("POST /cards/preview", s.member(s.preview))
	mux.HandleFunc("POST /print", s.member(s.print))
	mux.HandleFunc("GET /print/{id}", s.jobPage(s.showPrint))
	mux.HandleFunc("GET /print/{id}/status", s.jobPage(s.printStatus))
	mux.HandleFunc("GET /print/{id}/cards.pdf", s.jobPage(s.downloadPDF))

	mux.HandleFunc("GET /catalogue", s.visitor(s.showCatalogue))
	mux.HandleFunc("GET /cart", s.visitor(s.showCart))
	mux.HandleFunc("POST /cart", s.visitor(s.addToCart))
	mux.HandleFunc("POST /cart/remove", s.visitor(s.removeFromCart))
	mux.HandleFunc("POST /orders", s.visitor(s.placeOrder))
	mux.HandleFunc("GET /orders/{number}", s.visitor(s.showOrder))
	mux.HandleFunc("POST /orders/{number}/cancel", s.visitor(s.cancelOrder))

	mux.HandleFunc("GET /weekly", s.member(s.showWeekly))
	mux.HandleFunc("POST /weekly", s.member(s.sendWeekly))

	mux.HandleFunc("POST /api/jobs", s.createJob)
	mux.HandleFunc("GET /api/jobs/{id}", s.showJob)
	mux.HandleFunc("POST /api/orders", s.createOrder)
	mux.HandleFunc("DELETE /api/orders/{number}", s.deleteOrder)

	mux.HandleFunc("GET /healthz", s.showHealth)
	mux.HandleFunc("GET /diagnostics", s.showDiagnostics)
	mux.HandleFunc("GET /backstage", s.visitor(s.showBackstage))
	mux.HandleFunc("POST /backstage/{name}", s.visitor(s.flipFault))

	mux.HandleFunc("GET /static/{name}", func(w http.ResponseWriter, r *http.Request) { s.assets.serve(w, r, r.PathValue("name")) })
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { s.assets.serve(w, r, "favicon.svg") })
	mux.HandleFunc("/", s.visitor(s.showNotFound))

	all := http.NewServeMux()
	all.HandleFunc("GET /faults", s.listFaults) // here even while the site's process is dead
	all.HandleFunc("POST /faults/{name}", s.switchFault)
	all.Handle("/", s.process.alive(mux))

	return guard(http.NewCrossOriginProtection().Handler(all))
}

// guard tells browsers to run nothing and load nothing that is not ours.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; script-src 'self' http://analytics.invalid; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

func (s *Shop) showFront(w http.ResponseWriter, r *http.Request, v session) {
	s.render(w, r, v, http.StatusOK, "front", "Bingo cards for teachers", sampleCard)
}

func (s *Shop) showNotFound(w http.ResponseWriter, r *http.Request, v session) {
	s.problem(w, r, v, http.StatusNotFound, "Nothing here", "There is no page at this address.")
}

// showHealth is the check that stayed green through every outage: it proves that the process lives, and nothing else.
func (s *Shop) showHealth(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set(identity, "Bingo & Co")
	_, _ = io.WriteString(w, "ok") // fails only if the client left
}
