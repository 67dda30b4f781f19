package cloud_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/functions/cloud"
	"valkyrie/functions/lambdatest"
	"valkyrie/infra/environ"
	"valkyrie/probes/journey"
)

// environment returns the pager's environment, with changes.
func environment(t *testing.T, w *lambdatest.World, change ...string) func(string) string {
	t.Helper()
	env := map[string]string{}
	for _, line := range w.Env(environ.FunctionPager, lambdatest.Home, append([]string{environ.CallbackURL + "=http://127.0.0.1:1"}, change...)...) {
		name, value, _ := strings.Cut(line, "=")
		env[name] = value
		if strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, value)
		}
	}
	return func(name string) string { return env[name] }
}

// TestOpen: a function with a wrong environment reports the fault when it starts.
func TestOpen(t *testing.T) {
	w := lambdatest.NewWorld(t)
	faulty := filepath.Join(t.TempDir(), "alerts.yaml")
	if err := os.WriteFile(faulty, []byte("judge: {failures: 2}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ change, want string }{
		"no fault":                   {"X=y", ""},
		"no such on-call file":       {environ.Alerts + "=none.yaml", "read the on-call file that VALKYRIE_ALERTS names"},
		"a faulty on-call file":      {environ.Alerts + "=" + faulty, `judge.failures: unknown field`},
		"an unknown kind of secrets": {environ.Secrets + "=/valkyrie/", "expected ssm:/path/"},
		"no table":                   {environ.Table + "=", "VALKYRIE_TABLE is not set"},
	} {
		_, err := cloud.Open(t.Context(), environ.FunctionPager, environment(t, w, c.change), lambdatest.Practice())
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
}

// TestOpenPhone checks that one token is accepted, or two during a rotation, and that errors do not contain the tokens.
func TestOpenPhone(t *testing.T) {
	w := lambdatest.NewWorld(t)
	for value, want := range map[string]string{
		"oldtoken": "oldtoken", " newtoken  oldtoken\n": "newtoken oldtoken",
		"one two three": "expected one token, or two with a space between during a rotation, got 3", "not-a-token": "auth token: want letters and digits only",
	} {
		w.Cloud.Parameter("/valkyrie/"+environ.TwilioToken, value)
		s, err := cloud.Open(t.Context(), environ.FunctionPager, environment(t, w), lambdatest.Practice())
		if err != nil {
			t.Fatal(err)
		}
		access, err := s.OpenPhone(t.Context(), "https://hooks.example.com")
		got := strings.Join(access.Tokens, " ")
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) || strings.Contains(got, "three") || strings.Contains(got, "not-a-token") {
			t.Errorf("%q: %q; want %q", value, got, want)
		}
	}
}

// TestFuture: the cloud refuses a run from the future, as a laptop does.
func TestFuture(t *testing.T) {
	w := lambdatest.NewWorld(t)
	s, err := cloud.Open(t.Context(), environ.FunctionPager, environment(t, w), lambdatest.Practice())
	if err != nil {
		t.Fatal(err)
	}
	run := journey.Run{ID: "x", Journey: "print-card", Region: lambdatest.Home, Slot: time.Now().UTC().Truncate(time.Second), EveryMS: 60_000, Outcome: journey.Passed}
	if _, err := s.Recorder(s.Tables.Home).Record(t.Context(), run); err != nil {
		t.Error(err)
	}
	run.ID, run.Slot = "y", run.Slot.Add(time.Hour)
	if _, err := s.Recorder(s.Tables.Home).Record(t.Context(), run); !errors.Is(err, judge.ErrFutureRun) {
		t.Errorf("got %v", err)
	}
	if runs, err := w.Tables[lambdatest.Home].Runs(t.Context(), incident.RunQuery{}); err != nil || len(runs) != 1 || runs[0].ID != "x" {
		t.Errorf("%+v, %v", runs, err)
	}
}
