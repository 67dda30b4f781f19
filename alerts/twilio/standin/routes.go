package standin

import (
	"crypto/subtle"
	"net/http"
	"strings"
)

const root = "/2010-04-01/Accounts/"

// newRoutes returns the routes of the supported part of Twilio's API, and the exchange's own paths.
func (ex *Exchange) newRoutes() http.Handler {
	mux := http.NewServeMux()
	api := func(method, path string, h http.HandlerFunc) {
		mux.HandleFunc(method+" "+root+"{account}"+path, ex.authenticated(h))
	}
	api("GET", "", ex.fetchAccount)
	api("GET", "/IncomingPhoneNumbers.json", ex.listNumbers)
	api("GET", "/OutgoingCallerIds.json", ex.listVerified)
	api("POST", "/Calls.json", ex.createCall)
	api("GET", "/Calls.json", ex.listCalls)
	api("GET", "/Calls/{sid}", ex.fetchCall)
	api("POST", "/Calls/{sid}", ex.updateCall)
	api("POST", "/Messages.json", ex.createText)
	api("GET", "/Messages.json", ex.listTexts)
	api("GET", "/Messages/{sid}", ex.fetchText)
	mux.HandleFunc("GET /v1/DialingPermissions/Countries", ex.authenticated(ex.listCountries)) // of another host, at Twilio
	mux.HandleFunc("GET /standin/log", ex.serveLog)
	mux.HandleFunc("POST /standin/behave", ex.serveBehave)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { ex.writeFault(w, notFound(r.URL.Path)) })
	return mux
}

// authenticated admits only the account itself, and reads the form, so that nothing is left unread on the connection.
func (ex *Exchange) authenticated(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if !same(user, ex.cfg.AccountSID) || !same(password, ex.cfg.AuthToken) {
			w.Header().Set("WWW-Authenticate", `Basic realm="Twilio API"`)
			ex.writeFault(w, apiError{http.StatusUnauthorized, 20003, "Authenticate"})
			return
		}
		if named := r.PathValue("account"); named != "" && strings.TrimSuffix(named, ".json") != ex.cfg.AccountSID {
			ex.writeFault(w, notFound(r.URL.Path))
			return
		}
		const most = 1 << 20
		r.Body = http.MaxBytesReader(w, r.Body, most)
		if err := r.ParseForm(); err != nil {
			ex.writeFault(w, apiError{http.StatusBadRequest, 20001, "Bad request"})
			return
		}
		h(w, r)
	}
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// A Journal is the exchange's whole history, as answered by GET /standin/log.
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
