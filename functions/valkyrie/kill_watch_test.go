package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

// In these tests the watch is killed outright between the second failure in a row, which must wake somebody, and the
// acknowledgement; then it is started again. Whenever that was, one call is made about the incident, and no more.

// A night is one such story: a site that is down, a phone, and a watch that can be killed.
type night struct {
	*testing.T
	place
	phone   *standin.Exchange
	address string // of the phone
	args    []string
	watch   *process
	late    bool // the phone could not be reached at first
}

// newNight begins a night in which the phone rings for so long, and 4 is pressed when somebody has answered. The phone
// is not plugged in yet, nor is anything watched.
func newNight(t *testing.T, ring time.Duration) *night {
	t.Helper()
	t.Parallel()
	n := &night{T: t, place: newPlace(t), phone: standin.New(standin.Config{RingTime: ring, SpeakTime: 10 * time.Millisecond})}
	t.Cleanup(n.phone.Close)
	n.address = n.free()
	// The address of the callbacks must outlive the watch that asked for them, as it does for those with a real account.
	n.args = []string{"watch", "--every", "3s", "--site", down(t), "--db", "valkyrie.db", "--alerts", "oncall.yaml", "--listen", n.free()}
	n.env = append(n.env, "TWILIO_ACCOUNT_SID="+standin.DemoAccountSID, "TWILIO_AUTH_TOKEN="+standin.DemoAuthToken, "TWILIO_API_URL=http://"+n.address)
	if err := os.WriteFile(filepath.Join(n.dir, "oncall.yaml"), []byte(onlyOrders), 0o600); err != nil {
		t.Fatal(err)
	}
	return n
}

// onlyOrders makes one incident of a site that is down altogether.
const onlyOrders = `
judge:
  journeys:
    print-card: {failures_in_a_row: 100, flapping_failures: 100, flapping_out_of: 100}
    order-api: {failures_in_a_row: 100, flapping_failures: 100, flapping_out_of: 100}
    job-api: {failures_in_a_row: 100, flapping_failures: 100, flapping_out_of: 100}
    diagnostics: {failures_in_a_row: 100, flapping_failures: 100, flapping_out_of: 100}
    order-rate: {failures_in_a_row: 100, flapping_failures: 100, flapping_out_of: 100}
    site-sweep: {failures_in_a_row: 100, flapping_failures: 100, flapping_out_of: 100}
on_call:
  people:
    - {name: Ada, phone: "+12025550143"}
    - {name: Grace, phone: "+12025550187"}
  escalation: [Ada, Grace]
  gather: 0s
phone:
  from: "+12025550100"
`

// down is a site that answers everything with an error, so that every journey fails at its first step, at once.
func down(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the site is down", http.StatusServiceUnavailable)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func (n *night) free() string {
	n.Helper()
	addr, err := freeAddress()
	if err != nil {
		n.Fatal(err)
	}
	return addr
}

// plugIn makes the phone reachable.
func (n *night) plugIn() {
	n.Helper()
	ln, err := net.Listen("tcp", n.address)
	if err != nil {
		n.Fatal(err)
	}
	server := httptest.NewUnstartedServer(n.phone)
	server.Listener.Close()
	server.Listener = ln
	server.Start()
	n.Cleanup(func() {
		n.phone.Close() // ends the requests that are kept waiting
		server.Close()
	})
}

// watches starts the watch.
func (n *night) watches() {
	n.Helper()
	n.watch = n.start(n.T, n.args...)
}

// kill kills the watch, and waits until its Chrome is dead too.
func (n *night) kill() {
	n.Helper()
	if code, _, err := n.watch.end(syscall.SIGKILL); code != -1 || err != nil {
		n.Fatalf("exit code %d, %v; stderr:\n%s", code, err, n.watch.stderr.String())
	}
	noneSurvive(n.T, n.place)
}

// until waits for what is to be.
func (n *night) until(what string, ask func() error) {
	n.Helper()
	if err := eventually(ask); err != nil {
		n.Fatalf("waiting until %s: %v; stderr of the watch:\n%s", what, err, n.watch.stderr.String())
	}
}

