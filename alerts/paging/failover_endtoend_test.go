package paging_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
	"valkyrie/alerts/twilio/standin"
)

// A recordingPhone accepts and keeps every dispatch, as the failover channel.
type recordingPhone struct {
	now func() time.Time

	mu         sync.Mutex
	dispatches []paging.Dispatch
	at         []time.Time
}

func (p *recordingPhone) Send(_ context.Context, d paging.Dispatch) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dispatches, p.at = append(p.dispatches, d), append(p.at, p.now())
	return "aws-" + d.PageID, nil
}

func (p *recordingPhone) Find(context.Context, paging.Dispatch, time.Time) (string, bool, error) {
	return "", false, errors.New("it cannot be asked")
}

func (p *recordingPhone) list() ([]paging.Dispatch, []time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.dispatches), slices.Clone(p.at)
}

// TestFailoverEndToEnd checks with the real store, phone and protocol that for each fault of Twilio's API the failover
// channel has the call and the text within 45 s, that each person is paged, and that pages return to Twilio afterwards.
func TestFailoverEndToEnd(t *testing.T) {
	const dead = standin.Behaviour("dead")
	for _, b := range []standin.Behaviour{standin.TooMany, standin.Refuse(20003), standin.ServerError, standin.TimeoutBefore, dead} {
		t.Run(string(b), func(t *testing.T) {
			t.Parallel()
			o := newTestbed(t, 200*time.Millisecond).open(nil)
			o.step = 5 * time.Second
			failover := &recordingPhone{now: o.time}
			o.pager.OnCall, o.pager.Failover = *withFailover(), failover
			well := o.pager.Phone
			if b == dead {
				o.pager.Phone = unplugged(t)
			} else {
				o.exchange.Default(b)
			}
			o.down()
			planned := o.time()
			o.mustAdvance(45 * time.Second)
			dispatches, at := failover.list()
			if len(dispatches) < 2 || at[1].Sub(planned) > 45*time.Second {
				t.Fatalf("by the failover channel: %+v at %v, planned %v", dispatches, at, planned)
			}
			for i, c := range []incident.Channel{incident.Call, incident.Text} {
				d := dispatches[slices.IndexFunc(dispatches, func(d paging.Dispatch) bool { return d.Channel == c })]
				if want := []time.Duration{5 * time.Minute, 30 * time.Minute}[i]; d.ValidFor != want {
					t.Errorf("a %s is valid for %v, expected %v", c, d.ValidFor, want)
				}
				if d.To != alertstest.AdasNumber || d.Person != "Ada" || d.Prompt != "" || !strings.Contains(d.TextBody+strings.Join(d.Speech, " "), "valkyrie ack") {
					t.Errorf("%d: %+v", i, d)
				}
			}
			o.mustAdvance(4 * time.Minute)
			dispatches, _ = failover.list()
			if n := len(dispatches); n != 4 || dispatches[3].To != grace {
				t.Errorf("not acknowledged: %d pages by the failover channel: %+v", n, dispatches)
			}
			o.pager.Phone = well
			o.exchange.Default(standin.Press("4"))
			o.exchange.Default(standin.Deliver)
			o.mustAdvance(6 * time.Minute)
			if who := o.called(); who != "Ada" && who != "Grace" {
				t.Errorf("called: %q, want one of them", who)
			}
			o.wantAcked(o.called()) // the person depends on how soon the failover happened
			if r := o.route(); !r.ProviderOutage.Since.IsZero() {
				t.Errorf("it is still said to be out: %+v", r.ProviderOutage)
			}
		})
	}
}

// unplugged returns the real phone with no server to connect to.
func unplugged(t *testing.T) *twilio.Client {
	t.Helper()
	p, err := twilio.New(twilio.ClientConfig{
		AccountSID: standin.DemoAccountSID, AuthToken: standin.DemoAuthToken, From: "+12025550100", BaseURL: "http://127.0.0.1:1",
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestFailoverNotConnected checks that a program without the configured failover channel keeps trying the first
// provider.
func TestFailoverNotConnected(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	o.pager.OnCall = *withFailover()
	o.exchange.Behave(alertstest.AdasNumber, standin.Refuse(20003), standin.Refuse(20003))
	o.down()
	o.mustAdvance(2 * time.Minute)
	o.wantCalls("Ada")
	o.wantAcked("Ada")
}
