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

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/infra/slowdown"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

// These tests kill the watch between the second failure in a row, which must page, and the acknowledgement, and start it
// again. Whenever it was killed, exactly one call is made about the incident.

// A crashTest is a site that is down, a phone, and a watch to kill.
type crashTest struct {
	*testing.T
	workspace
	phone   *standin.Exchange
	address string // of the phone
	args    []string
	watch   *process
	late    bool // the phone is unreachable at first
}

// newCrashTest returns a test whose phone rings for the given time before Ada answers and presses 4. Neither the phone nor
// the watch is started yet.
func newCrashTest(t *testing.T, ring time.Duration) *crashTest {
	t.Helper()
	t.Parallel()
	n := &crashTest{T: t, workspace: newWorkspace(t), phone: standin.New(standin.Options{RingTime: ring, SpeakTime: 10 * time.Millisecond})}
	t.Cleanup(n.phone.Close)
	t.Cleanup(func() { n.awaitOrphans() })
	n.address = n.free()
	// The callbacks keep their address after a restart, as those of a real account do.
	n.args = []string{"watch", "--every", "6s", "--site", down(t), "--db", "valkyrie.db", "--alerts", "oncall.yaml", "--listen", n.free()}
	n.env = append(n.env, "TWILIO_ACCOUNT_SID="+standin.DemoAccountSID, "TWILIO_AUTH_TOKEN="+standin.DemoAuthToken, "TWILIO_API_URL=http://"+n.address)
	if err := os.WriteFile(filepath.Join(n.dir, "oncall.yaml"), []byte(onlyOrders), 0o600); err != nil {
		t.Fatal(err)
	}
	return n
}

// awaitOrphans waits for the runs of a watch that was killed: each ends by itself when it notices, and keeps its evidence.
func (n *crashTest) awaitOrphans() {
	for until := time.Now().Add(slowdown.Scale(20 * time.Second)); time.Now().Before(until); time.Sleep(100 * time.Millisecond) {
		left := 0
		links, _ := filepath.Glob("/proc/[0-9]*/cwd")
		for _, link := range links {
			if dir, err := os.Readlink(link); err == nil && dir == n.dir {
				left++
			}
		}
		if left == 0 {
			return
		}
	}
	n.Error("runs of the killed watch did not end")
}

// onlyOrders lets a site that is down open only one incident, about create-order.
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

// down serves a site that answers every request with an error, so that every journey fails at its first step.
func down(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the site is down", http.StatusServiceUnavailable)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func (n *crashTest) free() string {
	n.Helper()
	addr, err := freeAddress()
	if err != nil {
		n.Fatal(err)
	}
	return addr
}

// plugIn makes the phone reachable.
func (n *crashTest) plugIn() {
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
		n.phone.Close() // ends the requests in progress
		server.Close()
	})
}

// startWatch starts the watch.
func (n *crashTest) startWatch() {
	n.Helper()
	n.watch = n.start(n.T, n.args...)
}

// kill kills the watch, and waits until its Chrome has ended.
func (n *crashTest) kill() {
	n.Helper()
	if code, _, err := n.watch.end(syscall.SIGKILL); code != -1 || err != nil {
		n.Fatalf("exit code %d, %v; stderr:\n%s", code, err, n.watch.stderr.String())
	}
	awaitNoChrome(n.T, n.workspace)
}

// until waits until check returns no error.
func (n *crashTest) until(what string, check func() error) {
	n.Helper()
	if err := eventually(check); err != nil {
		n.Fatalf("waiting until %s: %v; stderr of the watch:\n%s", what, err, n.watch.stderr.String())
	}
}

// untilRequested waits until the phone got so many requests for calls and texts.
func (n *crashTest) untilRequested(want int) {
	n.Helper()
	n.until("the phone got its requests", func() error {
		if got := n.phone.Creates(""); got != want {
			return fmt.Errorf("%d requests, want %d", got, want)
		}
		return nil
	})
}

// untilPage waits until the page that calls Ada has a state.
func (n *crashTest) untilPage(what string, is func(incident.Page) bool) {
	n.Helper()
	n.until("the call's page is "+what, func() error {
		for _, p := range n.route().Pages {
			if p.Channel == incident.Call && p.Person == "Ada" && is(p) {
				return nil
			}
		}
		return fmt.Errorf("it is not; the pages are %+v", n.route().Pages)
	})
}

// route returns the notification state of the store.
func (n *crashTest) route() paging.NotificationState {
	n.Helper()
	store := n.store()
	defer store.Close()
	route, err := paging.LoadState(n.Context(), store)
	if err != nil {
		n.Fatal(err)
	}
	return route
}

func (n *crashTest) store() *sqlite.Store {
	n.Helper()
	store, err := sqlite.Open(n.Context(), filepath.Join(n.dir, "valkyrie.db"))
	if err != nil {
		n.Fatal(err)
	}
	return store
}

