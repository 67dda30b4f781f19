package paging_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/probes/journey"
)

// A faultPlan is the faults of a history over the wire, in the order of their use.
type faultPlan struct {
	answers         []standin.Behaviour // of the provider's API
	callFates       []standin.Behaviour // of calls
	texts           []standin.Behaviour
	callbackManners []standin.Manner // of the callbacks, three minutes each
	killed          int              // the write at which the program crashes
	kept            bool             // whether that write is kept
}

var (
	wireAnswers = []standin.Behaviour{
		standin.TooMany, standin.ServerError, standin.ErrorAfter, standin.Unavailable, standin.WebPage, standin.NoSID, standin.Truncated,
		standin.TimeoutBefore, standin.TimeoutAfter, standin.Refuse(21211), standin.Refuse(21214), standin.Refuse(21217),
		standin.Refuse(21610), standin.Refuse(21614), standin.Refuse(20003), standin.Refuse(21205), standin.Refuse(21608),
	}
	wireFates = []standin.Behaviour{
		standin.Press("4"), standin.Press("*4"), standin.Press("9"), standin.Press("7"), standin.ForgedKey("4"), standin.Listen,
		standin.Voicemail, standin.Busy, standin.NoAnswer, standin.FailCall,
	}
	wireTexts   = []standin.Behaviour{standin.Deliver, standin.Undelivered(30003), standin.ReplyWith("status"), standin.ReplyWith("ack")}
	wireManners = []standin.Manner{standin.Prompt, standin.LateCallbacks, standin.DoubledCallbacks, standin.ForgedCallbacks, standin.NoCallbacks}
)

func drawBill(t *rapid.T) faultPlan {
	return faultPlan{
		answers:         rapid.SliceOfN(rapid.SampledFrom(wireAnswers), 0, 6).Draw(t, "answers"),
		callFates:       rapid.SliceOfN(rapid.SampledFrom(wireFates), 0, 4).Draw(t, "fates"),
		texts:           rapid.SliceOfN(rapid.SampledFrom(wireTexts), 0, 3).Draw(t, "texts"),
		callbackManners: rapid.SliceOfN(rapid.SampledFrom(wireManners), 1, 3).Draw(t, "callbacks"),
		killed:          rapid.IntRange(3, 40).Draw(t, "killed at write"),
		kept:            rapid.Bool().Draw(t, "kept"),
	}
}

// TestHistoriesOverTheWire plays random histories with the real phone, over HTTP, against the stand-in, and a real
// store. Whatever the provider answers and however its callbacks arrive, in the end the incident is acknowledged, no
// call follows, no page was placed more often than its outcome was unknown, and no forged callback was accepted. Most
// histories are in package proof; these show that its provider behaves like the stand-in.
func TestHistoriesOverTheWire(t *testing.T) {
	const histories = 40
	var calls, forged atomic.Int64
	t.Run("all", func(t *testing.T) {
		for n := range histories {
			b := rapid.Custom(drawBill).Example(n)
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				w := overTheWire(t, b)
				calls.Add(int64(len(w.exchange.Calls())))
				forged.Add(int64(w.forged()))
				if t.Failed() {
					t.Logf("%+v", b)
				}
			})
		}
	})
	t.Logf("%d histories, %d calls, %d forged callbacks", histories, calls.Load(), forged.Load())
}

func overTheWire(t *testing.T, b faultPlan) *testbed {
	w := newTestbed(t, 300*time.Millisecond)
	for _, list := range [][]standin.Behaviour{b.answers, b.callFates, b.texts} {
		w.exchange.Behave("", list...)
	}
	w.runUntilCrash(&crashingStore{left: b.killed, kept: b.kept}, b.callbackManners)
	o := w.open(nil)
	if err := o.desk.CatchUp(t.Context(), o.pager.Journeys); err != nil {
		t.Fatal(err)
	}
	w.exchange.Callbacks(standin.Prompt)
	o.mustAdvance(25 * time.Minute) // the rest of the plan, and then the default: 4 is pressed
	if rec := o.incident(); rec.AckedBy == "" {
		t.Errorf("it is %s, without a key press: called %q", rec.State, w.called())
	}
	before := len(w.exchange.Calls())
	o.mustAdvance(10 * time.Minute)
	if now := len(w.exchange.Calls()); now > before {
		t.Errorf("%d calls after it was acknowledged", now-before)
	}
	if err := o.recordRun(2, journey.Passed); err != nil {
		t.Fatal(err)
	}
	o.mustAdvance(5 * time.Minute)
	if rec := o.incident(); rec.State != incident.Resolved {
		t.Errorf("it works again, and it is %s", rec.State)
	}
	w.placedOnce()
	return w
}

// runUntilCrash runs a program until it crashes at a write, or its time is over.
func (w *testbed) runUntilCrash(m *crashingStore, manners []standin.Manner) {
	w.t.Helper()
	o := w.open(nil)
	o.down()
	m.Store = o.store
	o.store, o.desk.Store, o.pager.Store = m, m, m
	for _, manner := range manners {
		w.exchange.Callbacks(manner)
		before := len(w.exchange.Calls())
		if err := o.advance(3 * time.Minute); err != nil && m.alive() == nil {
			w.t.Fatal(err)
		}
		w.waitIdle()
		for _, c := range w.exchange.Calls()[before:] {
			if manner == standin.ForgedCallbacks && slices.ContainsFunc(c.Posts, func(p standin.PostedTo) bool { return p.Code != http.StatusForbidden }) {
				w.t.Errorf("a forged callback was not refused: %+v", c.Posts)
			}
		}
	}
	o.close()
}

// forged counts the rejected callbacks.
func (w *testbed) forged() int {
	n := 0
	for _, c := range w.exchange.Calls() {
		for _, p := range c.Posts {
			if p.Code == http.StatusForbidden {
				n++
			}
		}
	}
	return n
}

var pageInTwiML = regexp.MustCompile(`/twilio/([^/"]+)/key`)

// placedOnce checks that no call was placed twice: the stand-in's list is accurate.
func (w *testbed) placedOnce() {
	w.t.Helper()
	placed := map[string]int{}
	for _, c := range w.exchange.Calls() {
		page := pageInTwiML.FindStringSubmatch(c.TwiML)
		if page == nil {
			w.t.Fatalf("no page in %s", c.TwiML)
		}
		if placed[page[1]]++; placed[page[1]] > 1 {
			w.t.Errorf("page %s was placed %d times", page[1], placed[page[1]])
		}
	}
}
