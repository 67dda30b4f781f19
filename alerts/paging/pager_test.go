package paging_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/probes/journey"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const grace = "+12025550187"

// TestIncidentEndToEnd checks that two failures call with all facts, that a key acknowledges, and that the person who
// was paged gets the all-clear.
func TestIncidentEndToEnd(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	o.mustAdvance(0)
	if err := o.recordRun(0, journey.Failed); err != nil {
		t.Fatal(err)
	}
	o.mustAdvance(30 * time.Second)
	o.wantCalls("")
	o.advanceClock(15 * time.Second)
	if err := o.recordRun(1, journey.Failed); err != nil {
		t.Fatal(err)
	}
	o.mustAdvance(0)
	o.wantCalls("Ada")
	words := strings.Join(o.exchange.Calls()[0].Words, "\n")
	for _, part := range []string{"print a card", "wait for the PDF", "No PDF", "3 o'clock in the morning, UTC", "eu", "twice in a row", paging.Prompt, "Thank you, Ada"} {
		if !strings.Contains(words, part) {
			t.Errorf("the call does not say %q:\n%s", part, words)
		}
	}
	body := o.exchange.Texts()[0].Body
	for _, part := range []string{"print a card", "wait for the PDF", "03:00 UTC", "eu", "twice in a row", "#" + o.incident().Short()} {
		if !strings.Contains(body, part) {
			t.Errorf("the text does not say %q: %s", part, body)
		}
	}
	for minute := 2; minute < 10; minute++ {
		if err := o.recordRun(minute, journey.Failed); err != nil {
			t.Fatal(err)
		}
		o.mustAdvance(45 * time.Second)
	}
	o.wantCalls("Ada")
	o.wantAcked("Ada")
	if err := o.recordRun(10, journey.Passed); err != nil {
		t.Fatal(err)
	}
	o.mustAdvance(time.Minute)
	o.wantCalls("Ada")
	o.wantTexts("Ada:alarm Ada:all-clear")
	rec := o.incident()
	if rec.State != incident.Resolved || len(rec.Pages) != 3 || rec.Streak != 10 || rec.Runs != 10 {
		t.Errorf("in the history: %s, %d pages, %d in a row, %d runs folded", rec.State, len(rec.Pages), rec.Streak, rec.Runs)
	}
	route, err := o.pager.State(t.Context())
	if err != nil || len(route.Incidents) != 0 || len(route.Pages) != 0 {
		t.Errorf("the route still has %d incidents and %d pages, error %v", len(route.Incidents), len(route.Pages), err)
	}
}

// TestUnacknowledged checks that the next person is called at once, that a voicemail and a silent listener do not
// acknowledge, that the escalation repeats after a pause, and that each text is sent once.
func TestUnacknowledged(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	o.exchange.Behave("", standin.NoAnswer, standin.Voicemail, standin.Listen, standin.Busy, standin.FailCall, standin.Press("7"))
	o.down()
	o.mustAdvance(0)
	o.wantCalls("Ada Grace")
	o.mustAdvance(4 * time.Minute)
	o.wantCalls("Ada Grace")
	o.mustAdvance(time.Minute)
	o.wantCalls("Ada Grace Ada Grace")
	o.mustAdvance(5 * time.Minute)
	o.wantCalls("Ada Grace Ada Grace Ada Grace")
	o.mustAdvance(5 * time.Minute)
	o.wantCalls("Ada Grace Ada Grace Ada Grace Ada")
	o.mustAdvance(10 * time.Minute)
	o.wantCalls("Ada Grace Ada Grace Ada Grace Ada")
	o.wantAcked("Ada")
	o.wantTexts("Ada:alarm Grace:alarm")
	for i, want := range []string{"", "", "This is the second round; Ada and Grace have not acknowledged.", "This is the second round; Ada and Grace have not acknowledged.", "This is the third round; Ada and Grace have not acknowledged."} {
		if words := strings.Join(o.exchange.Calls()[i].Words, "\n"); len(words) > 0 && (want == "" && strings.Contains(words, "round") || !strings.Contains(words, want)) {
			t.Errorf("call %d does not say %q:\n%s", i+1, want, words)
		}
	}
	if want, words := "This is the fourth round; ", strings.Join(o.exchange.Calls()[6].Words, "\n"); !strings.Contains(words, want) {
		t.Errorf("the last call does not say %q:\n%s", want, words)
	}
	var results []string
	for _, p := range o.incident().Pages {
		if p.Channel == incident.Call {
			results = append(results, p.Result+p.Key)
		}
	}
	if got := fmt.Sprint(results); got != "[no-answer machine human busy failed human7 human4]" {
		t.Errorf("results: %s", got)
	}
	if err := o.recordRun(2, journey.Passed); err != nil {
		t.Fatal(err)
	}
	o.mustAdvance(time.Minute)
	o.wantTexts("Ada:alarm Ada:all-clear Grace:alarm Grace:all-clear")
}