// untilAsked waits until the phone was asked for so many calls and texts, whatever became of them.
func (n *night) untilAsked(want int) {
	n.Helper()
	n.until("the phone was asked", func() error {
		if got := n.phone.Creates(""); got != want {
			return fmt.Errorf("%d requests, want %d", got, want)
		}
		return nil
	})
}

// untilPage waits until the page that calls Ada is as wanted.
func (n *night) untilPage(what string, is func(alerts.Page) bool) {
	n.Helper()
	n.until("the call's page is "+what, func() error {
		for _, p := range n.route().Pages {
			if p.Channel == alerts.Call && p.Person == "Ada" && is(p) {
				return nil
			}
		}
		return fmt.Errorf("it is not; the pages are %+v", n.route().Pages)
	})
}

// route is what the store says of the people side.
func (n *night) route() alerts.Route {
	n.Helper()
	store := n.store()
	defer store.Close()
	route, err := alerts.LoadRoute(n.Context(), store)
	if err != nil {
		n.Fatal(err)
	}
	return route
}

func (n *night) store() *sqlite.Store {
	n.Helper()
	store, err := sqlite.Open(n.Context(), filepath.Join(n.dir, "valkyrie.db"))
	if err != nil {
		n.Fatal(err)
	}
	return store
}

// failures is how often create-order has failed.
func (n *night) failures() int {
	n.Helper()
	store := n.store()
	defer store.Close()
	runs, err := store.Runs(n.Context(), alerts.RunQuery{Journey: "create-order"})
	if err != nil {
		n.Fatal(err)
	}
	for _, r := range runs {
		if r.Outcome != journey.Failed {
			n.Fatalf("a run is %s, want all to fail", r)
		}
	}
	return len(runs)
}

// ends waits until Ada has acknowledged, and for two failures more. Then she must have been called once, and texted
// once, and nobody else at all.
func (n *night) ends() {
	n.Helper()
	n.until("the incident was acknowledged", func() error {
		r := n.route()
		if len(r.Incidents) != 1 {
			return fmt.Errorf("%d incidents", len(r.Incidents))
		}
		if i := r.Incidents[0]; i.State != alerts.Acknowledged || i.AckedBy != "Ada" {
			return fmt.Errorf("it is %s, by %q; the calls are %+v", i.State, i.AckedBy, n.phone.Calls())
		}
		return nil
	})
	seen := n.failures()
	n.until("it has failed twice more", func() error {
		if got := n.failures(); got < seen+2 {
			return fmt.Errorf("%d failures, want %d", got, seen+2)
		}
		return nil
	})
	if calls := n.phone.Calls(); len(calls) != 1 || calls[0].To != "+12025550143" || calls[0].Keys != "4" {
		n.Errorf("want one call, to Ada; got %+v", calls)
	}
	// A text that could not be sent for a while is dropped when the key comes first: nobody needs it any more.
	texts := n.phone.Texts()
	if dropped := n.late && len(texts) == 0; !dropped && (len(texts) != 1 || texts[0].To != "+12025550143") {
		n.Errorf("want one text, to Ada; got %+v", texts)
	}
	if code, _, err := n.watch.end(os.Interrupt); code != 0 || err != nil {
		n.Errorf("exit code %d, %v", code, err)
	}
}

