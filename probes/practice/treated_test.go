package practice_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/suite"
	"valkyrie/probes/demoshop"
	"valkyrie/probes/journey"
	"valkyrie/probes/practice"
)

// TestTreatedAsATest: a shop that knows the probe by its user agent, and gives it a test order's number, is found out; and
// the probe that does not say who it is gets a customer's.
func TestTreatedAsATest(t *testing.T) {
	t.Parallel()
	suite.Core(t)
	s, err := demoshop.New(demoshop.Config{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.UserAgent(), "Valkyrie") {
			r.Header.Set("X-Test-Order", "1")
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { server.Close(); s.Close() })
	site, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for agent, want := range map[string]journey.Outcome{"Valkyrie/1": journey.Failed, "": journey.Passed} {
		r := journey.Runner{Stage: journey.Stage{Site: site, Chrome: program, Secrets: secret, Agent: agent}, Region: "test"}
		run := r.Run(t.Context(), practice.CreateOrder(), time.Now())
		if run.Outcome != want || want == journey.Failed && !strings.Contains(run.Error, `-T": this order did not go the customers' way`) {
			t.Errorf("agent %q: %s: %s", agent, run.Outcome, run.Error)
		}
		if last := run.Steps[len(run.Steps)-1]; last.Outcome != journey.Passed {
			t.Errorf("agent %q: the order is not cancelled: %s: %s", agent, last.Outcome, last.Error)
		}
	}
}
