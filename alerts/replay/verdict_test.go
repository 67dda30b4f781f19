package replay_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/replay"
	"valkyrie/probes/journey"
)

// at is a minute of the practice histories.
func at(minute int) time.Time { return alertstest.Start.Add(time.Duration(minute) * time.Minute) }

// play replays two journeys at once, a letter a minute each, and returns the decisions and the replay.
func play(t *testing.T, o oncall.OnCall, first, second string) (decided *[]string, r *replay.Replay) {
	t.Helper()
	decided = new([]string)
	r = replay.New(judge.Policy{JourneyPolicy: alertstest.ShippedPolicy(t)}, o, map[string]string{"print-card": "print a card"})
	r.OnDecision = func(name, region string, when time.Time, d judge.Decision) {
		if d.Incident.ID != "" && d.Verb != judge.Continues {
			*decided = append(*decided, fmt.Sprintf("%s %s %s %s of %q at %d", name, region, d.Incident.Kind, d.Verb, d.Incident.Title, int(when.Sub(alertstest.Start).Minutes())))
		}
	}
	for i := range first {
		for n, l := range []byte{first[i], second[i]} {
			if l == ' ' {
				continue
			}
			run := alertstest.RunEachMinute(i, "eu", alertstest.Outcomes[rune(l)])
			run.Journey = []string{"print-card", "create-order"}[n]
			r.Judge(run)
		}
	}
	return decided, r
}

// TestDecisions checks the decisions about two journeys that fail at once, in their order, with their titles, and that the
// last runs are judged once.
func TestDecisions(t *testing.T) {
	decided, r := play(t, oncall.OnCall{}, "ppffpppp", "pppffffp")
	r.Finish()
	r.Finish()
	verdicts := r.Verdicts(time.Time{})
	var got []string
	for _, v := range verdicts {
		calls, texts := v.Calls()
		got = append(got, fmt.Sprintf("%s %s, %d calls, %d texts", v.Journey, v.State, calls, texts))
	}
	if want := []string{"print-card resolved, 1 calls, 0 texts", "create-order resolved, 1 calls, 0 texts"}; !slices.Equal(got, want) {
		t.Errorf("verdicts %q, want %q", got, want)
	}
	if want := []string{`print-card eu down opens of "print a card" at 3`, `print-card eu down resolves of "print a card" at 4`, `create-order eu down opens of "" at 4`, `create-order eu down resolves of "" at 7`}; !slices.Equal(*decided, want) {
		t.Errorf("decided %q, want %q", *decided, want)
	}
	if r.Runs != 16 {
		t.Errorf("%d runs", r.Runs)
	}
	for minute, want := range map[int]int{0: 2, 3: 2, 4: 2, 5: 1, 7: 1, 8: 0} { // the first ended at minute 4, and the second at minute 7
		if n := len(r.Verdicts(at(minute))); n != want {
			t.Errorf("since minute %d: %d verdicts, want %d", minute, n, want)
		}
	}
}

// TestSeverities checks whom an incident would notify by each severity of its kind.
func TestSeverities(t *testing.T) {
	for severity, want := range map[oncall.Severity][2]int{oncall.Wake: {1, 0}, oncall.Notify: {0, 1}, oncall.Keep: {0, 0}} {
		o := oncall.OnCall{Severities: map[incident.Kind]oncall.Severity{incident.Down: severity}}
		_, r := play(t, o, "ppfffffp", "pppppppp")
		verdicts := r.Verdicts(time.Time{})
		if len(verdicts) != 1 {
			t.Fatalf("%s: %+v", severity, verdicts)
		}
		if calls, texts := verdicts[0].Calls(); [2]int{calls, texts} != want {
			t.Errorf("%s: %d calls and %d texts, want %v", severity, calls, texts, want)
		}
	}
}

// TestSince checks which verdicts a time has: the incidents that opened or ended since, and the open ones.
func TestSince(t *testing.T) {
	_, r := play(t, oncall.OnCall{}, "ppffffffffffpppp", "ppppppppppppppff")
	for minute, want := range map[int]int{3: 2, 4: 2, 12: 2, 13: 1, 15: 1, 16: 1, 900: 1} { // the first is from minute 3 to 12, and the second opens at 15 and is open
		if n := len(r.Verdicts(at(minute))); n != want {
			t.Errorf("since minute %d: %d verdicts, want %d", minute, n, want)
		}
	}
}

