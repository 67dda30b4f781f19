package cost

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"valkyrie/infra/cloudwatch"
	"valkyrie/probes/journey"
)

// A Deployment is what is paid for.
type Deployment struct {
	Journeys []JourneyCost
	Regions  int           // that probe, home and standby among them
	Standby  bool          // one of them is a standby: it has a pager, a webhook and a table too
	Every    time.Duration // from slot to slot, of a journey that says nothing of it
	MemoryMB int           // of the probe
	ARM      bool          // the probe is a container on arm64, not a zip with a layer on x86_64
	Detail   cloudwatch.Detail
	Failing  float64 // which part of the runs fails, and leaves evidence: 0 to 1
	Calls    int     // a month, of a minute each
	Texts    int     // a month
}

// A JourneyCost is a journey with the billed time of one run, from the event to the response.
type JourneyCost struct {
	journey.Journey
	Takes time.Duration
}

// Month is how long a month is here.
const Month = 30 * 24 * time.Hour

// Validate returns every fault at once.
func (d Deployment) Validate() error {
	var faults []error
	demand := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	demand(len(d.Journeys) > 0, "no journeys: there is nothing to run")
	demand(d.Regions >= 1 && d.Regions <= 5, "regions %d: expected 1 to 5", d.Regions)
	demand(!d.Standby || d.Regions > 1, "a standby needs a region besides home")
	demand(d.Every >= time.Minute && d.Every <= 15*time.Minute, "every %v: expected 1m to 15m, as the template's Cadence", d.Every)
	demand(d.MemoryMB >= 1024 && d.MemoryMB <= 10240, "memory %d MB: expected 1024 to 10240, as the template's ProbeMemory", d.MemoryMB)
	for _, j := range d.Journeys {
		demand(j.Takes > 0 && j.Takes <= 15*time.Minute, "a run of %s takes %v: expected over 0 and up to 15m", j.Name, j.Takes)
	}
	demand(d.Detail == cloudwatch.Journeys || d.Detail == cloudwatch.Steps, "detail %q: expected %s or %s", d.Detail, cloudwatch.Journeys, cloudwatch.Steps)
	demand(d.Failing >= 0 && d.Failing <= 1, "a part of %v that fails: expected 0 to 1", d.Failing)
	demand(d.Calls >= 0 && d.Texts >= 0, "calls %d, texts %d: expected 0 or more", d.Calls, d.Texts)
	return errors.Join(faults...)
}

// Steps are those of all journeys, cleanup not among them: it has no metrics.
func (d Deployment) Steps() int {
	n := 0
	for _, j := range d.Journeys {
		n += len(j.Steps)
	}
	return n
}

// Runs are those of a month, of all journeys from all regions.
func (d Deployment) Runs() (n float64) {
	for _, j := range d.Journeys {
		n += d.runs(j)
	}
	return n
}

// runs are those of one journey.
func (d Deployment) runs(j JourneyCost) float64 {
	return slots(cmp.Or(j.Every, d.Every)) * float64(d.Regions)
}

// slots are those of a month, of one schedule.
func slots(every time.Duration) float64 { return float64(Month / every) }

// pagers is how many regions have a pager, a webhook and a table.
func (d Deployment) pagers() int {
	if d.Standby {
		return 2
	}
	return 1
}

// What template.yaml makes; a test compares.
const (
	AlarmsProbe = 5 // in each region
	AlarmsPager = 5 // in home and standby, besides
	Dashboards  = 1 // in each region
)

// Metrics counts the custom metrics, by what infra/cloudwatch writes.
func (d Deployment) Metrics() int {
	n := 0
	for _, m := range cloudwatch.Metrics() {
		switch {
		case m.Detail != "" && m.Detail != d.Detail, m.Rare:
		case slices.Contains(m.Dimensions, cloudwatch.DimensionStep):
			n += d.Steps() * d.Regions
		case slices.Contains(m.Dimensions, cloudwatch.DimensionJourney):
			n += len(d.Journeys) * d.Regions
		default:
			n += d.pagers()
		}
	}
	return n
}

// Alarms counts them.
func (d Deployment) Alarms() int { return AlarmsProbe*d.Regions + AlarmsPager*d.pagers() }
