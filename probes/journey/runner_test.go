package journey_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"valkyrie/probes/journey"
)

// A recorder is an Instrument that records its calls.
type recorder struct {
	calls  []string
	start  error
	died   error
	killed chan struct{}
}

func (r *recorder) note(s string) { r.calls = append(r.calls, s) }
func (r *recorder) Start(context.Context, journey.Stage) error {
	r.killed = make(chan struct{})
	r.note("start")
	return r.start
}
func (r *recorder) Begin(*journey.T) { r.note("begin") }
func (r *recorder) Died() error      { return r.died }
func (r *recorder) Kill()            { r.note("kill"); close(r.killed) }
func (r *recorder) Stop() error      { r.note("stop"); return nil }
func (r *recorder) Version() string  { return "recorder/1" }
func (r *recorder) Capture(_ context.Context, save func(kind, name string, data []byte) journey.Evidence) []journey.Evidence {
	r.note("capture")
	return []journey.Evidence{save("picture", "p.png", []byte("x")), {Kind: "html", Missing: "gone"}}
}

type saver struct{ err error }

func (s saver) Save(run journey.Run, name string, _ []byte) (string, error) {
	return run.Journey + "/" + name, s.err
}

func run(ctx context.Context, j journey.Journey) journey.Run {
	r := journey.Runner{Stage: journey.Stage{Site: &url.URL{Scheme: "http", Host: "shop.test"}}, Region: "eu", Evidence: saver{}}
	j.Name = "test"
	return r.Run(ctx, j, time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC))
}

// outcomes formats a run's steps: "a passed, b failed: why".
func outcomes(r journey.Run) string {
	var all []string
	for _, s := range r.Steps {
		one := s.Name + " " + string(s.Outcome)
		if s.Error != "" {
			one += ": " + s.Error
		}
		all = append(all, one)
	}
	return strings.Join(all, ", ")
}

func step(name string, do func(*journey.T)) journey.Step {
	return journey.Step{Name: name, Limit: time.Second, Do: do}
}

func pass(*journey.T) {}

func TestRun(t *testing.T) {
	fail := func(t *journey.T) { t.Failf("no %s", "PDF"); panic("Failf returned") }
	for name, c := range map[string]struct {
		journey journey.Journey
		outcome journey.Outcome
		steps   string
		err     string
		calls   string
	}{
		"passes": {
			journey.Journey{Steps: []journey.Step{step("a", pass), step("b", pass)}, Cleanup: []journey.Step{step("c", pass)}},
			journey.Passed, "a passed, b passed, c passed", "", "start begin begin begin stop",
		},
		"a failed expectation ends the step and the run, but not the cleanup": {
			journey.Journey{Steps: []journey.Step{step("a", fail), step("b", pass)}, Cleanup: []journey.Step{step("c", pass), step("d", pass)}},
			journey.Failed, "a failed: no PDF, b not-run, c passed, d passed", `step "a": no PDF`, "start begin capture begin begin stop",
		},
		"a failed cleanup changes no verdict": {
			journey.Journey{Steps: []journey.Step{step("a", pass)}, Cleanup: []journey.Step{step("c", fail), step("d", pass)}},
			journey.Passed, "a passed, c failed: no PDF, d passed", "", "start begin begin capture begin stop",
		},
		"ours": {
			journey.Journey{Steps: []journey.Step{step("a", func(t *journey.T) { t.Brokenf("no secret") })}},
			journey.Broken, "a broken: no secret", `step "a": no secret`, "start begin capture stop",
		},
		"slow by the customer's wait": {
			journey.Journey{Steps: []journey.Step{{Name: "a", Slow: time.Second, Limit: 9 * time.Second, Do: func(t *journey.T) { t.Waited(800 * time.Millisecond); t.Waited(300 * time.Millisecond) }}}},
			journey.Slow, "a slow", "", "start begin stop",
		},
		"not slow by our own time": {
			journey.Journey{Steps: []journey.Step{{Name: "a", Slow: time.Millisecond, Limit: 9 * time.Second, Do: func(t *journey.T) { t.Waited(0); time.Sleep(time.Second) }}}},
			journey.Passed, "a passed", "", "start begin stop",
		},
		"over its limit": {
			journey.Journey{Steps: []journey.Step{step("a", func(t *journey.T) { <-t.Context().Done(); t.Failf("waited %s", t.LimitNote()) })}},
			journey.Failed, "a failed: waited within 1s", `step "a": waited within 1s`, "start begin capture stop",
		},
		"no steps": {
			journey.Journey{}, journey.Broken, "", `journey "test": it has no steps`, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &recorder{}
				c.journey.Uses = r
				got := run(t.Context(), c.journey)
				if got.Outcome != c.outcome || outcomes(got) != c.steps || got.Error != c.err || strings.Join(r.calls, " ") != c.calls {
					t.Errorf("got %s\nsteps %s\nerror %s\ncalls %s", got.Outcome, outcomes(got), got.Error, r.calls)
				}
			})
		})
	}
}

