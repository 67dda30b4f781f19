package har

import (
	"slices"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"

	"valkyrie/probes/journey"
)

// TestRefusedAnswer checks that an answer which Chrome refused is one problem with its status, whichever is reported first.
func TestRefusedAnswer(t *testing.T) {
	tab := target.ID("t")
	sent := &network.EventRequestWillBeSent{RequestID: "1", Request: &network.Request{Method: "GET", URL: "https://other.example/ad.js"}}
	failed := &network.EventLoadingFailed{RequestID: "1", ErrorText: "net::ERR_BLOCKED_BY_ORB"}
	raw := func(status int64) any {
		return &network.EventResponseReceivedExtraInfo{RequestID: "1", Headers: network.Headers{"a": "b"}, StatusCode: status}
	}
	const network, answered = journey.ProblemNetwork, journey.ProblemHTTP
	for name, c := range map[string]struct {
		events []any
		kinds  []string
	}{
		"headers first":        {[]any{sent, raw(502), failed}, []string{answered}},
		"failure first":        {[]any{sent, failed, raw(502)}, []string{answered}},
		"headers before all":   {[]any{raw(502), sent, failed}, []string{answered}},
		"refused without":      {[]any{sent, failed}, []string{network}},
		"refused for its type": {[]any{sent, failed, raw(200)}, []string{network}},
	} {
		t.Run(name, func(t *testing.T) {
			r := &Recorder{}
			r.Reset("https://shop.example")
			for _, ev := range c.events {
				r.Handle(tab, Source{ID: tab}, ev)
			}
			var kinds []string
			for _, p := range r.NewProblems() {
				kinds = append(kinds, p.Kind)
			}
			if !slices.Equal(kinds, c.kinds) {
				t.Errorf("got %q, want %q", kinds, c.kinds)
			}
		})
	}
}
