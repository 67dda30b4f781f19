package paging_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio/standin"
)

// TestKeyAnswers checks the speech after each key.
func TestKeyAnswers(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: sleepers(t, "")}
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
	page := w.sent[0].ID
	w.onCall.People[0].Language = "de-DE"
	for key, want := range map[string]paging.Answer{
		"4": {Say: []string{"Thank you, Ada. It is yours. You will get a text when it is over."}},
		"6": {Say: []string{"Thank you, Ada. It is muted for an hour. If it is still bad then, it calls again."}},
		"9": {Say: []string{"Thank you, Ada. Grace is called next."}},
		"*": {Say: strings.Split(w.sent[0].Words, "\n")[:2], Prompt: paging.Prompt, Details: strings.Split(w.sent[0].Words, "\n")[3:]},
		"7": {Say: []string{"The key 7 does nothing."}, Prompt: paging.Prompt},
	} {
		want.Language = "de-DE"
		if diff := cmp.Diff(want, w.route.KeyAnswer(paging.Report{PageID: page, Key: key}, *w.onCall, w.now)); diff != "" {
			t.Errorf("key %s: %s", key, diff)
		}
	}
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)})
	if got := w.route.KeyAnswer(paging.Report{PageID: page, Key: "4"}, *w.onCall, w.now).Say[0]; got != "Thank you, Ada. It is over already." {
		t.Error(got)
	}
	if got := w.route.KeyAnswer(paging.Report{PageID: "p0", Key: "4"}, *w.onCall, w.now).Say[0]; got != "This call is no longer known. Nothing was changed." {
		t.Error(got)
	}
}

// TestKeys checks repeating, passing to the next person, and a mute that calls again after an hour.
func TestKeys(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	o.exchange.Behave(alertstest.OnCall.People[0].Phone, standin.Press("7*9"))
	o.exchange.Behave(alertstest.OnCall.People[1].Phone, standin.Press("6"))
	o.down()
	o.mustAdvance(0)
	o.wantCalls("Ada Grace")
	words := strings.Join(o.exchange.Calls()[0].Words, "\n")
	if n := strings.Count(words, "Customers cannot print a card."); n != 2 || !strings.Contains(words, "The key 7 does nothing.") ||
		!strings.HasSuffix(words, "Thank you, Ada. Grace is called next.") {
		t.Errorf("it was said %d times in\n%s", n, words)
	}
	o.mustAdvance(59 * time.Minute)
	o.wantCalls("Ada Grace")
	o.mustAdvance(2 * time.Minute)
	o.wantCalls("Ada Grace Ada")
	o.wantAcked("Ada")
	if texts := o.exchange.Texts(); !strings.HasPrefix(texts[len(texts)-1].Body, "VALKYRIE: print-card is no longer muted.") {
		t.Errorf("the end of the mute was not announced: %+v", texts)
	}
}

// TestAckByText checks that a text acknowledges like a key, and that an unknown number's does nothing.
func TestAckByText(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	o.exchange.Default(standin.Listen)
	o.down()
	o.mustAdvance(0)
	o.wantCalls("Ada Grace")
	if answer, err := o.exchange.SendText(t.Context(), "+12025550199", "+12025550100", "ack"); answer != "" || err != nil {
		t.Errorf("a stranger was answered %q %v", answer, err)
	}
	o.wantAcked("")
	answer, err := o.exchange.SendText(t.Context(), alertstest.OnCall.People[1].Phone, "+12025550100", "Ack")
	if want := "Thank you, Grace. Yours: print-card down #" + o.incident().Short() + "."; answer != want || err != nil {
		t.Errorf("got %q %v, want %q", answer, err, want)
	}
	o.mustAdvance(time.Hour)
	o.wantCalls("Ada Grace")
	o.wantAcked("Grace")
}

// TestConcurrentAck checks that a person who presses the key just after another's acknowledgement hears the name of the owner.
func TestConcurrentAck(t *testing.T) {
	t.Parallel()
	w := newTestbed(t, time.Second)
	m := &hookedStore{}
	slow, quick := w.open(func(s incident.Store) incident.Store { m.Store = s; return m }), w.open(nil)
	w.exchange.Callbacks(standin.NoCallbacks)
	slow.down()
	slow.mustAdvance(0)
	m.item = func() error { // Ada's key press is about to be written
		m.item = nil
		_, err := quick.pager.Reply(t.Context(), paging.Reply{From: grace, Body: "ack"})
		return err
	}
	answer, err := slow.pager.Report(t.Context(), paging.Report{PageID: slow.route().Pages[0].ID, Key: paging.AckKey})
	if err != nil {
		t.Fatal(err)
	}
	slow.wantAcked("Grace")
	if want := "Thank you, Ada. It is with Grace already. You will get a text when it is over."; answer.Say[0] != want {
		t.Errorf("Ada hears %q, want %q", answer.Say[0], want)
	}
}
