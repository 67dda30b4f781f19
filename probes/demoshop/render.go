package demoshop

import (
	"bytes"
	"net/http"
)

// view is what every page gets; Data is the page's own.
type view struct {
	Title   string
	Path    string
	Visitor session
	Data    any

	Analytics bool // the page asks for a third party's script
}

type problemView struct{ Heading, Text string }

// render answers with a page. A page that fails to execute is a real fault and is answered as one.
func (s *Shop) render(w http.ResponseWriter, r *http.Request, v session, status int, page, title string, data any) {
	body, err := s.pages.execute(page, view{Title: title, Path: r.URL.Path, Visitor: v, Data: data, Analytics: s.analytics.Load()})
	if err != nil {
		s.log.Error("page failed", "page", page, "err", err)
		s.problem(w, r, v, http.StatusInternalServerError, "Something went wrong", "We could not show this page. It is not your fault.")
		return
	}
	writeHTML(w, status, body)
}

// problem answers with a page that says what is wrong.
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
