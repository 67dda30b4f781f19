package standin

import (
	"crypto/subtle"
	"net/http"
	"strings"
)

const root = "/2010-04-01/Accounts/"

// newRoutes lays out the part of Twilio's API that is played, and the exchange's own paths.
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
	mux.HandleFunc("GET /standin/log", ex.serveLog)
	mux.HandleFunc("POST /standin/behave", ex.serveBehave)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { ex.writeFault(w, notFound(r.URL.Path)) })
	return mux
}

// authenticated lets only the account itself through, and has the form read, so that nothing is left on the wire.
func (ex *Exchange) authenticated(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if !same(user, ex.cfg.AccountSID) || !same(password, ex.cfg.AuthToken) {
			w.Header().Set("WWW-Authenticate", `Basic realm="Twilio API"`)
			ex.writeFault(w, fault{http.StatusUnauthorized, 20003, "Authenticate"})
			return
		}
		if strings.TrimSuffix(r.PathValue("account"), ".json") != ex.cfg.AccountSID {
			ex.writeFault(w, notFound(r.URL.Path))
			return
		}
		const most = 1 << 20
		r.Body = http.MaxBytesReader(w, r.Body, most)
		if err := r.ParseForm(); err != nil {
			ex.writeFault(w, fault{http.StatusBadRequest, 20001, "Bad request"})
			return
		}
		h(w, r)
	}
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
