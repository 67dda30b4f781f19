package demoshop

import (
	"bytes"
	"io"
	"net/http"
)

// routes is the whole site.
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
	mux.HandleFunc("GET /orders", s.visitor(s.showOrders))
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
	all.HandleFunc("GET /faults", s.listFaults) // available even while the site's process is down
	all.HandleFunc("POST /faults/{name}", s.switchFault)
	all.Handle("/", s.process.handler(mux))

	return guard(http.NewCrossOriginProtection().Handler(all))
}

// guard sets the headers that restrict scripts and resources to the site's own.
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

// showHealth is the health check that stayed green through every outage: it proves only that the process runs.
func (s *Shop) showHealth(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set(identity, "Bingo & Co")
	_, _ = io.WriteString(w, "ok") // fails only if the client left
}

// view is the data of every page; Data is the page's own.
type view struct {
	Title   string
	Path    string
	Visitor session
	Data    any

	Analytics bool // the page loads a third party's script
}

type problemView struct{ Heading, Text string }

// render answers with a page. A page that fails to execute is answered with 500.
func (s *Shop) render(w http.ResponseWriter, r *http.Request, v session, status int, page, title string, data any) {
	body, err := s.pages.execute(page, view{Title: title, Path: r.URL.Path, Visitor: v, Data: data, Analytics: s.analytics.Load()})
	if err != nil {
		s.log.Error("page failed", "page", page, "err", err)
		s.problem(w, r, v, http.StatusInternalServerError, "Something went wrong", "We could not show this page. It is not your fault.")
		return
	}
	writeHTML(w, status, body)
}

// problem answers with a page that describes a problem.
func (s *Shop) problem(w http.ResponseWriter, r *http.Request, v session, status int, heading, text string) {
	body, err := s.pages.execute("problem", view{Title: heading, Path: r.URL.Path, Visitor: v, Data: problemView{heading, text}})
	if err != nil {
		s.log.Error("page failed", "page", "problem", "err", err)
		http.Error(w, heading, status)
		return
	}
	writeHTML(w, status, body)
}

// fragment answers a script with a part of a page.
func (s *Shop) fragment(w http.ResponseWriter, status int, part string, data any) {
	body, err := s.pages.part(part, data)
	if err != nil {
		s.log.Error("part failed", "part", part, "err", err)
		http.Error(w, "Something went wrong", http.StatusInternalServerError)
		return
	}
	writeHTML(w, status, body)
}

func writeHTML(w http.ResponseWriter, status int, body *bytes.Buffer) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // fails only if the client left
}
