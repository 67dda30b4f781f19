package incident_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

var start = time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)

func at(minute int) time.Time { return start.Add(time.Duration(minute) * time.Minute) }

// TestID: the id depends on journey, kind and opening slot, and on no time zone. Short is a stable handle for it.
func TestID(t *testing.T) {
	id := incident.NewID("print-card", incident.Down, start)
	if want := "print-card/down/2026-11-21T03:00:00Z"; id != want {
		t.Errorf("got %s, want %s", id, want)
	}
	if berlin := incident.NewID("print-card", incident.Down, start.In(time.FixedZone("CET", 3600))); berlin != id {
		t.Errorf("in another zone it is %s", berlin)
	}
	for _, other := range []string{
		incident.NewID("create-order", incident.Down, start), incident.NewID("print-card", incident.Silent, start), incident.NewID("print-card", incident.Down, at(1)),
	} {
		if other == id {
			t.Errorf("another incident has the same id, %s", other)
		}
	}
	short := incident.Incident{ID: id}.Short()
	if len(short) != 4 || strings.Trim(short, "0123456789abcdef") != "" || short == (incident.Incident{ID: id + "x"}).Short() {
		t.Errorf("the handle is %q", short)
	}
}

// TestMerge: the state with later runs wins, whichever side has it. Only a change for i counts, and raises Runs above both.
func TestMerge(t *testing.T) {
	older := incident.Incident{ID: "a", State: incident.Open, Last: at(5), Runs: 3}
	newer := incident.Incident{ID: "a", State: incident.Resolved, Last: at(5), ResolvedAt: at(9), Runs: 2}
	for name, c := range map[string]struct {
		i, theirs incident.Incident
		state     incident.IncidentState
		runs      int
		changed   bool
	}{
		"theirs is newer":                 {older, newer, incident.Resolved, 4, true},
		"theirs is older, with more runs": {newer, older, incident.Resolved, 4, true},
		"theirs is the same":              {newer, newer, incident.Resolved, 3, true},
		"theirs has fewer runs":           {older, incident.Incident{ID: "a", State: incident.Open, Last: at(4), Runs: 2}, incident.Open, 3, false},
	} {
		got, changed := c.i.Merge(c.theirs)
		if got.State != c.state || got.Runs != c.runs || changed != c.changed {
			t.Errorf("%s: got %s with %d runs, changed %t", name, got.State, got.Runs, changed)
		}
	}
}

func TestSameCause(t *testing.T) {
	down := incident.Incident{ID: "1", Journey: "print-card", Kind: incident.Down}
	for _, c := range []struct {
		other incident.Incident
		want  bool
	}{
		{incident.Incident{ID: "2", Journey: "print-card", Kind: incident.Down}, true},
		{incident.Incident{ID: "2", Journey: "print-card", Kind: incident.Flapping}, true},
		{incident.Incident{ID: "2", Journey: "print-card", Kind: incident.Silent}, false},
		{incident.Incident{ID: "2", Journey: "create-order", Kind: incident.Down}, false},
	} {
		if got := down.SameCause(c.other); got != c.want {
			t.Errorf("%s of %s: got %t", c.other.Kind, c.other.Journey, got)
		}
	}
}

// TestAcknowledgement: the first person to acknowledge wins, and an expired acknowledgement can be renewed by anyone.
func TestAcknowledgement(t *testing.T) {
	for name, c := range map[string]struct {
		i                                   incident.Incident
		unacknowledged, ada, grace, expired bool
	}{
		"open":         {incident.Incident{State: incident.Open}, true, true, true, false},
		"notified":     {incident.Incident{State: incident.Notified}, true, true, true, false},
		"Ada has it":   {incident.Incident{State: incident.Acknowledged, AckedBy: "Ada"}, false, true, false, false},
		"Ada's is old": {incident.Incident{State: incident.Notified, AckedBy: "Ada"}, true, true, true, true},
		"resolved":     {incident.Incident{State: incident.Resolved, AckedBy: "Ada"}, false, false, false, false},
	} {
		if c.i.Unacknowledged() != c.unacknowledged || c.i.AcknowledgeableBy("Ada") != c.ada || c.i.AcknowledgeableBy("Grace") != c.grace || c.i.AckExpired() != c.expired {
			t.Errorf("%s: unacknowledged %t, by Ada %t, by Grace %t, expired %t", name, c.i.Unacknowledged(), c.i.AcknowledgeableBy("Ada"), c.i.AcknowledgeableBy("Grace"), c.i.AckExpired())
		}
	}
}

// TestIsBadAfter: the end of an acknowledgement pages again, for flapping only if it is down then or failed since.
func TestIsBadAfter(t *testing.T) {
	over := []incident.Outage{{Since: at(1), Until: at(3)}}
	for name, c := range map[string]struct {
		i    incident.Incident
		now  time.Time
		want bool
	}{
		"before the end":          {incident.Incident{Kind: incident.Down}, at(29), false},
		"down, at the end":        {incident.Incident{Kind: incident.Down, Last: at(3)}, at(30), true},
		"flapping, and quiet":     {incident.Incident{Kind: incident.Flapping, Last: at(3), Outages: over}, at(30), false},
		"flapping, failed since":  {incident.Incident{Kind: incident.Flapping, Last: at(31), Outages: over}, at(32), true},
		"flapping, and down then": {incident.Incident{Kind: incident.Flapping, Last: at(20), Outages: []incident.Outage{{Since: at(20)}}}, at(30), true},
	} {
		if got := c.i.IsBadAfter(at(30), c.now); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

// TestAddBadRun: the incident takes step and error of the latest bad run, and does not change the lists of the one before.
func TestAddBadRun(t *testing.T) {
	before := incident.Incident{Regions: []string{"us"}, Streak: 3, Last: at(2)}
	run := journey.Run{Region: "eu", Slot: at(1), Outcome: journey.Slow, Error: "slow", Steps: []journey.StepResult{
		{Name: "press Print", Outcome: journey.Slow, DurationMS: 2500, SlowMS: 2000, Why: "mostly waiting for /jobs"},
	}}
	after := before.AddBadRun(run, 2)
	want := incident.Incident{
		Regions: []string{"eu", "us"}, Streak: 3, Runs: 1, Last: at(2), Step: "press Print",
		Error: "it took 2.5 s; the budget is 2.0 s, mostly waiting for /jobs",
	}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Error(diff)
	}
	if len(before.Regions) != 1 || before.Regions[0] != "us" {
		t.Errorf("the incident before has changed: %v", before.Regions)
	}
}
