package incident_test

import (
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func minute(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }

// failing returns an incident with bad runs in the minutes, from a journey that runs each minute.
func failing(kind incident.Kind, minutes ...int) incident.Incident {
	i := incident.Incident{Kind: kind, Journey: "print-card", Since: minute(minutes[0]), State: incident.Open}
	for _, m := range minutes {
		for _, region := range []string{"eu", "us"} { // a slot counts once
			i = i.AddBadRun(journey.Run{Region: region, Slot: minute(m), EveryMS: 60_000, Outcome: journey.Failed}, 1)
		}
	}
	return i
}

// TestLasted: an incident lasts from its first to its last failure, and only over measured time.
func TestLasted(t *testing.T) {
	flapping := failing(incident.Flapping, 0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56)
	flapping.State, flapping.ResolvedAt = incident.Resolved, minute(416) // its evidence fades for hours
	chance := flapping
	chance.Evident = minute(52)
	chance = chance.AddBadRun(journey.Run{Region: "eu", Slot: minute(300), EveryMS: 60_000, Outcome: journey.Failed}, 1)
	unmonitored := failing(incident.Down, 0, 1, 2, 3)
	unmonitored.State, unmonitored.ResolvedAt = incident.Resolved, minute(2*24*60) // the next run, which is good
	twice := failing(incident.Down, 0, 1, 2, 30, 31)
	twice.Outages = []incident.Outage{{Since: minute(0), Until: minute(5), Last: minute(2)}, {Since: minute(30)}}
	batch := incident.Incident{Kind: incident.Heartbeat, Since: minute(0), Last: minute(10), State: incident.Resolved, ResolvedAt: minute(180)}
	old := failing(incident.Down, 0, 1)
	old.EveryMS, old.FailedMS = 0, 0 // stored by an earlier version
	old.State, old.ResolvedAt = incident.Resolved, minute(7)
	for name, c := range map[string]struct {
		incident    incident.Incident
		want        time.Duration
		first, last int // minutes
	}{
		"15 single failures in an hour":     {flapping, 15 * time.Minute, 0, 57},
		"a chance failure hours later":      {chance, 16 * time.Minute, 0, 53},
		"two days without monitoring":       {unmonitored, 4 * time.Minute, 0, 4},
		"still down":                        {failing(incident.Down, 0, 1, 2), 3 * time.Minute, 0, 3},
		"two outages":                       {twice, 5 * time.Minute, 0, 32},
		"a batch is late until it finishes": {batch, 180 * time.Minute, 0, 180},
		"of an earlier version":             {old, 7 * time.Minute, 0, 7},
	} {
		periods := c.incident.Periods(minute(600))
		if got := c.incident.Lasted(minute(600)); got != c.want {
			t.Errorf("%s: it lasted %v, want %v", name, got, c.want)
		}
		if first, last := periods[0].From, periods[len(periods)-1].Until; !first.Equal(minute(c.first)) || !last.Equal(minute(c.last)) {
			t.Errorf("%s: from %v until %v", name, first, last)
		}
	}
}

// TestSpan: a flapping incident that was down once lasted from its first failure to its last, the chance failures after them apart.
func TestSpan(t *testing.T) {
	i := failing(incident.Flapping, 0, 1, 2, 10, 14, 18, 22, 200)
	i.Outages = []incident.Outage{{Since: minute(0), Until: minute(3), Last: minute(2)}}
	i.Evident, i.State, i.ResolvedAt = minute(18), incident.Resolved, minute(400)
	if got := i.Span(minute(500)); !got.From.Equal(minute(0)) || !got.Until.Equal(minute(19)) {
		t.Errorf("from %v until %v", got.From, got.Until)
	}
	i.Kind = incident.Down
	if got := i.Span(minute(500)); !got.Until.Equal(minute(3)) {
		t.Errorf("a down one lasted until %v", got.Until)
	}
}
