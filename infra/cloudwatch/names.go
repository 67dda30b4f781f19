// Package cloudwatch formats log lines for CloudWatch: one line of JSON per run and per round of the pager, in the Embedded Metric
// Format. CloudWatch extracts metrics from it, and Logs Insights can query the other fields. It sends no request and cannot fail:
// the lines go to the standard output.
//
// Custom metrics are billed by their number (names times dimension values, per region), not by data points. A journey therefore
// has two per deployment, for alarms and the dashboard. Other numbers, such as those of its steps, are in further fields of the
// same line, at no further cost: the dashboard's queries sum them up. Detail adds metrics for steps.
//
// The format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
package cloudwatch

// Namespace is the namespace of all metrics.
const Namespace = "Valkyrie"

// Metrics of a journey, with the dimensions Deployment and Journey. With Detail Steps they also exist per step, with the dimension
// Step.
const (
	SuccessPercent = "SuccessPercent" // 100 for a run that passed or was slow, 0 for a failed one; none for a broken one
	Duration       = "Duration"       // the customer's wait in milliseconds; of good runs only, as failures can be quick
)

// Metrics of the pager, with the dimension Deployment, as each deployment has one pager per region. Without the dimension, the
// heartbeat of one deployment would hide the silence of another.
const (
	Heartbeat     = "Heartbeat"     // 1 for a round without errors, else 0; at least one a minute
	OpenIncidents = "OpenIncidents" // incidents that are not resolved
	PagesSent     = "PagesSent"     // calls and texts that the provider accepted in this round
	PagesFailed   = "PagesFailed"   // calls and texts that it rejected, or whose outcome is unknown
	Untold        = "Untold"        // number of failed notifications to the status page, event buses, webhooks or subscribers; written only if there are any
)

// Dimensions of the metrics.
const (
	DimensionDeployment = "Deployment" // name of the deployment, as an account and region may have several
	DimensionJourney    = "Journey"
	DimensionStep       = "Step"
)

// Fields of the lines, for Logs Insights.
const (
	FieldEvent      = "event"          // EventRun, EventStep, EventTick or EventTell
	FieldJourney    = "journey"        // its name
	FieldRegion     = "region"         // region of the probe or pager
	FieldSlot       = "slot"           // scheduled time of the run, RFC 3339 in UTC
	FieldRun        = "run"            // its id
	FieldOutcome    = "outcome"        // passed, slow, failed or broken
	FieldFailed     = "failed"         // of a run: 1 for a failed one, else 0; to be summed
	FieldBroken     = "broken"         // of a run: 1 for a broken one (a fault of the probe, not of the site), else 0
	FieldDurationMS = "duration_ms"    // the customer's wait; of a failed run, up to the failure
	FieldStep       = "step"           // of a run: name of the step that decided its outcome; of a step: its name
	FieldError      = "error"          // the error, at most MaxError characters
	FieldWhy        = "why"            // of a slow run: how far FieldStep was over its budget, and where its time went
	FieldSteps      = "steps"          // a list: number, name, outcome, duration_ms, slow_ms, limit_ms, budget_percent; so steps.0.duration_ms
	FieldCounts     = "counts"         // numbers that the steps have recorded, by name: counts.pending_jobs
	FieldEvidence   = "evidence"       // a list: kind, and path or missing
	FieldLink       = "evidence_url"   // URL of the run's evidence in the console
	FieldProblems   = "problems"       // number of failed requests and script errors
	FieldTries      = "tries"          // number of attempts
	FieldStarvedMS  = "starved_ms"     // maximum delay of the probe's timers, caused by a busy CPU
	FieldLateMS     = "late_ms"        // time from the slot to the start
	FieldChrome     = "chrome"         // product and version
	FieldSlowMS     = "slow_ms"        // of a step: its budget; absent in steps if it has none
	FieldLimitMS    = "limit_ms"       // of a step: its deadline
	FieldNumber     = "number"         // of a step in steps: its place, from 1
	FieldPercent    = "budget_percent" // of a step in steps: its duration as a percentage of its budget; absent without either
	FieldRounds     = "rounds"         // of a tick: number of rounds in this invocation
	FieldPoked      = "poked"          // of a tick: whether a probe invoked the pager, and not its schedule
)

// Values of FieldEvent.
const (
	EventRun  = "run"
	EventStep = "step"
	EventTick = "tick"
	EventTell = "tell"
)

// A Detail selects the metrics to write.
type Detail string

// The details. Steps costs two more metrics per step, journey and region, and a line per step of a run.
const (
	Journeys Detail = "journeys" // two metrics per journey
	Steps    Detail = "steps"    // in addition, SuccessPercent and Duration of each step
)

// A Metric describes a metric for its users: alarms, dashboards, and the cost estimate.
type Metric struct {
	Name, Unit string
	Dimensions []string // names
	Detail     Detail   // written only with this Detail; "": always
	Rare       bool     // written only after a failure, so it costs almost nothing
}

// Metrics lists all metrics that this package writes.
func Metrics() []Metric {
	all := []Metric{}
	for _, m := range [][2]string{{SuccessPercent, "Percent"}, {Duration, "Milliseconds"}} {
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
			FieldEvent, FieldJourney, FieldRegion, FieldSlot, FieldRun, FieldOutcome, FieldFailed, FieldBroken, FieldDurationMS, FieldStep, FieldError, FieldWhy, FieldSteps, FieldCounts,
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
