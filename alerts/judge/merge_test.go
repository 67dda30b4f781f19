package judge_test

import (
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
)

// TestJoinOfTwoIds: of two incidents about the same outage, which two tables opened in different slots, one remains: with the id of the table
// that joins, the earlier start, and the end of the table with the later runs.
func TestJoinOfTwoIds(t *testing.T) {
	at := func(m int) time.Time { return alertstest.Start.Add(time.Duration(m) * time.Minute) }
	state := func(latest int, i incident.Incident) judge.JourneyState {
		i.Journey, i.Kind, i.Regions = "print-card", incident.Down, []string{"eu-west-1"}
		s := judge.JourneyState{Regions: map[string]judge.RegionState{"eu-west-1": {Slot: at(latest)}}}
		if i.State == incident.Resolved {
			s.Closed = []incident.Incident{i}
		} else {
			s.Open = []incident.Incident{i}
		}
		return s
	}
	open := func(id string, from, runs int) incident.Incident {
		return incident.Incident{ID: id, Since: at(from), Opened: at(from + 1), Last: at(from + runs), Runs: runs, State: incident.Open, Outages: []incident.Outage{{Since: at(from)}}}
	}
	closed := func(i incident.Incident, end int) incident.Incident {
		i.State, i.ResolvedAt, i.Closing, i.Outages = incident.Resolved, at(end), "it works", []incident.Outage{{Since: i.Since, Until: at(end)}}
		return i
	}
	for _, c := range []struct {
		about        string
		mine, theirs judge.JourneyState
		open, closed int
		since, end   time.Time
	}{
		{"both last", state(5, open("m", 2, 3)), state(9, open("t", 3, 6)), 1, 0, at(2), time.Time{}},
		{"theirs has ended, later", state(5, open("m", 2, 3)), state(20, closed(open("t", 3, 6), 15)), 0, 1, at(2), at(15)},
		{"theirs has ended, and lasts here since", state(30, open("m", 2, 28)), state(20, closed(open("t", 3, 6), 15)), 1, 0, at(2), time.Time{}},
		{"mine has ended, and theirs lasts since", state(10, closed(open("m", 2, 3), 8)), state(20, open("t", 3, 17)), 1, 0, at(2), time.Time{}},
		{"theirs lasted, and mine has ended since", state(30, closed(open("m", 2, 3), 25)), state(20, open("t", 1, 17)), 0, 1, at(1), at(25)},
		{"one after the other", state(10, closed(open("m", 2, 3), 8)), state(20, open("t", 12, 5)), 1, 1, at(12), time.Time{}},
	} {
		got := c.mine.Join(c.theirs)
		if len(got.Open) != c.open || len(got.Closed) != c.closed {
			t.Errorf("%s: %d open, %d closed", c.about, len(got.Open), len(got.Closed))
			continue
		}
		one := append(got.Open, got.Closed...)[0]
		if wantID := map[bool]string{true: "m", false: "t"}[c.open+c.closed == 1]; one.ID != wantID || !one.Since.Equal(c.since) || !one.ResolvedAt.Equal(c.end) {
			t.Errorf("%s: %s since %s until %s", c.about, one.ID, one.Since, one.ResolvedAt)
		}
		if len(one.Outages) != 1 || !one.Outages[0].Since.Equal(c.since) || !one.Outages[0].Until.Equal(c.end) {
			t.Errorf("%s: outages %+v", c.about, one.Outages)
		}
		if again := got.Join(c.theirs); len(again.Open) != c.open || len(again.Closed) != c.closed {
			t.Errorf("%s: joined twice, %d open, %d closed", c.about, len(again.Open), len(again.Closed))
		}
	}
}
