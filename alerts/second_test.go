package alerts_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/twilio"
	"valkyrie/alerts/twilio/standin"
)

// A telegraph is a second channel that takes everything, and keeps it.
type telegraph struct {
	now func() time.Time

	mu    sync.Mutex
	taken []alerts.Dispatch
	at    []time.Time
}

func (p *telegraph) Send(_ context.Context, d alerts.Dispatch) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken, p.at = append(p.taken, d), append(p.at, p.now())
	return "aws-" + d.PageID, nil
}

func (p *telegraph) Find(context.Context, alerts.Dispatch, time.Time) (string, bool, error) {
	return "", false, errors.New("it cannot be asked")
}

func (p *telegraph) list() ([]alerts.Dispatch, []time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.taken), slices.Clone(p.at)
}

// TestSecondChannelForReal: with the real store, the real phone and its whole protocol: whatever is wrong with Twilio's API,
// the second channel has the call and the text within 45 s; nobody is forgotten; and afterwards things go back.
func TestSecondChannelForReal(t *testing.T) {
	const dead = standin.Behaviour("dead")
	for _, b := range []standin.Behaviour{standin.TooMany, standin.Refuse(20003), standin.ServerError, standin.TimeoutBefore, dead} {
		t.Run(string(b), func(t *testing.T) {
			t.Parallel()
			o := newTown(t, 50*time.Millisecond).open(nil)
			o.step = 5 * time.Second
			second := &telegraph{now: o.time}
			o.pager.OnCall, o.pager.Second = *twoCarriers(), second
			well := o.pager.Phone
			if b == dead {
				o.pager.Phone = unplugged(t)
			} else {
				o.exchange.Default(b)
			}
			o.down()
			planned := o.time()
			o.mustPass(45 * time.Second)
			taken, at := second.list()
			if len(taken) < 2 || at[1].Sub(planned) > 45*time.Second {
				t.Fatalf("by the second channel: %+v at %v, planned %v", taken, at, planned)
			}
			for i, c := range []alerts.Channel{alerts.Call, alerts.Text} {
				d := taken[slices.IndexFunc(taken, func(d alerts.Dispatch) bool { return d.Channel == c })]
				if d.To != ada || d.Person != "Ada" || d.Prompt != "" || !strings.Contains(d.TextBody+strings.Join(d.Speech, " "), "valkyrie ack") {
					t.Errorf("%d: %+v", i, d)
				}
			}
			o.mustPass(4 * time.Minute)
			taken, _ = second.list()
			if n := len(taken); n != 4 || taken[3].To != grace {
				t.Errorf("nobody acknowledged: %d pages by the second channel: %+v", n, taken)
			}
			o.pager.Phone = well
			o.exchange.Default(standin.Press("4"))
			o.exchange.Default(standin.Deliver)
			o.mustPass(6 * time.Minute)
			if who := o.called(); who != "Ada" && who != "Grace" {
				t.Errorf("called: %q, want one of them", who)
			}
			o.wantAcked(o.called()) // whose turn it was depends on how quickly the second channel was found
			if r := o.route(); !r.Outage.Since.IsZero() {
				t.Errorf("it is still said to be out: %+v", r.Outage)
			}
		})
	}
}

// unplugged is the real phone with nobody at the other end.
func unplugged(t *testing.T) *twilio.Phone {
	t.Helper()
	p, err := twilio.New(twilio.Config{
		AccountSID: standin.DemoAccountSID, AuthToken: standin.DemoAuthToken, From: "+12025550100", BaseURL: "http://127.0.0.1:1",
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSecondChannelNotConnected: a program that lacks the second channel that alerts.yaml names goes on trying the first.
func TestSecondChannelNotConnected(t *testing.T) {
	t.Parallel()
	o := newTown(t, time.Second).open(nil)
	o.pager.OnCall = *twoCarriers()
	o.exchange.Behave(ada, standin.Refuse(20003), standin.Refuse(20003))
	o.down()
	o.mustPass(2 * time.Minute)
	o.wantCalls("Ada")
	o.wantAcked("Ada")
}
