package practice_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/infra/chrome"
	"valkyrie/infra/evidence"
	"valkyrie/infra/suite"
	"valkyrie/probes/demoshop"
	"valkyrie/probes/journey"
	"valkyrie/probes/practice"
)

var program journey.Program

func TestMain(m *testing.M) {
	c, err := chrome.Find(context.Background(), chrome.Config{Progress: os.Stderr})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program = journey.Program{Path: c.Path, Env: c.Env}
	os.Exit(m.Run())
}

// secret is the practice shop's public account.
func secret(name string) (string, error) {
	value, ok := demoshop.Secret(name)
	if !ok {
		return "", journey.ErrNoSecret
	}
	return value, nil
}

// shop is a practice shop with the faults on, and a function that runs a journey against it.
func shop(t *testing.T, faults ...string) func(make func() journey.Journey) journey.Run {
	return staging(t, nil, faults...)
}

// staging is a practice shop whose journeys are given inputs.
func staging(t *testing.T, inputs map[string]string, faults ...string) func(make func() journey.Journey) journey.Run {
	t.Helper()
	s, err := demoshop.New(demoshop.Config{Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(func() { server.Close(); s.Close() })
	site, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return func(make func() journey.Journey) journey.Run {
		r := journey.Runner{Stage: journey.Stage{Site: site, Chrome: program, Secrets: secret, Inputs: inputs}, Region: "test", Evidence: evidence.Folder(t.TempDir())}
		run := r.Run(t.Context(), make(), time.Now())
		for _, s := range run.Steps {
			t.Logf("%-28s %-8s %5d ms  %s", s.Name, s.Outcome, s.DurationMS, s.Error)
		}
		return run
	}
}

// TestOutages plays each outage that the shop can play, and checks which journey sees it, at which step, in which words;
// and that the other one stays green where its customers would.
func TestOutages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault   string
		journey func() journey.Journey
		outcome journey.Outcome
		step    string // of the verdict
		words   string
	}{
		{"", practice.PrintCard, journey.Passed, "", ""},
		{"", practice.CreateOrder, journey.Passed, "", ""},
		{"", practice.OrderAPI, journey.Passed, "", ""},
		{"", practice.JobAPI, journey.Passed, "", ""},
		{"", practice.Diagnostics, journey.Passed, "", ""},
		{"", practice.OrderRate, journey.Passed, "", ""},
		{"", practice.SiteSweep, journey.Passed, "", ""},
		{"workers-down", practice.PrintCard, journey.Failed, "wait for the PDF", `expected to see the link "Download PDF" within 10s`},
		{"workers-down", practice.CreateOrder, journey.Passed, "", ""},
		{"ids-exhausted", practice.CreateOrder, journey.Failed, "place the order", `expected to see the heading "Thank you for your order" within 5s`},
		{"ids-exhausted", practice.PrintCard, journey.Passed, "", ""},
		{"cache-down", practice.CreateOrder, journey.Slow, "open the catalogue", ""},
		{"broken-asset", practice.PrintCard, journey.Failed, "press Print", "GET /static/cards.js answered 404"},
		{"broken-page", practice.CreateOrder, journey.Failed, "open the catalogue", "answered 500"},
		{"broken-page", practice.PrintCard, journey.Passed, "", ""},
		{"broken-page", practice.SiteSweep, journey.Failed, "ask for every page", "/catalogue: 500 Internal Server Error (on /)"},
		{"ids-exhausted", practice.OrderAPI, journey.Failed, "create an order", "POST /api/orders: no answer within 5s"},
		{"cache-down", practice.Diagnostics, journey.Slow, "read the numbers", ""},
		{"intermittent", practice.JobAPI, journey.Failed, "queue a job", "POST /api/jobs: no answer within 5s"},
		{"intermittent", practice.PrintCard, journey.Failed, "press Print", "within 5s"},
		{"intermittent", practice.CreateOrder, journey.Passed, "", ""},
		{"restart-loop", practice.JobAPI, journey.Failed, "queue a job", "the connection was closed in the middle"},
		{"restart-loop", practice.CreateOrder, journey.Failed, "sign in", "ERR_EMPTY_RESPONSE"},
	} {
		t.Run(c.fault+"/"+c.journey().Name, func(t *testing.T) {
			t.Parallel()
			suite.Core(t)
			var run journey.Run
			if c.fault == "" {
				run = shop(t)(c.journey)
			} else {
				run = shop(t, c.fault)(c.journey)
			}
			culprit, _ := run.Culprit()
			if run.Outcome != c.outcome || culprit.Name != c.step || !strings.Contains(run.Error, c.words) {
				t.Errorf("outcome %s at %q, want %s at %q with %q in: %s", run.Outcome, culprit.Name, c.outcome, c.step, c.words, run.Error)
			}
		})
	}
}

// TestRehearsal: a batch of the size of the real day is refused before the real day, while the usual size passes.
func TestRehearsal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault, teachers string
		outcome         journey.Outcome
		words           string
	}{
		{"", "4000", journey.Passed, ""},
		{"long-address", "800", journey.Passed, ""},
		{"long-address", "4000", journey.Failed, "414 URI Too Long"},
		{"refused-form", "4000", journey.Failed, "refused as an attack"},
	} {
		t.Run(c.fault+"/"+c.teachers, func(t *testing.T) {
			t.Parallel()
			suite.Core(t)
			var faults []string
			if c.fault != "" {
				faults = append(faults, c.fault)
			}
			run := staging(t, map[string]string{"teachers": c.teachers}, faults...)(practice.WeeklyCards)
			if run.Outcome != c.outcome {
				t.Errorf("%s, want %s: %s", run.Outcome, c.outcome, run.Error)
			}
			if c.words != "" && !strings.Contains(keptPage(t, run), c.words) {
				t.Errorf("the page that was kept does not say %q", c.words)
			}
		})
	}
}

// keptPage is the page that was kept of a run as evidence.
func keptPage(t *testing.T, run journey.Run) string {
	t.Helper()
	i := slices.IndexFunc(run.Evidence, func(e journey.Evidence) bool { return e.Kind == "html" })
	if i < 0 {
		t.Fatalf("no page was kept: %+v", run.Evidence)
	}
	text, err := os.ReadFile(run.Evidence[i].Path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestOrderIsCancelledWithoutConfirmation: an order whose confirmation never comes stays on the site unless the journey
// notes it before it waits.
func TestOrderIsCancelledWithoutConfirmation(t *testing.T) {
	t.Parallel()
	suite.Core(t)
	s, err := demoshop.New(demoshop.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var cancelled []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/cancel") {
			mu.Lock()
			cancelled = append(cancelled, r.URL.Path)
			mu.Unlock()
		}
		if r.Method == http.MethodPost && r.URL.Path == "/orders" {
			s.ServeHTTP(httptest.NewRecorder(), r)
			http.Error(w, "the confirmation is lost", http.StatusBadGateway)
			return
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { server.Close(); s.Close() })
	site, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	r := journey.Runner{Stage: journey.Stage{Site: site, Chrome: program, Secrets: secret}, Region: "test"}
	run := r.Run(t.Context(), practice.CreateOrder(), time.Now())
	mu.Lock()
	defer mu.Unlock()
	if run.Outcome != journey.Failed || run.CleanupError != "" || len(cancelled) != 1 {
		t.Errorf("%s: %s; the cleanup: %q; cancelled: %s", run.Outcome, run.Error, run.CleanupError, cancelled)
	}
}