// Before it was judged: the second failure is in the store, and nothing has followed from it.
func TestKilledBeforeTheJudgement(t *testing.T) {
	n := newNight(t, time.Second)
	n.plugIn()
	store := n.store()
	now := time.Now().UTC().Truncate(time.Second)
	for ago := 2; ago > 0; ago-- {
		slot := now.Add(-time.Duration(ago) * time.Minute)
		if err := store.PutRun(t.Context(), journey.Run{
			ID: fmt.Sprint("run", ago), Journey: "create-order", Region: "laptop", Slot: slot, Started: slot, Outcome: journey.Failed,
			Steps: []journey.StepResult{{Name: "sign in", Outcome: journey.Failed, Error: "it answered 503"}}, Error: `step "sign in": it answered 503`,
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	n.watches()
	n.ends()
	if since := n.route().Incidents[0].Since; !since.Equal(now.Add(-2 * time.Minute)) {
		t.Errorf("the incident is said to last since %v; the first of the two failures was at %v", since, now.Add(-2*time.Minute))
	}
}

// At the decision: the incident is open, and the call is being made, or not yet.
func TestKilledAtTheDecision(t *testing.T) {
	n := newNight(t, 5*time.Second)
	n.plugIn()
	n.watches()
	n.watch.mustSay(t, `opens: `)
	n.kill()
	n.watches()
	n.ends()
}

// Before the call: the phone could not be reached until then.
func TestKilledBeforeTheCall(t *testing.T) {
	n := newNight(t, time.Second)
	n.late = true
	n.watches()
	n.untilPage("tried in vain", func(p alerts.Page) bool { return p.State == alerts.Planned && p.Tries > 0 && p.Why != "" })
	n.kill()
	n.plugIn()
	n.watches()
	n.ends()
	if got := n.phone.Creates(""); got > 2 {
		t.Errorf("the phone was asked %d times, want for one call and at most one text", got)
	}
}

// lease is how long a page belongs to the watch that was sending it; and settled how long it takes to be sure that it
// was lost. (alerts/route.go)
const (
	lease   = 20 * time.Second
	settled = 45 * time.Second
)

// After the call was placed, and before the answer that says so: it is found at the carrier, and not made again.
func TestKilledAfterTheCall(t *testing.T) {
	n := newNight(t, lease+6*time.Second) // so it rings until after it was found, and nothing else tells of it
	n.plugIn()
	n.phone.Default(standin.TimeoutAfter)
	n.watches()
	n.untilAsked(2)
	n.kill()
	n.untilPage("claimed", func(p alerts.Page) bool { return p.State == alerts.Claimed && p.SID == "" })
	n.answersAgain()
	n.watches()
	n.untilPage("found", func(p alerts.Page) bool { return p.State == alerts.Accepted && p.SID == n.phone.Calls()[0].SID })
	if status := n.phone.Calls()[0].Status; status != "ringing" {
		t.Errorf("the call is %s already, so it may have been told of by its callbacks", status)
	}
	n.ends()
	if got := n.phone.Creates(""); got != 2 {
		t.Errorf("the phone was asked %d times, want once for the call and once for the text", got)
	}
}

// answersAgain has the phone answer requests as it should.
func (n *night) answersAgain() {
	n.phone.Default(standin.Press(alerts.AckKey))
	n.phone.Default(standin.Deliver)
}

// In the middle of a request that never arrived: the carrier does not know of it, so it is made again, once.
func TestKilledBeforeTheCarrierHadIt(t *testing.T) {
	n := newNight(t, time.Second)
	n.plugIn()
	n.phone.Default(standin.TimeoutBefore)
	n.watches()
	n.untilAsked(2)
	n.kill()
	n.untilPage("claimed", func(p alerts.Page) bool { return p.State == alerts.Claimed })
	claimed := n.route().Pages[0].ClaimedAt
	n.answersAgain()
	n.watches()
	n.untilPage("unknown", func(p alerts.Page) bool { return p.State == alerts.Unknown })
	n.untilPage("sent again", func(p alerts.Page) bool { return p.State == alerts.Accepted && p.Resent && p.Tries == 2 })
	if after := n.phone.Calls()[0].Created.Sub(claimed); after < settled || after > settled+10*time.Second {
		t.Errorf("it was sent again after %v, want %v", after, settled)
	}
	n.ends()
	if got := n.phone.Creates(""); got != 4 {
		t.Errorf("the phone was asked %d times, want twice for the call and twice for the text", got)
	}
}

// After the acknowledgement: a watch that starts anew, with nothing but the store to remember by, calls nobody.
func TestKilledAfterTheAcknowledgement(t *testing.T) {
	n := newNight(t, time.Second)
	n.plugIn()
	n.watches()
	n.until("the key was pressed", func() error {
		if calls := n.phone.Calls(); len(calls) == 0 || !calls[0].Settled {
			return fmt.Errorf("the calls are %+v", calls)
		}
		return nil
	})
	n.kill()
	n.watches()
	n.ends()
}