func TestRunIsIdentified(t *testing.T) {
	r := run(t.Context(), journey.Journey{Uses: &recorder{}, Steps: []journey.Step{step("a", func(t *journey.T) { t.Failf("no") })}})
	if id, err := uuid.Parse(r.ID); err != nil || id.Version() != 7 {
		t.Errorf("id %q: want a UUIDv7 (%v)", r.ID, err)
	}
	if r.Journey != "test" || r.Region != "eu" || r.Site != "http://shop.test" || r.Chrome != "recorder/1" || r.Slot.Hour() != 3 || r.Started.IsZero() || r.Steps[0].Started.IsZero() {
		t.Errorf("%+v", r)
	}
	want := []journey.Evidence{{Kind: "picture", Path: "test/p.png"}, {Kind: "html", Missing: "gone"}}
	if diff := cmp.Diff(want, r.Evidence); diff != "" {
		t.Error(diff)
	}
}

func TestPanicIsOurs(t *testing.T) {
	r := run(t.Context(), journey.Journey{Steps: []journey.Step{step("a", func(*journey.T) { panic("oops") })}})
	if r.Outcome != journey.Broken || !strings.Contains(r.Error, "the probe's code panicked: oops") || !strings.Contains(r.Error, "runner_test.go") {
		t.Errorf("%s: %s", r.Outcome, r.Error)
	}
}

func TestInstrumentFaultsAreOurs(t *testing.T) {
	r := run(t.Context(), journey.Journey{Uses: &recorder{start: errors.New("no Chrome")}, Steps: []journey.Step{step("a", pass)}})
	if r.Outcome != journey.Broken || r.Error != "no Chrome" || outcomes(r) != "a not-run" {
		t.Errorf("start: %s %s: %s", r.Outcome, outcomes(r), r.Error)
	}
	r = run(t.Context(), journey.Journey{Uses: &recorder{died: errors.New("Chrome died")}, Steps: []journey.Step{step("a", func(t *journey.T) { t.Failf("no PDF") })}})
	if r.Outcome != journey.Broken || r.Error != `step "a": Chrome died` {
		t.Errorf("died: %s: %s", r.Outcome, r.Error)
	}
}

// TestPrepare: what a journey prepares starts at the same time as its instrument, before the first step and outside of its time; a
// failure of either breaks the run.
func TestPrepare(t *testing.T) {
	type prepare = []func(context.Context) error
	slow := func(context.Context) error { <-time.After(15 * time.Second); return nil }
	hang := func(context.Context) error { <-time.After(time.Minute); return nil }
	for name, c := range map[string]struct {
		uses    *recorder
		prepare prepare
		takes   time.Duration
		want    string
	}{
		"two slow ones": {&recorder{}, prepare{slow, slow}, 15 * time.Second, ""},
		"an error":      {&recorder{}, prepare{func(context.Context) error { return errors.New("no PDFium") }}, 0, "no PDFium"},
		"both":          {&recorder{start: errors.New("no Chrome")}, prepare{func(context.Context) error { return errors.New("no PDFium") }}, 0, "no Chrome\nno PDFium"},
		"a panic":       {&recorder{}, prepare{func(context.Context) error { panic("oops") }}, 0, "the probe's code panicked: oops"},
		"its deadline":  {&recorder{}, prepare{func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}, 20 * time.Second, "context deadline exceeded"},
		"no deadline":   {&recorder{}, prepare{hang}, 23 * time.Second, "did not start, and ignored its deadline"},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			r := run(t.Context(), journey.Journey{Uses: c.uses, Prepare: c.prepare, Steps: []journey.Step{step("a", pass)}})
			if d := time.Since(began); d != c.takes {
				t.Errorf("%s: it took %v, want %v", name, d, c.takes)
			}
			if want := map[bool]journey.Outcome{true: journey.Passed, false: journey.Broken}[c.want == ""]; r.Outcome != want || !strings.Contains(r.Error, c.want) {
				t.Errorf("%s: %s: %s, want %s: %s", name, r.Outcome, r.Error, want, c.want)
			}
			if r.DurationMS != 0 {
				t.Errorf("%s: the steps took %d ms, want 0", name, r.DurationMS)
			}
			<-time.After(2 * time.Minute) // until the abandoned one returns
		})
	}
	r := run(t.Context(), journey.Journey{Prepare: prepare{func(context.Context) error { return errors.New("no PDFium") }}, Steps: []journey.Step{step("a", pass)}})
	if r.Outcome != journey.Broken || outcomes(r) != "a not-run" {
		t.Errorf("without an instrument: %s: %s", r.Outcome, outcomes(r))
	}
}

