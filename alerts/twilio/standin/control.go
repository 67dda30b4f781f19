package standin

import (
	"net/http"
)

// A Journal is everything the exchange remembers, as GET /standin/log answers it.
type Journal struct {
	Calls   []CallRecord `json:"calls"`
	Texts   []TextRecord `json:"texts"`
	Creates int          `json:"creates"` // create requests, also those that placed nothing
}

func (ex *Exchange) serveLog(w http.ResponseWriter, _ *http.Request) {
	ex.writeJSON(w, http.StatusOK, Journal{Calls: ex.Calls(), Texts: ex.Texts(), Creates: ex.Creates("")})
}

// serveBehave takes a form: "behaviour" is a list like "busy, press 4", queued for the number "to" (empty: any), or made
// the default when "default" is set; "callbacks" is a Manner.
func (ex *Exchange) serveBehave(w http.ResponseWriter, r *http.Request) {
	if list := r.FormValue("behaviour"); list != "" {
		bs, err := ParseBehaviours(list)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if r.FormValue("default") != "" {
			ex.Default(bs[len(bs)-1])
		} else {
			ex.Behave(r.FormValue("to"), bs...)
		}
	}
	switch m := Manner(r.FormValue("callbacks")); m {
	case "":
	case Prompt, LateCallbacks, DoubledCallbacks, ForgedCallbacks, NoCallbacks:
		ex.Callbacks(m)
	default:
		http.Error(w, "callbacks: want prompt, late, doubled, forged or none", http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
