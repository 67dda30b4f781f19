package alerts_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts"
	"valkyrie/probes/journey"
)

// opened is a route in which an incident was told, and its journey's state.
func opened(t *testing.T, minutes ...int) (alerts.JourneyState, alerts.Route) {
	t.Helper()
	k := court{policy: policy}
	for _, m := range minutes {
		k.run(runOf(m, "eu", journey.Failed))
	}
	r, _ := alerts.Route{}.Step(alerts.Taken{Incident: k.state.Open[0]}, onCall, start)
	return k.state, r
}

// sent lets everything that is claimed be accepted by the carrier.
func sent(r alerts.Route, now time.Time) alerts.Route {
	for _, p := range r.Pages {
		if p.State == alerts.Claimed {
			r, _ = r.Step(alerts.Sent{PageID: p.ID, SID: "sid-" + p.ID}, onCall, now)
		}
	}
	return r
}

func acked(r alerts.Route, now time.Time) alerts.Route {
	r, _ = sent(r, now).Step(alerts.Report{PageID: r.Pages[0].ID, Key: alerts.AckKey, Result: alerts.Human}, onCall, now)
	return r
}

// TestAcknowledgedThereIsAcknowledgedHere: nobody is called here about what was acknowledged there, whether the incident
// has the same id in both tables or was opened by other runs, and whichever comes first.
func TestAcknowledgedThereIsAcknowledgedHere(t *testing.T) {
	now := start.Add(10 * time.Minute)
	for about, minutes := range map[string][]int{"the same": {0, 1}, "under another id": {2, 3}} {
		_, mine := opened(t, 0, 1)
		state, theirs := opened(t, minutes...)
		theirs = acked(theirs, now)
		mine = sent(mine, now)

		joined, commands := mine.Step(alerts.Joined{Theirs: theirs}, onCall, now)
		if len(joined.Incidents) != 1 || joined.Incidents[0].State != alerts.Acknowledged || joined.Incidents[0].AckedBy != "Ada" || len(commands) > 0 {
			t.Errorf("%s: %d commands, %+v", about, len(commands), joined.Incidents)
		}
		again, _ := joined.Step(alerts.Joined{Theirs: theirs}, onCall, now)
		if diff := cmp.Diff(joined.Incidents[0].State, again.Incidents[0].State); diff != "" || len(again.Pages) != len(joined.Pages) {
			t.Errorf("%s: joined twice: %d pages, then %d; %s", about, len(joined.Pages), len(again.Pages), diff)
		}

		// The same, when this table's judge comes with its own incident only afterwards.
		first, _ := alerts.Route{}.Step(alerts.Joined{Theirs: theirs}, onCall, now)
		mineState, _ := opened(t, 0, 1)
		then, commands := first.Step(alerts.Taken{Incident: mineState.Join(state).Open[0]}, onCall, now)
		if len(then.Incidents) != 1 || then.Incidents[0].State != alerts.Acknowledged || len(commands) > 0 {
			t.Errorf("%s, judged afterwards: %d commands, %+v", about, len(commands), then.Incidents)
		}
	}
}

// TestComesBackAfterTheAcknowledgement: who acknowledged there had acknowledged what was over, if it came back here since.
func TestComesBackAfterTheAcknowledgement(t *testing.T) {
	state, mine := opened(t, 0, 1)
	theirs := acked(mine, start.Add(time.Minute))
	returning := policy
	returning.ReturnWithin = 24 * time.Hour
	k := court{policy: returning, state: state}
	k.run(runOf(2, "eu", journey.Passed))
	k.run(runOf(3, "eu", journey.Passed))
	mine, _ = mine.Step(alerts.Taken{Incident: k.state.Closed[0]}, onCall, start.Add(3*time.Minute))
	k.run(runOf(4, "eu", journey.Failed))
	k.run(runOf(5, "eu", journey.Failed))
	mine, _ = mine.Step(alerts.Taken{Incident: k.state.Open[0]}, onCall, start.Add(5*time.Minute))
	mine, _ = mine.Step(alerts.Joined{Theirs: theirs}, onCall, start.Add(6*time.Minute))
	if len(mine.Incidents) != 1 || !mine.Incidents[0].Awaits() {
		t.Errorf("it is %s by %s", mine.Incidents[0].State, mine.Incidents[0].AckedBy)
	}
}

// TestOverThereIsOverHere, and the other way round: later runs decide, not how many there were.
func TestOverThereIsOverHere(t *testing.T) {
	state, _ := opened(t, 0, 1)
	over, on := court{policy: policy, state: state}, court{policy: policy, state: state}
	for m := 2; m < 6; m++ {
		on.run(runOf(m, "eu", journey.Failed))
		over.run(runOf(m+10, "eu", journey.Passed))
	}
	for about, s := range map[string]alerts.JourneyState{"on joins over": on.state.Join(over.state), "over joins on": over.state.Join(on.state)} {
		if len(s.Open) != 0 || len(s.Closed) != 1 || len(s.Outbox) != 1 || s.Outbox[0].State != alerts.Resolved || s.Outbox[0].Runs <= on.state.Open[0].Runs {
			t.Errorf("%s: %d open, %d closed, outbox %+v", about, len(s.Open), len(s.Closed), s.Outbox)
		}
	}
}

// TestOwnDoingOnly: mutes and overrides that were begun or ended there count; what was there only as a copy does not.
func TestOwnDoingOnly(t *testing.T) {
	until := start.Add(time.Hour)
	old, fresh, ended := alerts.Mute{Journey: "old", Until: until}, alerts.Mute{Journey: "fresh", Until: until}, alerts.Mute{Journey: "ended", Until: until}
	base := alerts.Route{Mutes: []alerts.Mute{old, ended}}
	theirs := alerts.Route{Mutes: []alerts.Mute{old, fresh}}
	mine := alerts.Route{Mutes: []alerts.Mute{ended}} // old was unmuted here meanwhile
	var kept alerts.Route                             // as it comes out of the store: times in another form
	text, err := json.Marshal(base)
	if err != nil || json.Unmarshal(text, &kept) != nil {
		t.Fatal(err)
	}
	r, _ := mine.Step(alerts.Joined{Theirs: theirs, Base: kept}, onCall, start)
	if diff := cmp.Diff([]alerts.Mute{fresh}, r.Mutes); diff != "" {
		t.Error(diff)
	}
}