// failures counts the failed runs of create-order.
func (n *crashTest) failures() int {
	n.Helper()
	store := n.store()
	defer store.Close()
	runs, err := store.Runs(n.Context(), incident.RunQuery{Journey: "create-order"})
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

// checkOneCall waits for Ada's acknowledgement and two more failures. By then there must be one call and one text, both to
// Ada.
func (n *crashTest) checkOneCall() {
	n.Helper()
	n.until("the incident was acknowledged", func() error {
		r := n.route()
		if len(r.Incidents) != 1 {
			return fmt.Errorf("%d incidents", len(r.Incidents))
		}
		if i := r.Incidents[0]; i.State != incident.Acknowledged || i.AckedBy != "Ada" {
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
	// A text that is still unsent when the key arrives is dropped, because it is no longer needed.
	texts := n.phone.Texts()
	if dropped := n.late && len(texts) == 0; !dropped && (len(texts) != 1 || texts[0].To != "+12025550143") {
		n.Errorf("want one text, to Ada; got %+v", texts)
	}
	if code, _, err := n.watch.end(os.Interrupt); code != 0 || err != nil {
		n.Errorf("exit code %d, %v", code, err)
	}
}

// TestKilledBeforeJudging: the second failure is stored, and not yet judged.
func TestKilledBeforeJudging(t *testing.T) {
	n := newCrashTest(t, time.Second)
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
	n.startWatch()
	n.checkOneCall()
	if since := n.route().Incidents[0].Since; !since.Equal(now.Add(-2 * time.Minute)) {
		t.Errorf("the incident began at %v; the first of the two failures was at %v", since, now.Add(-2*time.Minute))
	}
}

// TestKilledAtTheDecision: the incident is open, and the call may have begun.
func TestKilledAtTheDecision(t *testing.T) {
	n := newCrashTest(t, 5*time.Second)
	n.plugIn()
	n.startWatch()
	n.watch.mustPrint(t, `opens: `)
	n.kill()
	n.startWatch()
	n.checkOneCall()
}

// TestKilledBeforeTheCall: the phone was unreachable until the restart.
func TestKilledBeforeTheCall(t *testing.T) {
	n := newCrashTest(t, time.Second)
	n.late = true
	n.startWatch()
	n.untilPage("retried", func(p incident.Page) bool { return p.State == incident.Planned && p.Tries > 0 && p.Why != "" })
	n.kill()
	n.plugIn()
	n.startWatch()
	n.checkOneCall()
	if got := n.phone.Creates(""); got > 2 {
		t.Errorf("the phone got %d requests, want one for the call and at most one for the text", got)
	}
}

// lease is how long a page belongs to the watch that sends it. resendAfter is how long a page with an unknown outcome waits
// before it is sent again. Both are constants of the pager.
const (
	lease       = 20 * time.Second
	resendAfter = 45 * time.Second
)

// TestKilledAfterTheCall: the provider placed the call, and its response was lost: the call is found, and not made again.
func TestKilledAfterTheCall(t *testing.T) {
	n := newCrashTest(t, lease+6*time.Second) // it rings until it is found, so no callback reports it before
	n.plugIn()
	n.phone.Default(standin.TimeoutAfter)
	n.startWatch()
	n.untilRequested(2)
	n.kill()
	n.untilPage("claimed", func(p incident.Page) bool { return p.State == incident.Claimed && p.SID == "" })
	n.restorePhone()
	n.startWatch()
	n.untilPage("found", func(p incident.Page) bool { return p.State == incident.Accepted && p.SID == n.phone.Calls()[0].SID })
	if status := n.phone.Calls()[0].Status; status != "ringing" {
		t.Errorf("the call is %s already, so a callback may have reported it", status)
	}
	n.checkOneCall()
	if got := n.phone.Creates(""); got != 2 {
		t.Errorf("the phone got %d requests, want one for the call and one for the text", got)
	}
}

// restorePhone lets the phone answer requests normally again.
func (n *crashTest) restorePhone() {
	n.phone.Default(standin.Press(paging.AckKey))
	n.phone.Default(standin.Deliver)
}

// TestKilledDuringTheRequest: the request never reached the provider, so it is sent again, once.
func TestKilledDuringTheRequest(t *testing.T) {
	n := newCrashTest(t, time.Second)
	n.plugIn()
	n.phone.Default(standin.TimeoutBefore)
	n.startWatch()
	n.untilRequested(2)
	n.kill()
	n.untilPage("claimed", func(p incident.Page) bool { return p.State == incident.Claimed })
	claimed := n.route().Pages[0].ClaimedAt
	n.restorePhone()
	n.startWatch()
	n.untilPage("unknown", func(p incident.Page) bool { return p.State == incident.Unknown })
	n.untilPage("sent again", func(p incident.Page) bool { return p.State == incident.Accepted && p.Resent && p.Tries == 2 })
	if after := n.phone.Calls()[0].Created.Sub(claimed); after < resendAfter || after > resendAfter+10*time.Second {
		t.Errorf("it was resent after %v, want %v", after, resendAfter)
	}
	n.checkOneCall()
	if got := n.phone.Creates(""); got != 4 {
		t.Errorf("the phone got %d requests, want two for the call and two for the text", got)
	}
}

// TestKilledAfterTheAcknowledgement: a restarted watch, which has only the store, makes no further call.
func TestKilledAfterTheAcknowledgement(t *testing.T) {
	n := newCrashTest(t, time.Second)
	n.plugIn()
	n.startWatch()
	n.until("the key was pressed", func() error {
		if calls := n.phone.Calls(); len(calls) == 0 || !calls[0].Settled {
			return fmt.Errorf("the calls are %+v", calls)
		}
		return nil
	})
	n.kill()
	n.startWatch()
	n.checkOneCall()
}
