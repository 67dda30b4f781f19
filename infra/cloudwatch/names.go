package cloudwatch

// Namespace is that of all our metrics.
const Namespace = "Valkyrie"

// Metrics of a journey, by the dimensions Deployment and Journey; and, where Detail is Steps, of its steps, by Step besides.
const (
	SuccessPercent = "SuccessPercent" // 100 for a run that passed or was slow, 0 for one that failed; none for a broken one
	Duration       = "Duration"       // milliseconds that a customer waited; of good runs only, as a failure says nothing of it
	Failed         = "Failed"         // 1 for a run that failed, else 0
	Broken         = "Broken"         // 1 for a run that was broken (our fault, not the site's), else 0
)

// Metrics of the pager, by the dimension Deployment: each has one pager in a region. Without it, the heartbeat of one would
// hide that another is silent.
const (
	Heartbeat     = "Heartbeat"     // 1 for a round in which all was done, 0 for one with an error; at least one a minute
	OpenIncidents = "OpenIncidents" // incidents that are not resolved
	PagesSent     = "PagesSent"     // calls and texts that the carrier took in this round
	PagesFailed   = "PagesFailed"   // calls and texts that it did not take, or perhaps not
	Untold        = "Untold"        // how many of those who are not paged could not be told: the status page, event buses, webhooks, subscribers; written only then
)

// Dimensions of the metrics.
const (
	DimensionDeployment = "Deployment" // its name: of several in an account and region, each has metrics of its own
	DimensionJourney    = "Journey"
	DimensionStep       = "Step"
)

// Fields of the lines, for Logs Insights. FieldEvent says what a line is about.
const (
	FieldEvent      = "event"        // EventRun, EventStep, EventTick or EventTell
	FieldJourney    = "journey"      // its name
	FieldRegion     = "region"       // where the run was made from
	FieldSlot       = "slot"         // when the run was due, RFC 3339 in UTC
	FieldRun        = "run"          // its id
	FieldOutcome    = "outcome"      // passed, slow, failed or broken
	FieldDurationMS = "duration_ms"  // the customer's wait; of a failed run, up to the failure
	FieldStep       = "step"         // of a run: the one that decided its outcome; of a step: its name
	FieldError      = "error"        // what went wrong, at most MaxError characters
	FieldSteps      = "steps"        // a list: name, outcome, duration_ms, slow_ms, limit_ms; so steps.0.duration_ms
	FieldCounts     = "counts"       // numbers that the steps have read, by name: counts.pending_jobs
	FieldEvidence   = "evidence"     // a list: kind, and path or missing
	FieldLink       = "evidence_url" // opens the run's evidence in the console
	FieldProblems   = "problems"     // how many requests and scripts broke along the way
	FieldTries      = "tries"        // how many it took
	FieldStarvedMS  = "starved_ms"   // how late the probe's own clock woke it, at most
	FieldLateMS     = "late_ms"      // from the slot to the start
	FieldChrome     = "chrome"       // product and version
	FieldSlowMS     = "slow_ms"      // of a step: its budget
	FieldLimitMS    = "limit_ms"     // of a step: its deadline
	FieldRounds     = "rounds"       // of a tick: how often the pager looked in this invocation
	FieldPoked      = "poked"        // of a tick: whether a probe, not the clock, asked for it
)

// What a line is about.
const (
	EventRun  = "run"
	EventStep = "step"
	EventTick = "tick"
	EventTell = "tell"
)

// A Detail says of what there are metrics.
type Detail string

// The details. Steps costs two more metrics for each step of each journey in each region, and a line for each step.
const (
	Journeys Detail = "journeys" // four metrics a journey
	Steps    Detail = "steps"    // and SuccessPercent and Duration of each step
)

// A Metric is one that is written, for whoever refers to it: alarms, dashboards, and the bill.
type Metric struct {
	Name, Unit string
	Dimensions []string // names
	Detail     Detail   // written only with Steps, or, when empty, always
	Rare       bool     // written only when something is wrong: it costs next to nothing
}

// Metrics lists all that this package writes.
func Metrics() []Metric {
	all := []Metric{}
	for _, m := range [][2]string{{SuccessPercent, "Percent"}, {Duration, "Milliseconds"}, {Failed, "Count"}, {Broken, "Count"}} {
		all = append(all, Metric{Name: m[0], Unit: m[1], Dimensions: []string{DimensionDeployment, DimensionJourney}})
	}
	for _, m := range [][2]string{{SuccessPercent, "Percent"}, {Duration, "Milliseconds"}} {
		all = append(all, Metric{Name: m[0], Unit: m[1], Dimensions: []string{DimensionDeployment, DimensionJourney, DimensionStep}, Detail: Steps})
	}
	for _, name := range []string{Heartbeat, OpenIncidents, PagesSent, PagesFailed} {
		all = append(all, Metric{Name: name, Unit: "Count", Dimensions: []string{DimensionDeployment}})
	}
	all = append(all, Metric{Name: Untold, Unit: "Count", Dimensions: []string{DimensionDeployment}, Rare: true})
	return all
}

// Fields lists the fields that a line about the event may have.
func Fields(event string) []string {
	switch event {
	case EventRun:
		return []string{
			FieldEvent, FieldJourney, FieldRegion, FieldSlot, FieldRun, FieldOutcome, FieldDurationMS, FieldStep, FieldError, FieldSteps, FieldCounts,
			FieldEvidence, FieldLink, FieldProblems, FieldTries, FieldStarvedMS, FieldLateMS, FieldChrome,
		}
	case EventStep:
		return []string{
			FieldEvent, FieldJourney, FieldRegion, FieldSlot, FieldRun, FieldOutcome, FieldDurationMS, FieldStep, FieldError, FieldSlowMS, FieldLimitMS,
		}
	case EventTick:
		return []string{FieldEvent, FieldRegion, FieldRounds, FieldPoked, FieldError}
	case EventTell:
		return []string{FieldEvent, FieldRegion, FieldError}
	}
	return nil
}
