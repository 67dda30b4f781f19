package api_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"valkyrie/probes/api"
	"valkyrie/probes/journey"
)

// TestExpect checks each expectation, met and not.
func TestExpect(t *testing.T) {
	const schema = `{"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "jobs": {"type": "array"}}}`
	answer := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Cache", "HIT from edge")
			fmt.Fprint(w, text)
		}
	}
	type status struct{ ID, Status string }
	type optional struct {
		ID   string  `json:"id"`
		Due  *string `json:"due"`
		Note string  `json:"note,omitempty"`
		Jobs []struct {
			Number int `json:"number"`
		} `json:"jobs"`
	}
	decode := func(v any) func(api.Answer) { return func(a api.Answer) { a.JSON(v) } }
	for name, c := range map[string]struct {
		text  string
		check func(a api.Answer)
		words string // "": it passes
	}{
		"header":                 {"{}", func(a api.Answer) { a.ExpectHeader("x-cache", "HIT") }, ""},
		"header, other":          {"{}", func(a api.Answer) { a.ExpectHeader("X-Cache", "MISS") }, `expected the header X-Cache with "MISS", got "HIT from edge"`},
		"header, none":           {"{}", func(a api.Answer) { a.ExpectHeader("ETag", "") }, `expected the header ETag with "", got none`},
		"time":                   {"{}", func(a api.Answer) { a.ExpectWithin(time.Minute) }, ""},
		"time, too long":         {"{}", func(a api.Answer) { a.ExpectWithin(time.Nanosecond) }, "expected it within 1ns, took "},
		"path":                   {`{"jobs":[{"n":3}]}`, func(a api.Answer) { a.ExpectJSON("jobs[0].n", 3).ExpectJSON("$.jobs.0.n", 3.0) }, ""},
		"path, whole":            {`[1, "a", null, {"b": true}]`, func(a api.Answer) { a.ExpectJSON("", []any{1, "a", nil, map[string]bool{"b": true}}) }, ""},
		"path, other":            {`{"jobs":[{"n":3}]}`, func(a api.Answer) { a.ExpectJSON("jobs[0].n", "3") }, `expected "3" at "jobs[0].n", got 3`},
		"path, none":             {`{"jobs":[]}`, func(a api.Answer) { a.ExpectJSON("jobs[0].n", 3) }, `expected JSON with "jobs[0].n", got none at "jobs.0"`},
		"path, large numbers":    {`9007199254740993`, func(a api.Answer) { a.ExpectJSON("", 9007199254740992) }, "expected 9007199254740992"},
		"schema":                 {`{"id":"7"}`, func(a api.Answer) { a.ExpectSchema(schema) }, ""},
		"schema, other":          {`{"id":7}`, func(a api.Answer) { a.ExpectSchema(schema) }, "got number, want string"},
		"schema, missing":        {`{}`, func(a api.Answer) { a.ExpectSchema(schema) }, "missing property 'id'"},
		"schema, invalid":        {`{}`, func(a api.Answer) { a.ExpectSchema(`{"type": 7}`) }, "the schema is not valid"},
		"schema, elsewhere":      {`{}`, func(a api.Answer) { a.ExpectSchema(`{"$ref": "file:///etc/passwd"}`) }, "the schema is not valid"},
		"GraphQL":                {`{"data":{"a":1},"errors":[]}`, func(a api.Answer) { a.ExpectGraphQL() }, ""},
		"GraphQL, errors":        {`{"data":null,"errors":[{"message":"no such order"}]}`, func(a api.Answer) { a.ExpectGraphQL() }, "got 1: no such order"},
		"GraphQL, partial":       {`{"data":{"a":1},"errors":[{"message":"b is down"}]}`, func(a api.Answer) { a.ExpectGraphQL() }, "got 1: b is down"},
		"GraphQL, odd errors":    {`{"data":{"a":1},"errors":"bad"}`, func(a api.Answer) { a.ExpectGraphQL() }, "got bad"},
		"GraphQL, no data":       {`{}`, func(a api.Answer) { a.ExpectGraphQL() }, "with data"},
		"GraphQL, a list":        {`[]`, func(a api.Answer) { a.ExpectGraphQL() }, "an object"},
		"JSON":                   {`{"id":"7","status":"queued"}`, decode(&status{}), ""},
		"JSON, other case":       {`{"Id":"7","STATUS":"queued"}`, decode(&status{}), ""},
		"JSON, missing field":    {`{"id":"7"}`, decode(&status{}), `expected JSON with the field "Status"`},
		"JSON, null field":       {`{"id":"7","status":null}`, decode(&status{}), `a value instead of null for "status"`},
		"JSON, optional fields":  {`{"id":"7","jobs":null}`, decode(&optional{}), ""},
		"JSON, null pointer":     {`{"id":"7","due":null,"jobs":[{"number":1}]}`, decode(&optional{}), ""},
		"JSON, missing in list":  {`{"id":"7","jobs":[{"number":1},{}]}`, decode(&optional{}), `the field "jobs[1].number"`},
		"JSON, missing in map":   {`{"a":{"id":"7"}}`, decode(&map[string]status{}), `the field "a.Status"`},
		"JSON, null":             {`null`, decode(&status{}), "a value instead of null"},
		"JSON, null list":        {`null`, decode(&[]string{}), "a value instead of null"},
		"JSON, null for any":     {` null `, decode(new(any)), "a value instead of null"},
		"JSON, time":             {`{"At":"2026-11-30T00:00:00Z"}`, decode(&struct{ At time.Time }{}), ""},
		"JSON, trailing":         {`{"id":"7","status":"x"} {}`, decode(&status{}), "after top-level value"},
		"JSON, only a BOM":       {"\xef\xbb\xbf", decode(&status{}), "expected JSON: unexpected end"},
		"JSON, nothing":          {"", decode(&status{}), "expected JSON: unexpected end"},
		"JSON, into no pointer":  {"{}", decode(status{}), "needs a pointer"},
		"a body with BOM, path":  {"\xef\xbb\xbf{\"n\":1}", func(a api.Answer) { a.ExpectJSON("n", 1) }, ""},
		"no redirect, as wanted": {"{}", func(a api.Answer) { a.ExpectNoRedirect() }, ""},
		"redirect, but none":     {"{}", func(a api.Answer) { a.ExpectRedirect("/sign-in") }, `expected a redirect to "/sign-in", got 200 OK`},
	} {
		run, _ := playFor(t, time.Minute, answer(c.text), journey.Stage{}, func(client *api.Client, _ *journey.T) { c.check(client.Get("/x")) })
		if run.Outcome.Good() != (c.words == "") || !strings.Contains(run.Error, c.words) {
			t.Errorf("%s: want %q, got %s %s", name, c.words, run.Outcome, run.Error)
		}
	}
}

