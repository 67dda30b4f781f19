package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"valkyrie/probes/api"
	"valkyrie/probes/journey"
)

// exchangesOf runs a step that fails at its end, and returns what the run leaves behind as one text.
func exchangesOf(t *testing.T, h http.HandlerFunc, do func(t *journey.T, c *api.Client)) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	site, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	kept := evidence{}
	c := api.NewClient()
	r := journey.Runner{Evidence: kept, Stage: journey.Stage{Site: site, Secrets: func(string) (string, error) { return "hunter22-x9", nil }}}
	run := r.Run(t.Context(), journey.Journey{Name: "test", Uses: c, Secrets: []string{"shop-password"}, Steps: []journey.Step{{Name: "ask", Do: func(t *journey.T) {
		do(t, c)
		t.Failf("done")
	}}}}, time.Now())
	return fmt.Sprint(run) + kept["exchanges.txt"]
}

// TestExchangesAreMasked checks that cookies, and fields with the names of secrets, are hidden wherever an exchange has them, though
// the journey declares none of them; a secret that the journey knows is hidden as parts too.
func TestExchangesAreMasked(t *testing.T) {
	got := exchangesOf(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "s3same-cookie", Path: "/"})
		w.Header().Set("X-Session-Token", "s3same-header")
		w.Header().Set("X-Seen", "fine")
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/new?access_token=s3same-location", http.StatusFound)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"id_token":"s3same-answer","user":"anna","echo":"22-x9"}`)
	}, func(t *journey.T, c *api.Client) {
		c.SetHeader("X-Auth-Key", "s3same-key")
		c.Bearer("s3same-bearer")
		c.Get("/old?api_key=s3same-query")
		c.Post("/login", map[string]string{"user": "anna", "password": "s3same-password"})
		t.Secret("shop-password")
		c.Post("/login", map[string]any{"a": "hunter", "b": "22-x9"})
		c.Post("/login", []string{"h", "u", "n", "t", "e", "r", "2", "2", "-", "x", "9"})
		c.Send(api.Request{Method: "POST", Path: "/raw", Body: []byte("h\x00u\x00n\x00t\x00e\x00r\x002\x002\x00-\x00x\x009\x00")})
	})
	for _, secret := range []string{"s3same", "hunter", "22-x9", `"h","u"`, "h␀u", "h\x00u"} {
		if at := strings.Index(got, secret); at >= 0 {
			t.Errorf("%q is shown: ...%s...", secret, got[max(0, at-80):min(len(got), at+80)])
		}
	}
	for _, kept := range []string{"anna", "X-Seen: fine", "sid=[hidden]; Path=/", "Authorization: Bearer [hidden]", "/old?api_key=[hidden]"} {
		if !strings.Contains(got, kept) {
			t.Errorf("%q is missing in %s", kept, got)
		}
	}
}
