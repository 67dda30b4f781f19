package report

import (
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/replay"
)

var night = time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)

// alarm is a sent page so many minutes into the night.
func alarm(c incident.Channel, minute int) incident.Page {
	return incident.Page{Purpose: incident.Alarm, Channel: c, PlannedAt: night.Add(time.Duration(minute) * time.Minute)}
}

// TestSent: each outage of an incident counts its first call, and its first text unless that accompanied the call.
func TestSent(t *testing.T) {
	cancelled := alarm(incident.Call, 1)
	cancelled.State = incident.Cancelled
	clear := alarm(incident.Text, 1)
	clear.Purpose = incident.AllClear
	for name, c := range map[string]struct {
		r    *incident.Record
		want string
	}{
		"no incident":           {nil, "-"},
		"nothing sent":          {&incident.Record{Pages: []incident.Page{cancelled, clear}}, "kept"},
		"a call with its text":  {&incident.Record{Pages: []incident.Page{alarm(incident.Text, 2), alarm(incident.Call, 2), alarm(incident.Call, 4)}}, "rung 03:02"},
		"a text, then a call":   {&incident.Record{Pages: []incident.Page{alarm(incident.Text, 2), alarm(incident.Call, 9)}}, "texted 03:02, rung 03:09"},
		"two outages, one call": {&incident.Record{Pages: []incident.Page{alarm(incident.Call, 2), alarm(incident.Call, 62)}}, "rung 03:02"},
	} {
		if c.r != nil {
			c.r.Since = night
		}
		if got := Sent(c.r).String(); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestUnreplayed checks that a replay says what the store does not have, where that may make a difference.
func TestUnreplayed(t *testing.T) {
	would, quiet := &Notifications{Calls: []time.Time{night}}, &Notifications{}
	muted := Difference{Difference: replay.Difference{Would: &replay.Verdict{}, Was: &incident.Record{}}, Would: would, Did: quiet}
	batch := incident.Record{Incident: incident.Incident{Kind: incident.Heartbeat}}
	same := Difference{Would: would, Did: would}
	for _, c := range []struct {
		all  []Difference
		was  []incident.Record
		want string
	}{
		{[]Difference{same, {Would: quiet, Did: quiet}, {Would: would}, {Did: quiet}}, []incident.Record{{}}, ""},
		{[]Difference{same, muted}, nil, "mutes are not stored, and not replayed; incidents that would have notified people and did not: 1"},
		{nil, []incident.Record{batch, {}, batch}, "batches are not replayed, as their reports are not stored; incidents of theirs in this time: 2"},
	} {
		if got := strings.Join(Unreplayed(c.all, c.was), "\n"); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// TestDifferences: each incident has its sign, and the totals count the notifications of both sides.
func TestDifferences(t *testing.T) {
	calls := func(minutes ...int) *Notifications {
		var n Notifications
		for _, m := range minutes {
			n.Calls = append(n.Calls, night.Add(time.Duration(m)*time.Minute))
		}
		return &n
	}
	verdict, record := &replay.Verdict{}, &incident.Record{}
	var out strings.Builder
	err := WriteDifferences(&out, []Difference{
		{Difference: replay.Difference{Would: verdict}, Would: calls(1, 2)},
		{Difference: replay.Difference{Was: record}, Did: calls(1)},
		{Difference: replay.Difference{Would: verdict, Was: record}, Would: calls(5), Did: calls(6)},
		{Difference: replay.Difference{Would: verdict, Was: record}, Would: calls(5), Did: calls(7)},
		{Difference: replay.Difference{Was: record}, Did: calls(9), Unknown: true},
	}, "NEW", "OLD")
	if err != nil {
		t.Fatal(err)
	}
	if want := "\n1 unknown (?): the runs of that time are not stored any more, so that replay cannot tell\n\n1 added (+), 1 gone (-), 1 told otherwise (~), 1 the same (=)\nrings: NEW 4, OLD 4; texts: NEW 0, OLD 0\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("got\n%s\nwant at its end\n%s", out.String(), want)
	}
	var signs []string
	for line := range strings.Lines(out.String()) {
		if sign := line[:1]; strings.Contains("+-=~?", sign) {
			signs = append(signs, sign)
		}
	}
	if got := strings.Join(signs, ""); got != "+-=~?" {
		t.Errorf("the signs are %s:\n%s", got, out.String())
	}
}