// TestJSONStartsEmpty: nothing of an earlier answer is left.
func TestJSONStartsEmpty(t *testing.T) {
	texts := []string{`{"a":"1","b":["x","y"]}`, `{"b":["z"]}`}
	playFor(t, time.Minute, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, texts[len(r.URL.Query().Get("n"))]) }, journey.Stage{}, func(c *api.Client, _ *journey.T) {
		var v struct {
			A string `json:"a,omitempty"`
			B []string
		}
		c.Get("/?n=").JSON(&v)
		if c.Get("/?n=1").JSON(&v); v.A != "" || fmt.Sprint(v.B) != "[z]" {
			t.Errorf("%+v", v)
		}
	})
}

// redirecting redirects /shop/301 and so on to /shop/end, which writes how it was asked.
func redirecting(w http.ResponseWriter, r *http.Request) {
	var status int
	if _, err := fmt.Sscanf(r.URL.Path, "/shop/%d", &status); err == nil {
		w.Header().Set("Location", "end")
		w.WriteHeader(status)
		return
	}
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s %s %s", r.Method, body, r.Header.Get("Content-Type"))
}

// TestRedirects: method and body are kept or dropped as RFC 9110 has it, and a lost body is reported.
func TestRedirects(t *testing.T) {
	for _, c := range []struct {
		method string
		status int
		body   string // that arrived, with its method
		words  string // of the failure
	}{
		{"POST", 301, "", "redirect 301 from "},
		{"POST", 302, "", "became a GET without its body"},
		{"POST", 303, "GET", ""},
		{"POST", 307, `POST {"x":1}`, ""},
		{"POST", 308, `POST {"x":1}`, ""},
		{"PUT", 301, `PUT {"x":1}`, ""},
		{"PUT", 303, "GET", ""},
		{"DELETE", 302, `DELETE {"x":1}`, ""},
		{"GET", 301, "GET", ""},
	} {
		run, kept := playFor(t, time.Minute, redirecting, journey.Stage{}, func(client *api.Client, s *journey.T) {
			var body any
			if c.method != "GET" {
				body = map[string]int{"x": 1}
			}
			a := client.Ask(c.method, fmt.Sprintf("/%d", c.status), body).Expect(200)
			if !strings.HasPrefix(string(a.Body), c.body) || len(a.Redirects) != 1 || !strings.HasSuffix(a.Address, "/shop/end") {
				s.Failf("got %s, %v", a.Body, a.Redirects)
			}
		})
		if run.Outcome.Good() != (c.words == "") || !strings.Contains(run.Error, c.words) {
			t.Errorf("%s %d: %s", c.method, c.status, run.Error)
		}
		if c.words != "" && (len(run.Problems) != 1 || !strings.Contains(kept["exchanges.txt"], "redirect")) {
			t.Errorf("%s %d: problems %v", c.method, c.status, run.Problems)
		}
	}
	run, _ := playFor(t, time.Minute, redirecting, journey.Stage{}, func(c *api.Client, _ *journey.T) {
		c.Post("/302", "x").Expect(302).Expect(200)
		c.Get("/301").Expect(301).ExpectRedirect("/end")
		c.Send(api.Request{Path: "/302", KeepRedirect: true}).Expect(302).ExpectRedirect("end")
		c.Get("/307").ExpectNoRedirect()
	})
	if run.Outcome != journey.Failed || !strings.Contains(run.Error, "expected no redirect, got a redirect 307") {
		t.Error(run.Error)
	}
}

