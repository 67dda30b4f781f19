package browser_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// TestRefusedCode checks that a step which fails after a one-time code names a clock that is wrong, and only then.
func TestRefusedCode(t *testing.T) {
	for name, c := range map[string]struct {
		ahead time.Duration // the site's clock
		code  bool
		want  string
	}{
		"the site is ahead":  {5 * time.Minute, true, "is 5m0s behind the site's, so its one-time codes are wrong: set the clock"},
		"the site is behind": {-5 * time.Minute, true, "is 5m0s ahead of the site's"},
		"the clock is right": {0, true, ""},
		"no code is used":    {5 * time.Minute, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := serve(t, nil, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", time.Now().Add(c.ahead).UTC().Format(http.TimeFormat))
				w.Header().Set("Content-Type", "text/html")
				_, _ = fmt.Fprint(w, `<form onsubmit="refused.hidden = false; return false"><label>Code <input></label><button>Sign in</button></form><p id=refused hidden>Wrong code`)
			}})
			run := signIn(t, site, c.code)
			if got := run.Error; run.Outcome != journey.Failed || !strings.Contains(got, "Wrong code") || strings.Contains(got, "clock") != (c.want != "") || !strings.Contains(clockSaid(got), c.want) {
				t.Errorf("%s: %s, want %q", run.Outcome, got, c.want)
			}
		})
	}
}

// clockSaid is what an error says of the clock, with a difference of whole minutes: an answer's date has no fractions of a second.
func clockSaid(text string) string {
	return strings.NewReplacer("5m1s", "5m0s", "4m59s", "5m0s").Replace(text)
}

func signIn(t *testing.T, site *url.URL, code bool) journey.Run {
	tab := browser.NewTab()
	r := journey.Runner{Stage: journey.Stage{
		Site: site, Chrome: program, Secrets: func(string) (string, error) { return "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", nil },
	}, Evidence: folder(t.TempDir())}
	return r.Run(t.Context(), journey.Journey{Name: "test", Uses: tab, Secrets: []string{"shop-2fa"}, Steps: []journey.Step{
		{Name: "go", Limit: 8 * time.Second, Do: func(s *journey.T) {
			tab.Visit("/")
			entry := "000000"
			if code {
				entry = s.TOTP("shop-2fa")
			}
			tab.Fill(browser.Field("Code"), entry)
			tab.Click(browser.Button("Sign in"))
			tab.See(browser.Text("Welcome"))
		}},
	}}, time.Now())
}
