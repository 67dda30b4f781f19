package demoshop

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
)

// faultView is a fault and whether it is on.
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

// switchFault is for scripts: on=true or on=false, in the form or in the address.
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

// flipFault is the button on the page Backstage.
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