// TestProviderFaults checks that for each fault of the API at Ada's first call and text, she is called once, or Grace
// is if Ada cannot be called.
func TestProviderFaults(t *testing.T) {
	for _, c := range []struct {
		behaviour    standin.Behaviour
		calls, texts string
		asked        int // create requests for Ada: one for the call and one for the text
	}{
		{standin.TooMany, "Ada", "Ada:alarm", 4},
		{standin.ServerError, "Ada", "Ada:alarm", 4},
		{standin.Refuse(21211), "Grace", "Grace:alarm", 2},
		{standin.Refuse(20003), "Grace", "Grace:alarm", 2},
		{standin.TimeoutBefore, "Ada", "Ada:alarm", 4},
		{standin.TimeoutAfter, "Ada", "Ada:alarm", 2},
		{standin.NoSID, "Ada", "Ada:alarm", 2},
		{standin.Truncated, "Ada", "Ada:alarm", 2},
	} {
		for _, manner := range []standin.Manner{standin.Prompt, standin.DoubledCallbacks, standin.LateCallbacks} {
			t.Run(string(c.behaviour)+" "+string(manner), func(t *testing.T) {
				t.Parallel()
				o := newTestbed(t, time.Second).open(nil)
				o.exchange.Callbacks(manner)
				o.exchange.Behave(alertstest.AdasNumber, c.behaviour, c.behaviour)
				o.down()
				o.mustAdvance(3 * time.Minute)
				o.wantCalls(c.calls)
				o.wantAcked(c.calls)
				asked := c.asked
				if settledInTurn := c.behaviour == standin.ServerError || c.behaviour == standin.TimeoutBefore; settledInTurn && o.texted() == "" {
					asked-- // the call's key was quicker, so that the text was cancelled
				} else {
					o.wantTexts(c.texts)
				}
				if n := o.exchange.Creates(alertstest.AdasNumber); n != asked {
					t.Errorf("%d create requests for Ada, want %d", n, asked)
				}
			})
		}
	}
}

// TestUnknownTwice checks that a page with two unknown outcomes is not sent a third time, and that the next person is
// called.
func TestUnknownTwice(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	o.exchange.Behave(alertstest.AdasNumber, standin.ServerError, standin.ServerError, standin.ServerError, standin.ServerError)
	o.down()
	o.mustAdvance(80 * time.Second)
	o.wantCalls("")
	o.mustAdvance(2 * time.Minute)
	o.wantCalls("Grace")
	o.wantAcked("Grace")
	if n := o.exchange.Creates(alertstest.AdasNumber); n != 4 {
		t.Errorf("%d create requests for Ada, want 4", n)
	}
}

// TestNoCallbacks checks that without callbacks no page counts as answered and no two calls are in progress at once,
// and that a key acknowledges once callbacks work.
func TestNoCallbacks(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	o.exchange.Callbacks(standin.NoCallbacks)
	o.down()
	o.mustAdvance(time.Minute)
	o.wantCalls("Ada")
	o.mustAdvance(2 * time.Minute)
	o.wantCalls("Ada Grace")
	o.exchange.Callbacks(standin.Prompt)
	o.mustAdvance(20 * time.Minute)
	o.wantCalls("Ada Grace Ada")
	o.wantAcked("Ada")
}

// TestForgedKey checks that a key press with a wrong signature changes nothing.
func TestForgedKey(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	o.exchange.Behave("", standin.ForgedKey("4"), standin.ForgedKey("4"))
	o.down()
	o.mustAdvance(0)
	o.wantCalls("Ada Grace")
	if i := o.incident(); i.State != incident.Notified || i.AckedBy != "" {
		t.Errorf("after the forged keys it is %s by %q", i.State, i.AckedBy)
	}
	for _, c := range o.exchange.Calls() {
		if !slices.ContainsFunc(c.Posts, func(p standin.PostedTo) bool { return p.Key == "4" && p.Code == http.StatusForbidden }) {
			t.Errorf("the forged key was not refused: %+v", c.Posts)
		}
	}
	o.mustAdvance(6 * time.Minute)
	o.wantCalls("Ada Grace Ada")
	o.wantAcked("Ada")
}

var errDead = errors.New("the program was killed")
