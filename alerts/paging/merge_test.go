package paging_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/probes/journey"
)

// opened returns the notification state after an incident was paged about, and its journey's state.
func opened(t *testing.T, minutes ...int) (judge.JourneyState, paging.NotificationState) {
	t.Helper()
	k := alertstest.Scenario{Policy: alertstest.Policy}
	for _, m := range minutes {
		k.Run(alertstest.Run(m, "eu", journey.Failed))
	}
	r, _ := paging.NotificationState{}.Step(paging.IncidentUpdated{Incident: k.State.Open[0]}, alertstest.OnCall, alertstest.Start)
	return k.State, r
}

// sent marks every claimed page as accepted by the provider.
func sent(r paging.NotificationState, now time.Time) paging.NotificationState {
	for _, p := range r.Pages {
		if p.State == incident.Claimed {
			r, _ = r.Step(paging.Sent{PageID: p.ID, SID: "sid-" + p.ID}, alertstest.OnCall, now)
		}
	}
	return r
}

func acked(r paging.NotificationState, now time.Time) paging.NotificationState {
	r, _ = sent(r, now).Step(paging.Report{PageID: r.Pages[0].ID, Key: paging.AckKey, Result: incident.Human}, alertstest.OnCall, now)
	return r
}

// TestMergedAckHolds checks that an incident acknowledged in the other table is not called about here, whether both
// have the same id or different opening runs, in either order.
func TestMergedAckHolds(t *testing.T) {
	now := alertstest.Start.Add(10 * time.Minute)
	for about, minutes := range map[string][]int{"the same": {0, 1}, "under another id": {2, 3}} {
		_, mine := opened(t, 0, 1)
		state, theirs := opened(t, minutes...)
		theirs = acked(theirs, now)
		mine = sent(mine, now)

		joined, commands := mine.Step(paging.StateMerged{Theirs: theirs}, alertstest.OnCall, now)
		if len(joined.Incidents) != 1 || joined.Incidents[0].State != incident.Acknowledged || joined.Incidents[0].AckedBy != "Ada" || len(commands) > 0 {
			t.Errorf("%s: %d commands, %+v", about, len(commands), joined.Incidents)
		}
		again, _ := joined.Step(paging.StateMerged{Theirs: theirs}, alertstest.OnCall, now)
		if diff := cmp.Diff(joined.Incidents[0].State, again.Incidents[0].State); diff != "" || len(again.Pages) != len(joined.Pages) {
			t.Errorf("%s: joined twice: %d pages, then %d; %s", about, len(joined.Pages), len(again.Pages), diff)
		}

		// The same, when this table's own incident arrives after the merge.
		first, _ := paging.NotificationState{}.Step(paging.StateMerged{Theirs: theirs}, alertstest.OnCall, now)
		mineState, _ := opened(t, 0, 1)
		then, commands := first.Step(paging.IncidentUpdated{Incident: mineState.Join(state).Open[0]}, alertstest.OnCall, now)
		if len(then.Incidents) != 1 || then.Incidents[0].State != incident.Acknowledged || len(commands) > 0 {
			t.Errorf("%s, judged afterwards: %d commands, %+v", about, len(commands), then.Incidents)
		}
	}
}

// TestReopenedAfterMergedAck checks that an acknowledgement in the other table does not cover an incident that has
// reopened here since.
func TestReopenedAfterMergedAck(t *testing.T) {
	state, mine := opened(t, 0, 1)
	theirs := acked(mine, alertstest.Start.Add(time.Minute))
	returning := alertstest.Policy
	returning.ReturnWithin = 24 * time.Hour
	k := alertstest.Scenario{Policy: returning, State: state}
	k.Run(alertstest.Run(2, "eu", journey.Passed))
	k.Run(alertstest.Run(3, "eu", journey.Passed))
	mine, _ = mine.Step(paging.IncidentUpdated{Incident: k.State.Closed[0]}, alertstest.OnCall, alertstest.Start.Add(3*time.Minute))
	k.Run(alertstest.Run(4, "eu", journey.Failed))
	k.Run(alertstest.Run(5, "eu", journey.Failed))
	mine, _ = mine.Step(paging.IncidentUpdated{Incident: k.State.Open[0]}, alertstest.OnCall, alertstest.Start.Add(5*time.Minute))
	mine, _ = mine.Step(paging.StateMerged{Theirs: theirs}, alertstest.OnCall, alertstest.Start.Add(6*time.Minute))
	if len(mine.Incidents) != 1 || !mine.Incidents[0].Unacknowledged() {
		t.Errorf("it is %s by %s", mine.Incidents[0].State, mine.Incidents[0].AckedBy)
	}
}