// TestOtherOrigin: credentials and traceparent stay on the site, over redirects and in whole addresses; a secret in a body is
// not sent on.
func TestOtherOrigin(t *testing.T) {
	var got http.Header
	var body string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		got, body = r.Header.Clone(), string(text)
	}))
	defer other.Close()
	stage := journey.Stage{Trace: true, Secrets: func(string) (string, error) { return "sesame-7", nil }}
	for name, ask := range map[string]func(c *api.Client, s *journey.T){
		"redirect": func(c *api.Client, _ *journey.T) { c.Get("/to") },
		"own": func(c *api.Client, _ *journey.T) {
			c.Send(api.Request{Path: "/to", Header: map[string]string{"X-Api-Key": "k"}})
		},
		"whole":  func(c *api.Client, _ *journey.T) { c.Get(other.URL + "/x") },
		"body":   func(c *api.Client, _ *journey.T) { c.Post("/to", map[string]int{"x": 1}) },
		"secret": func(c *api.Client, s *journey.T) { c.Post("/to", s.Secret("shop-password")) },
	} {
		got, body = nil, ""
		var sent http.Header
		run, kept := playFor(t, time.Minute, func(w http.ResponseWriter, r *http.Request) {
			sent = r.Header.Clone()
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		}, stage, func(c *api.Client, s *journey.T) {
			c.Bearer("token-1234")
			ask(c, s)
			s.Failf("to see the evidence")
		})
		for _, header := range []string{"Authorization", "Traceparent", "X-Api-Key", "Cookie", "Referer"} {
			if got.Get(header) != "" {
				t.Errorf("%s: the other origin got %s: %s", name, header, got.Get(header))
			}
		}
		if name == "redirect" && (sent.Get("Authorization") != "Bearer token-1234" || sent.Get("Traceparent") == "") {
			t.Errorf("the site got %v", sent)
		}
		if (got == nil) != (name == "secret") || strings.Contains(body, "sesame-7") || name == "body" && body != `{"x":1}` {
			t.Errorf("%s: got %v, %q; %s", name, got, body, run.Error)
		}
		if strings.Contains(kept["exchanges.txt"], "token-1234") {
			t.Errorf("%s: the evidence shows the token", name)
		}
	}
}

// TestTimeouts names the time that was over.
func TestTimeouts(t *testing.T) {
	wait := func(r *http.Request, d time.Duration) {
		select {
		case <-time.After(d):
		case <-r.Context().Done():
		}
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		ask     func(c *api.Client)
		words   string
	}{
		"silence": {func(_ http.ResponseWriter, r *http.Request) { wait(r, time.Minute) }, func(c *api.Client) { c.Get("/") }, "GET /: no answer within 300ms"},
		"body": {func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "half")
			w.(http.Flusher).Flush()
			wait(r, time.Minute)
		}, func(c *api.Client) { c.Get("/") }, "the answer began, but its body stalled after 4 bytes: not whole within 300ms"},
		"what was left": {func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/shop/b" {
				wait(r, 100*time.Millisecond)
				return
			}
			wait(r, time.Minute)
		}, func(c *api.Client) { c.Get("/a"); c.Get("/b") }, "that were left of the step's 300ms"},
	} {
		run, _ := play(t, c.handler, journey.Stage{}, func(client *api.Client, _ *journey.T) { c.ask(client) })
		if run.Outcome != journey.Failed || !strings.Contains(run.Error, c.words) {
			t.Errorf("%s: want %q, got %s", name, c.words, run.Error)
		}
	}
}

// faulty is a network with an error.
type faulty struct{ err error }

func (f faulty) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

