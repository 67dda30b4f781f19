package incident_test

import (
	"testing"
	"time"

	"valkyrie/alerts/incident"
)

// TestOutageSummary: number, first start, durations of the finished outages, and step and error if all share them.
func TestOutageSummary(t *testing.T) {
	outage := func(from, to int, step, err string) incident.Outage {
		o := incident.Outage{Since: at(from), Step: step, Error: err}
		if to > 0 {
			o.Until = at(to)
		}
		return o
	}
	for name, c := range map[string]struct {
		outages []incident.Outage
		want    string
	}{
		"none":               {nil, ""},
		"one that lasts":     {[]incident.Outage{outage(0, 0, "sign in", "status 500")}, "it was down once since 03:00 UTC"},
		"equal durations":    {[]incident.Outage{outage(0, 5, "", ""), outage(60, 65, "", "")}, "it was down twice since 03:00 UTC, for 5 min"},
		"the same step":      {[]incident.Outage{outage(0, 5, "sign in", "status 500"), outage(60, 70, "sign in", "no answer")}, `it was down twice since 03:00 UTC, for 5 min to 10 min, each time at the step "sign in"`},
		"errors with digits": {[]incident.Outage{outage(0, 5, "print", "job 17: no PDF"), outage(60, 0, "print", "job 99: no PDF")}, `it was down twice since 03:00 UTC, for 5 min, each time at the step "print": job 99: no PDF`},
		"different steps":    {[]incident.Outage{outage(0, 5, "sign in", "e"), outage(60, 65, "print", "e")}, "it was down twice since 03:00 UTC, for 5 min"},
		"a day apart":        {[]incident.Outage{outage(0, 5, "", ""), outage(24*60, 24*60+5, "", "")}, "it was down twice since 21 November 03:00 UTC, for 5 min"},
	} {
		i := incident.Incident{Outages: c.outages}
		if len(c.outages) == 0 {
			if got := incident.SummarizeOutages(nil, time.Time.String); got != "" {
				t.Errorf("%s: got %q", name, got)
			}
			continue
		}
		if got := i.OutageSummary(); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

// TestOutageLifecycle: a failure updates the current outage, a good run ends it once, and a copy of the incident is unchanged.
func TestOutageLifecycle(t *testing.T) {
	i := incident.Incident{Outages: []incident.Outage{{Since: at(0), Regions: []string{"us"}}}}
	i.Step, i.Error = "print", "no PDF"
	before := i
	i.AddToOutage([]string{"eu"})
	if o := i.Outages[0]; o.Step != "print" || o.Error != "no PDF" || len(o.Regions) != 2 {
		t.Errorf("the outage is %+v", o)
	}
	if !i.IsDownNow() || !i.EndOutage(at(4)) || i.IsDownNow() || i.EndOutage(at(5)) || !i.Outages[0].Until.Equal(at(4)) {
		t.Errorf("after its end the outage is %+v", i.Outages[0])
	}
	i.AddToOutage([]string{"ap"})
	if o := i.Outages[0]; len(o.Regions) != 2 {
		t.Errorf("a failure after the end has changed it: %+v", o)
	}
	if o := before.Outages[0]; o.Step != "" || len(o.Regions) != 1 || !o.Until.IsZero() {
		t.Errorf("the copy has changed: %+v", o)
	}
	i.Outages = append(i.Outages, incident.Outage{Since: at(100)})
	if n := i.CountOutages(at(100), time.Hour); n != 1 {
		t.Errorf("%d outages within an hour, want 1", n)
	}
	if n := i.CountOutages(at(100), 100*time.Minute); n != 2 {
		t.Errorf("%d outages within 100 minutes, want 2", n)
	}
}

// TestSuspectRelease: the latest release within two hours before the incident, that can affect its journey.
func TestSuspectRelease(t *testing.T) {
	releases := []incident.Release{
		{Name: "v1", At: at(-121)}, {Name: "v2", At: at(-120)}, {Name: "orders", At: at(-10), Journeys: []string{"create-order"}}, {Name: "later", At: at(1)},
	}
	for _, c := range []struct {
		i    incident.Incident
		want string
	}{
		{incident.Incident{Journey: "print-card", Kind: incident.Down, Since: at(0)}, "v2"},
		{incident.Incident{Journey: "create-order", Kind: incident.Down, Since: at(0)}, "orders"},
		{incident.Incident{Journey: "create-order", Kind: incident.Down, Since: at(1)}, "later"},
		{incident.Incident{Journey: "print-card", Kind: incident.Down, Since: at(500)}, ""},
		{incident.Incident{Journey: "print-card", Kind: incident.LatencyTrend, Since: at(0)}, ""},
	} {
		got, ok := c.i.SuspectRelease(releases)
		if got.Name != c.want || ok != (c.want != "") {
			t.Errorf("%s of %s at %v: got %q, want %q", c.i.Kind, c.i.Journey, c.i.Since, got.Name, c.want)
		}
	}
}

func TestReleaseValidate(t *testing.T) {
	for name, valid := range map[string]bool{
		"v1.2.3": true, "Grüße an alle": true, "": false, " v1": false, "two\nlines": false, "1234567890123456789012345678901234567890": true,
		"12345678901234567890123456789012345678901": false, "\xff": false,
	} {
		if err := (incident.Release{Name: name, At: start}).Validate(); (err == nil) != valid {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := (incident.Release{Name: "v1"}).Validate(); err == nil {
		t.Error("a release without a time is valid")
	}
}