// TestCallsLater checks that flapping texts first, and calls once, when its failures add up to an outage.
func TestCallsLater(t *testing.T) {
	p := alertstest.ShippedPolicy(t)
	p.FlappingRingsAfter = 6 * time.Minute
	r := replay.New(judge.Policy{JourneyPolicy: p}, oncall.OnCall{}, nil)
	for i, l := range "pppppppppppppppppppp" + strings.Repeat("fp", 20) {
		r.Judge(alertstest.RunEachMinute(i, "eu", alertstest.Outcomes[l]))
	}
	verdicts := r.Verdicts(time.Time{})
	if len(verdicts) != 1 || len(verdicts[0].Alarms) != 2 || verdicts[0].Alarms[0].Rings || !verdicts[0].Alarms[1].Rings {
		t.Errorf("%+v", verdicts)
	}
}

// TestSilentDecisions checks that a replay reports the decisions about missing runs, without a region.
func TestSilentDecisions(t *testing.T) {
	var got []string
	r := replay.New(judge.Policy{JourneyPolicy: alertstest.ShippedPolicy(t)}, oncall.OnCall{}, nil)
	r.OnDecision = func(_, region string, when time.Time, d judge.Decision) {
		if d.Incident.Kind == incident.Silent {
			got = append(got, fmt.Sprintf("%q %s at %d", region, d.Verb, int(when.Sub(alertstest.Start).Minutes())))
		}
	}
	for i := range 20 {
		r.Judge(alertstest.RunEachMinute(i, "eu", journey.Passed))
		if i < 5 || i > 14 {
			r.Judge(alertstest.RunEachMinute(i, "us", journey.Passed))
		}
	}
	r.Finish()
	if want := []string{`"" opens at 8`, `"us" resolves at 15`}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestHeld checks that a maintenance window holds back a call until it ends, and for good if the incident ends before.
func TestHeld(t *testing.T) {
	window := func(from, to int, journeys ...string) oncall.OnCall {
		return oncall.OnCall{Maintenance: []oncall.Maintenance{{Journeys: journeys, From: oncall.ExactTime(at(from)), To: oncall.ExactTime(at(to))}}}
	}
	const fails = "ppffffffffffffff"
	for name, c := range map[string]struct {
		o    oncall.OnCall
		runs string
		want []int // minutes of the calls
	}{
		"none":                       {oncall.OnCall{}, fails, []int{3}},
		"over it":                    {window(0, 8), fails, []int{8}},
		"of another journey":         {window(0, 8, "create-order"), fails, []int{3}},
		"of this journey":            {window(0, 8, "create-order", "print-card"), fails, []int{8}},
		"before it":                  {window(0, 3), fails, []int{3}},
		"it ends within the window":  {window(0, 14), "ppffpppppppppppp", nil},
		"the window begins after it": {window(4, 8), fails, []int{3}},
	} {
		_, r := play(t, c.o, c.runs, "pppppppppppppppp")
		verdicts := r.Verdicts(time.Time{})
		if len(verdicts) != 1 {
			t.Fatalf("%s: %+v", name, verdicts)
		}
		var got []int
		for _, a := range verdicts[0].Alarms {
			got = append(got, int(a.At.Sub(alertstest.Start).Minutes()))
			if !a.Rings {
				t.Errorf("%s: it is a text", name)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: calls at %v, want %v", name, got, c.want)
		}
	}
}

// TestKnows checks of which hours a replay has runs, by journey.
func TestKnows(t *testing.T) {
	r := replay.New(judge.Policy{JourneyPolicy: alertstest.ShippedPolicy(t)}, oncall.OnCall{}, nil)
	for _, minute := range []int{0, 60, 180} {
		r.Judge(alertstest.RunEachMinute(minute, "eu", journey.Passed))
	}
	name := alertstest.RunEachMinute(0, "eu", journey.Passed).Journey
	for _, c := range []struct {
		journey     string
		from, until int
		want        bool
	}{{name, 0, 0, true}, {name, 0, 119, true}, {name, 0, 120, false}, {name, 120, 130, false}, {name, 180, 239, true}, {name, 60, 180, false}, {"other", 0, 0, false}, {name, -1, 10, false}} {
		if got := r.Knows(c.journey, at(c.from), at(c.until)); got != c.want {
			t.Errorf("%s from minute %d to %d: %t", c.journey, c.from, c.until, got)
		}
	}
}

// TestCompare checks how replayed and stored incidents are paired: by id first, then by journey, kind and time; each once.
func TestCompare(t *testing.T) {
	i := func(id, name string, kind incident.Kind, from, until int) incident.Incident {
		in := incident.Incident{ID: id, Journey: name, Kind: kind, Since: at(from), Opened: at(from), State: incident.Open}
		if until > 0 {
			in.State, in.ResolvedAt = incident.Resolved, at(until)
		}
		return in
	}
	for name, c := range map[string]struct {
		would, was []incident.Incident
		want       string
	}{
		"the same id":                 {[]incident.Incident{i("1", "a", incident.Down, 5, 9)}, []incident.Incident{i("2", "a", incident.Down, 5, 9), i("1", "b", incident.Silent, 1, 2)}, "1=1 2"},
		"another id, at one time":     {[]incident.Incident{i("1", "a", incident.Down, 5, 9)}, []incident.Incident{i("2", "a", incident.Down, 9, 12)}, "1=2"},
		"down and flapping":           {[]incident.Incident{i("1", "a", incident.Flapping, 5, 9)}, []incident.Incident{i("2", "a", incident.Down, 1, 5)}, "1=2"},
		"after it":                    {[]incident.Incident{i("1", "a", incident.Down, 5, 9)}, []incident.Incident{i("2", "a", incident.Down, 10, 12)}, "1 2"},
		"before it":                   {[]incident.Incident{i("1", "a", incident.Down, 5, 9)}, []incident.Incident{i("2", "a", incident.Down, 1, 4)}, "2 1"},
		"of another journey":          {[]incident.Incident{i("1", "a", incident.Down, 5, 9)}, []incident.Incident{i("2", "b", incident.Down, 6, 9)}, "1 2"},
		"both of a kind, one failing": {[]incident.Incident{i("1", "a", incident.Silent, 5, 9)}, []incident.Incident{i("2", "a", incident.Silent, 6, 9)}, "1=2"},
		"of another kind":             {[]incident.Incident{i("1", "a", incident.Down, 5, 9)}, []incident.Incident{i("2", "a", incident.Silent, 6, 9)}, "1 2"},
		"both are open":               {[]incident.Incident{i("1", "a", incident.Down, 5, 0)}, []incident.Incident{i("2", "a", incident.Down, 90, 0)}, "1=2"},
		"two of one":                  {[]incident.Incident{i("1", "a", incident.Down, 5, 9), i("2", "a", incident.Down, 7, 9)}, []incident.Incident{i("3", "a", incident.Down, 6, 9)}, "1=3 2"},
		"one of two":                  {[]incident.Incident{i("1", "a", incident.Down, 5, 9)}, []incident.Incident{i("2", "a", incident.Down, 6, 7), i("3", "a", incident.Down, 8, 9)}, "1=2 3"},
		"a batch and a drill, stored": {nil, []incident.Incident{i("1", "a", incident.Heartbeat, 5, 9), i("2", "a", incident.Drilled, 6, 9), i("3", "a", incident.Counts, 6, 9)}, "3"},
	} {
		var would []replay.Verdict
		var was []incident.Record
		for _, w := range c.would {
			would = append(would, replay.Verdict{Incident: w})
		}
		for _, w := range c.was {
			was = append(was, incident.Record{Incident: w})
		}
		var got []string
		for _, d := range replay.Compare(would, was) {
			text := d.Incident().ID
			if d.Would != nil && d.Was != nil {
				text += "=" + d.Was.ID
			}
			got = append(got, text)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