// TestWhoseFault: faults of the probe's machine, network and proxy are broken, those of the site are failed.
func TestWhoseFault(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Err: err} }
	for name, c := range map[string]struct {
		err  error
		want journey.Outcome
	}{
		"descriptors":          {dial(syscall.EMFILE), journey.Broken},
		"descriptors, machine": {dial(syscall.ENFILE), journey.Broken},
		"ports":                {dial(syscall.EADDRNOTAVAIL), journey.Broken},
		"buffers":              {dial(syscall.ENOBUFS), journey.Broken},
		"no network":           {dial(syscall.ENETUNREACH), journey.Broken},
		"network down":         {dial(syscall.ENETDOWN), journey.Broken},
		"firewall":             {dial(syscall.EPERM), journey.Broken},
		"proxy":                {&net.OpError{Op: "proxyconnect", Err: syscall.ECONNREFUSED}, journey.Broken},
		"resolver":             {&net.DNSError{Err: "read udp: connection refused", Name: "shop.example"}, journey.Broken},
		"no such host":         {&net.DNSError{Err: "no such host", IsNotFound: true}, journey.Failed},
		"refused":              {dial(syscall.ECONNREFUSED), journey.Failed},
		"host unreachable":     {dial(syscall.EHOSTUNREACH), journey.Failed},
		"reset":                {syscall.ECONNRESET, journey.Failed},
	} {
		run, _ := playFor(t, time.Minute, nil, journey.Stage{Network: faulty{c.err}}, func(client *api.Client, _ *journey.T) { client.Get("/") })
		if run.Outcome != c.want {
			t.Errorf("%s: %s %s", name, run.Outcome, run.Error)
		}
	}
}

// TestCookies keeps them as browsers do.
func TestCookies(t *testing.T) {
	for set, want := range map[string]string{
		`s={"id":1}; Path=/`: `s={"id":1}`, "n=Zoë": "", "n=Zoë; Path=/": "n=Zoë", "s=1; Secure; Path=/": "s=1", `q="a b"; Path=/`: `q="a b"`,
		"s=1; Path=/; Max-Age=0": "", "s=1; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT": "s=1",
		"s=1; Path=/; Expires=Thu, 01-Jan-1970 00:00:00 GMT": "", "s=1; Path=/; Domain=example.com": "", "s=1; Path=/; Domain=127.0.0.1": "s=1",
		"__Host-s=1; Path=/": "", "__Host-s=1; Path=/; Secure": "__Host-s=1", "s=1; Path=/shop/a": "", "s=1; Path=/shop": "s=1", "s=1": "",
		"empty=; Path=/": "empty=", "bare; Path=/": "bare", "; Path=/": "", "a=b=c; Path=/; HttpOnly; SameSite=Lax": "a=b=c",
	} {
		var got string
		playFor(t, time.Minute, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/shop/a/in" {
				w.Header()["Set-Cookie"] = []string{set}
			}
			got = r.Header.Get("Cookie")
		}, journey.Stage{}, func(c *api.Client, _ *journey.T) { c.Get("/a/in"); c.Get("/me") })
		if got != want {
			t.Errorf("%s: sent %q, want %q", set, got, want)
		}
	}
}

// TestBodyLimit: a body over the limit fails with its size, and the limit can be raised.
func TestBodyLimit(t *testing.T) {
	huge := func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 6<<20)) }
	run, _ := playFor(t, time.Minute, huge, journey.Stage{}, func(c *api.Client, _ *journey.T) { c.Get("/") })
	if !strings.Contains(run.Error, "the answer is longer than 4 MB: it has 6.0 MB") {
		t.Error(run.Error)
	}
	run, _ = playFor(t, time.Minute, huge, journey.Stage{}, func(c *api.Client, _ *journey.T) { c.BodyLimit = 8 << 20; c.Get("/").Expect(200) })
	if run.Outcome != journey.Passed {
		t.Error(run.Error)
	}
}

// TestBudgets: a part over its budget makes the step slow.
func TestBudgets(t *testing.T) {
	wait := func(_ http.ResponseWriter, r *http.Request) {
		select { // the delay under test
		case <-time.After(60 * time.Millisecond):
		case <-r.Context().Done():
		}
	}
	run, _ := playFor(t, time.Minute, wait, journey.Stage{}, func(c *api.Client, _ *journey.T) {
		c.Get("/").Budget(api.Times{FirstByte: 10 * time.Millisecond, DNS: time.Minute})
	})
	if s := run.Steps[0]; s.Outcome != journey.Slow || !strings.Contains(s.Error, "first byte took ") || !strings.Contains(s.Error, "budget 10ms") {
		t.Errorf("%s %s", s.Outcome, s.Error)
	}
}