// TestWatchdog checks that a step whose calls outlive its limit is ended with its instrument, after evidence was saved.
func TestWatchdog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		began := time.Now()
		got := run(t.Context(), journey.Journey{Uses: r, Steps: []journey.Step{step("a", func(*journey.T) { <-r.killed })}})
		if got.Outcome != journey.Failed || got.Error != `step "a": it did not end within 1s` || fmt.Sprint(r.calls) != "[start begin capture kill stop]" {
			t.Errorf("%s: %s %v", got.Outcome, got.Error, r.calls)
		}
		if d := time.Since(began); d > 2*time.Second {
			t.Errorf("it took %v", d)
		}
	})
}

func TestInterruptedRunIsNotTheSitesFault(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := run(ctx, journey.Journey{Steps: []journey.Step{step("a", func(t *journey.T) { cancel(); <-t.Context().Done(); t.Failf("no PDF") })}})
	if r.Outcome != journey.Broken || r.Error != `step "a": the run was interrupted` {
		t.Errorf("%s: %s", r.Outcome, r.Error)
	}
}

// TestTitles checks which titles a journey may have.
func TestTitles(t *testing.T) {
	for title, want := range map[string]string{
		"":                        "",
		"print a card":            "",
		"Grüße drucken — 你好 👩‍👧":  "",
		strings.Repeat("é", 100):  "",
		strings.Repeat("é", 101):  `expected one line of at most 100 characters, all of them printable, since it is read out on the phone; got 101 characters`,
		strings.Repeat("x", 3000): "got 3000 characters",
		"print\na card":           `Title "print\na card": expected one line`,
		"print\r\na card":         `Title "print\r\na card": expected one line`,
		"print\ta card":           `Title "print\ta card": expected one line`,
		"print \x1b[31ma card":    `Title "print \x1b[31ma card": expected one line`,
		"print \u202ea card":      `Title "print \u202ea card": expected one line`,
		"print \u2028a card":      `Title "print \u2028a card": expected one line`,
		"print a card\xff":        `expected one line`,
	} {
		err := journey.Journey{Name: "print-card", Title: title, Steps: []journey.Step{{Name: "a", Do: pass}}}.Validate()
		switch {
		case want == "" && err != nil, want != "" && err == nil:
			t.Errorf("%q: got %v, want %q", title, err, want)
		case err != nil && (!strings.HasPrefix(err.Error(), `journey "print-card": Title "`) || !strings.Contains(err.Error(), want) || len(err.Error()) > 400):
			t.Errorf("%q: got %v, want %q", title, err, want)
		}
	}
}

func TestValidateNamesEveryFault(t *testing.T) {
	err := journey.Journey{Name: "Print Card", Steps: []journey.Step{
		{Name: "a", Do: pass}, {Name: "a"}, {Do: pass}, {Name: "b", Slow: 9 * time.Second, Limit: time.Second, Do: pass},
	}}.Validate()
	want := []string{
		`journey "Print Card": the name must be lower-case words joined by hyphens, such as "print-card"`,
		`journey "Print Card": two steps are called "a"; history could not tell them apart`,
		`journey "Print Card": step "a" does nothing: set Do`,
		`journey "Print Card": step 3 has no name`,
		`journey "Print Card": step "b": Slow (9s) must be between 0 and Limit (1s)`,
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
}
