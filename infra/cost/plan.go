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

// A Plan describes the deployment to price.
type Plan struct {
	Journeys []JourneyCost
	Regions  int           // number of regions that probe, including home and standby
	Standby  bool          // one region is a standby, with a pager, a webhook and a table
	Every    time.Duration // time between slots, of journeys that set none
	MemoryMB int           // memory of the probe
	ARM      bool          // the probe is a container on arm64, not a zip with a layer on x86_64
	Detail   cloudwatch.Detail
	// SecretsManager: the secrets are documents of Secrets Manager, not parameters of Systems Manager.
	SecretsManager bool
	Traces         bool // each run is reported to X-Ray
	// Key: a key of the customer's own encrypts the data, with a replica in each region.
	Key bool
	// Subnets is the number of subnets of each region that the probes are in, to reach a private site; 0 for none. Home has interface
	// endpoints in each of them, as PrivateEndpoints makes, and any other region a NAT gateway: infra/README.md.
	Subnets int
	Failing float64 // fraction of runs that fail, and leave evidence: 0 to 1
	Calls   int     // per month, of a minute each
	Texts   int     // per month
}

// A JourneyCost is a journey with the billed time of one run, from the event to the response.
type JourneyCost struct {
	journey.Journey
	Takes time.Duration
}

// Month is the length of a month in the estimate.
const Month = 30 * 24 * time.Hour

// Validate returns all faults at once.
func (p Plan) Validate() error {
	var faults []error
	require := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	require(len(p.Journeys) > 0, "no journeys: expected at least one")
	require(p.Regions >= 1 && p.Regions <= 10, "regions %d: expected 1 to 10", p.Regions)
	require(!p.Standby || p.Regions > 1, "a standby needs a region besides home")
	require(p.Every >= time.Minute && p.Every <= 15*time.Minute, "every %v: expected 1m to 15m, as the template's Cadence", p.Every)
	require(p.Subnets >= 0 && p.Subnets <= 16, "subnets %d: expected 0 to 16, as the template's SubnetIds", p.Subnets)
	require(p.MemoryMB >= 1024 && p.MemoryMB <= 10240, "memory %d MB: expected 1024 to 10240, as the template's ProbeMemory", p.MemoryMB)
	for _, j := range p.Journeys {
		require(j.Takes > 0 && j.Takes <= 15*time.Minute, "a run of %s takes %v: expected over 0 and up to 15m", j.Name, j.Takes)
	}
	require(p.Detail == cloudwatch.Journeys || p.Detail == cloudwatch.Steps, "detail %q: expected %s or %s", p.Detail, cloudwatch.Journeys, cloudwatch.Steps)
	require(p.Failing >= 0 && p.Failing <= 1, "a part of %v that fails: expected 0 to 1", p.Failing)
	require(p.Calls >= 0 && p.Texts >= 0, "calls %d, texts %d: expected 0 or more", p.Calls, p.Texts)
	return errors.Join(faults...)
}

// Steps counts the steps of all journeys, without cleanup steps, which have no metrics.
func (p Plan) Steps() int {
	n := 0
	for _, j := range p.Journeys {
		n += len(j.Steps)
	}
	return n
}

// Runs counts the runs per month, of all journeys in all regions.
func (p Plan) Runs() (n float64) {
	for _, j := range p.Journeys {
		n += p.runs(j)
	}
	return n
}

// runs counts the runs of one journey per month.
func (p Plan) runs(j JourneyCost) float64 {
	return slots(cmp.Or(j.Every, p.Every)) * float64(p.Regions)
}

// slots counts the slots of one schedule per month.
func slots(every time.Duration) float64 { return float64(Month / every) }

// Endpoints counts the interface endpoints of home.
func (p Plan) Endpoints() int {
	if p.Traces {
		return Interfaces + 1
	}
	return Interfaces
}

// pagers counts the regions with a pager, a webhook and a table.
func (p Plan) pagers() int {
	if p.Standby {
		return 2
	}
	return 1
}

// Numbers of resources in template.yaml; a test compares them.
const (
	AlarmsProbe = 5 // per region
	AlarmsPager = 5 // in addition, in home and standby
	Dashboards  = 1 // of home, for all regions
	Interfaces  = 2 // interface endpoints of home, with PrivateEndpoints; the gateway endpoints cost nothing
)

// Metrics counts the custom metrics that infra/cloudwatch writes.
func (p Plan) Metrics() int {
	n := 0
	for _, m := range cloudwatch.Metrics() {
		switch {
		case m.Detail != "" && m.Detail != p.Detail, m.Rare:
		case slices.Contains(m.Dimensions, cloudwatch.DimensionStep):
			n += p.Steps() * p.Regions
		case slices.Contains(m.Dimensions, cloudwatch.DimensionJourney):
			n += len(p.Journeys) * p.Regions
		default:
			n += p.pagers()
		}
	}
	return n
}

// DashboardMetrics counts the metrics on the dashboard: one of each journey in each region, three in each region of the journey
// that is chosen above it, and five of the pager, of which one is shown twice.
func (p Plan) DashboardMetrics() int { return (len(p.Journeys)+3)*p.Regions + 5 }

// secrets counts the secrets that the journeys read.
func (p Plan) secrets() int {
	names := map[string]bool{}
	for _, j := range p.Journeys {
		for _, name := range j.SecretNames() {
			names[name] = true
		}
	}
	return len(names)
}

// Alarms counts the alarms.
func (p Plan) Alarms() int { return AlarmsProbe*p.Regions + AlarmsPager*p.pagers() }
