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

// TestConfined checks that an API check on AWS refuses this machine's addresses after the name is resolved, also in a redirect, and that
// the site itself may be on it.
func TestConfined(t *testing.T) {
	asked := 0
	runtime := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer runtime.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(runtime.URL, "http://"), ":")
	h := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, runtime.URL+"/2018-06-01/runtime/invocation/next", http.StatusTemporaryRedirect)
		}
	}
	for name, c := range map[string]struct {
		path    string
		hosts   []string
		outcome journey.Outcome
		asked   int
	}{
		"the site":   {"/", nil, journey.Passed, 0},
		"a redirect": {"/away", nil, journey.Failed, 0},
		"a name":     {"http://localhost:" + port + "/", nil, journey.Failed, 0},
		"named":      {"http://localhost:" + port + "/", []string{"localhost:" + port}, journey.Passed, 1},
	} {
		asked = 0
		server := httptest.NewServer(http.HandlerFunc(h))
		site, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		client := api.NewClient()
		r := journey.Runner{Stage: journey.Stage{Site: site, Confined: true}}
		run := r.Run(t.Context(), journey.Journey{Name: "test", Uses: client, Hosts: c.hosts, Steps: []journey.Step{{Name: "ask", Do: func(*journey.T) { client.Get(c.path).Expect(http.StatusOK) }}}}, time.Now())
		if run.Outcome != c.outcome || asked != c.asked || c.outcome == journey.Failed && !strings.Contains(run.Error, "an address of its own machine") {
			t.Errorf("%s: %s: %s (asked %d times)", name, run.Outcome, run.Error, asked)
		}
		server.Close()
	}
}
