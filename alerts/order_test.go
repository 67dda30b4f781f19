package alerts_test

import (
	"strings"
	"testing"
	"time"

	"valkyrie/alerts"
	"valkyrie/probes/journey"
)

// TestOrders: what somebody asks for at the command line is done, and is in the history; whoever was paged hears that it is
// over, and if it is not, it rings again.
func TestOrders(t *testing.T) {
	t.Parallel()
	o := newTown(t, time.Second).open(nil)
	order := func(name, body string) string {
		t.Helper()
		answer, err := alerts.PutOrder(t.Context(), o.store, onCall, name, body, o.time())
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	if got := order("Ada", "resolve"); got != "There is nothing to resolve." {
		t.Error(got)
	}
	o.exchange.Default("listen")
	o.down()
	o.mustPass(0)
	o.wantCalls("Ada Grace")
	id := o.incident().Short()
	if got, want := order("Grace", "ack "+id), "Thank you, Grace. Yours: print-card down #"+id+"."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	o.wantAcked("Grace")
	o.mustPass(time.Hour)
	o.wantCalls("Ada Grace")
	if got, want := order("Grace", "resolve"), "Thank you, Grace. Over: print-card down #"+id+". If it fails again, it is told again."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	o.mustPass(time.Minute)
	o.wantTexts("Ada:alarm Ada:all-clear Grace:alarm Grace:all-clear")
	texts := o.exchange.Texts()
	if last := texts[len(texts)-1].Body; !strings.HasPrefix(last, "VALKYRIE: all clear. Grace says that it is over: print a card. It was down from 03:00 UTC to ") {
		t.Error(last)
	}
	if i := o.incident(); i.State != alerts.Resolved || i.ResolvedBy != "Grace" || i.Closing != "Grace said that it is over" {
		t.Errorf("%s by %q: %s", i.State, i.ResolvedBy, i.Closing)
	}
	if err := o.hear(70, journey.Failed); err != nil {
		t.Fatal(err)
	}
	o.exchange.Default("press 4")
	o.mustPass(0)
	o.wantCalls("Ada Grace Ada")
	o.wantAcked("Ada")
	if _, err := alerts.PutOrder(t.Context(), o.store, onCall, "Bob", "ack", o.time()); err == nil {
		t.Error("Bob is nobody")
	}
}

// TestAllClears: what is over is said in the words of its kind.
func TestAllClears(t *testing.T) {
	for kind, want := range map[alerts.Kind]string{
		alerts.Down:      "It works again: print a card. It was down from 03:00 UTC to 04:00 UTC (1 h 0 min).",
		alerts.Flapping:  `It fails no more: print a card. It was down twice since 03:00 UTC, for 5 min, each time at the step "wait".`,
		alerts.Silent:    "Runs come again, so somebody is watching: print a card. None came from 03:00 UTC to 04:00 UTC (1 h 0 min).",
		alerts.Degraded:  "It is fast again: print a card. It was slow from 03:00 UTC to 04:00 UTC (1 h 0 min).",
		alerts.Creeping:  "It does not get slower any more: print a card. It did from 03:00 UTC to 04:00 UTC (1 h 0 min).",
		alerts.Counts:    "The numbers fit again: print a card. They did not from 03:00 UTC to 04:00 UTC (1 h 0 min).",
		alerts.Heartbeat: "The batch is done: print a card. It was in trouble from 03:00 UTC to 04:00 UTC (1 h 0 min).",
		alerts.Ours:      "Valkyrie can tell again: print a card. It could not from 03:00 UTC to 04:00 UTC (1 h 0 min).",
	} {
		i := incident("a", kind, 2, true)
		i.Title = "print a card"
		if kind == alerts.Flapping {
			i.Spells = []alerts.Spell{
				{Since: start, Until: start.Add(5 * time.Minute), Step: "wait"},
				{Since: start.Add(30 * time.Minute), Until: start.Add(35 * time.Minute), Step: "wait"},
			}
		}
		got := alerts.Telling{About: []alerts.Incident{i}, Now: start.Add(time.Hour)}.AllClear()
		if got != "VALKYRIE: all clear. "+want+" #ca97" {
			t.Errorf("%s: got  %s\nwant %s", kind, got, want)
		}
	}
}