// TestMergedResolutionHolds checks that the later runs decide whether an incident is resolved, not their number, in
// either direction.
func TestMergedResolutionHolds(t *testing.T) {
	state, _ := opened(t, 0, 1)
	over, on := alertstest.Scenario{Policy: alertstest.Policy, State: state}, alertstest.Scenario{Policy: alertstest.Policy, State: state}
	for m := 2; m < 6; m++ {
		on.Run(alertstest.Run(m, "eu", journey.Failed))
		over.Run(alertstest.Run(m+10, "eu", journey.Passed))
	}
	for about, s := range map[string]judge.JourneyState{"on joins over": on.State.Join(over.State), "over joins on": over.State.Join(on.State)} {
		if len(s.Open) != 0 || len(s.Closed) != 1 || len(s.Outbox) != 1 || s.Outbox[0].State != incident.Resolved || s.Outbox[0].Runs <= on.State.Open[0].Runs {
			t.Errorf("%s: %d open, %d closed, outbox %+v", about, len(s.Open), len(s.Closed), s.Outbox)
		}
	}
}

// TestMergeOwnChangesOnly checks that mutes and overrides started or ended in the other table count, and unchanged
// copies do not.
func TestMergeOwnChangesOnly(t *testing.T) {
	until := alertstest.Start.Add(time.Hour)
	old, fresh, ended := incident.Mute{Journey: "old", Until: until}, incident.Mute{Journey: "fresh", Until: until}, incident.Mute{Journey: "ended", Until: until}
	base := paging.NotificationState{Mutes: []incident.Mute{old, ended}}
	theirs := paging.NotificationState{Mutes: []incident.Mute{old, fresh}}
	mine := paging.NotificationState{Mutes: []incident.Mute{ended}} // old was unmuted here meanwhile
	var kept paging.NotificationState                               // as decoded from the store: times in another form
	text, err := json.Marshal(base)
	if err != nil || json.Unmarshal(text, &kept) != nil {
		t.Fatal(err)
	}
	r, _ := mine.Step(paging.StateMerged{Theirs: theirs, Base: kept}, alertstest.OnCall, alertstest.Start)
	if diff := cmp.Diff([]incident.Mute{fresh}, r.Mutes); diff != "" {
		t.Error(diff)
	}
}

// TestMergedPauses: pauses that were made or ended at the standby are merged once, and undo no later change here.
func TestMergedPauses(t *testing.T) {
	now := alertstest.Start
	pause := func(region string, minutes int) incident.Pause {
		return incident.Pause{Region: region, Until: now.Add(time.Duration(minutes) * time.Minute)}
	}
	base := []incident.Pause{pause("eu", 60), pause("us", 60)}
	theirs := paging.NotificationState{
		Copied: &paging.CopiedFrom{Version: 7, Pauses: base},
		Pauses: []incident.Pause{pause("eu", 60), pause("us", 0), pause("ap", 30)},
	}
	mine := paging.NotificationState{Pauses: []incident.Pause{pause("eu", 90), pause("us", 60)}}
	merged, _ := mine.Step(paging.StateMerged{Theirs: theirs}, alertstest.OnCall, now)
	want := []incident.Pause{pause("eu", 90), pause("us", 0), pause("ap", 30)}
	if diff := cmp.Diff(want, merged.Pauses); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
	for region, paused := range map[string]bool{"eu": true, "us": false, "ap": true, "sa": false} {
		if _, got := merged.Paused(region, now); got != paused {
			t.Errorf("%s: paused %v", region, got)
		}
	}
	merged.Pauses = nil
	again, _ := merged.Step(paging.StateMerged{Theirs: theirs}, alertstest.OnCall, now)
	if len(again.Pauses) > 0 {
		t.Errorf("merged again: %+v", again.Pauses)
	}
}
