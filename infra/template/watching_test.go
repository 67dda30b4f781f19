package template_test

import (
	"fmt"
	"slices"

	"valkyrie/infra/cloudwatch"
)

// The metrics that the alarms watch.
type watched struct{ s *stack }

func (w watched) function(id, metric string) string {
	return metricKey("AWS/Lambda", metric, "FunctionName="+w.s.named(id))
}

func (w watched) deployment(metric string) string {
	return metricKey(cloudwatch.Namespace, metric, cloudwatch.DimensionDeployment+"="+text(w.s.parameters["Name"]))
}

func (w watched) queue(metric string) string {
	return metricKey("AWS/SQS", metric, "QueueName="+w.s.named("DeadLetters"))
}

// timeout returns the probe's timeout in milliseconds.
func (w watched) timeout() float64 {
	seconds, _ := w.s.parameters["ProbeTimeout"].(int)
	return float64(seconds) * 1000
}

// each returns a value every so many minutes.
func each(interval int, values ...float64) func(int) []float64 {
	return func(minute int) []float64 {
		if minute < 0 || minute%interval != 0 {
			return nil
		}
		return values
	}
}

// once returns a value in the first minute only.
func once(values ...float64) func(int) []float64 {
	return func(minute int) []float64 {
		if minute != 0 {
			return nil
		}
		return values
	}
}

func never(int) []float64 { return nil }

// wellFrom is the minute from which a feed has all periods of any alarm behind it.
const wellFrom = 60

// well returns the metrics of a deployment in which nothing is wrong, whose journeys run at an interval.
func (w watched) well(interval int) feed {
	f := feed{
		w.queue("ApproximateNumberOfMessagesVisible"): each(5, 0), w.queue("NumberOfMessagesSent"): each(5, 0),
		w.function("Probe", "Invocations"): each(interval, 1), w.function("Probe", "Errors"): each(interval, 0),
		w.function("Probe", "Throttles"): each(interval, 0), w.function("Probe", "Duration"): each(interval, 0.4*w.timeout(), 0.6*w.timeout()),
	}
	if w.s.exists("Pager") {
		for _, id := range []string{"Pager", "Webhook"} {
			f[w.function(id, "Invocations")], f[w.function(id, "Errors")], f[w.function(id, "Throttles")] = each(1, 1), each(1, 0), each(1, 0)
		}
		f[w.deployment(cloudwatch.Heartbeat)] = each(1, 1)
	}
	return f
}

// A trouble is a fault that an alarm reports.
type trouble struct {
	name, alarm string
	metrics     feed
	within      int  // minutes until the alarm
	ends        bool // the fault has an end, which the alarm reports too
}

// troubles lists the faults, each with the alarm that reports it.
func (w watched) troubles() []trouble {
	all := []trouble{
		{"no schedule starts the probe", "ProbeSilent", feed{w.function("Probe", "Invocations"): never}, 45, true},
		{"an event could not be delivered", "Undelivered", feed{w.queue("ApproximateNumberOfMessagesVisible"): each(1, 1), w.queue("NumberOfMessagesSent"): once(1)}, 2, true},
		{"a probe crashes", "ProbeErrors", feed{w.function("Probe", "Errors"): once(1)}, 5, false},
		{"a probe is turned away", "ProbeThrottles", feed{w.function("Probe", "Throttles"): once(1)}, 5, false},
		{"a probe takes nearly all its time", "ProbeNearTimeout", feed{w.function("Probe", "Duration"): once(0.1*w.timeout(), 0.92*w.timeout())}, 5, false},
	}
	if !w.s.exists("Pager") {
		return all
	}
	all = append(all, []trouble{
		{"the pager does not start", "PagerSilent", feed{w.deployment(cloudwatch.Heartbeat): never}, 4, true},
		{"each round of the pager fails", "PagerSilent", feed{w.deployment(cloudwatch.Heartbeat): each(1, 0)}, 4, true},
		{"the pager crashes twice", "PagerErrors", feed{w.function("Pager", "Errors"): each(2, 1)}, 5, false},
		{"the pager is turned away", "PagerThrottles", feed{w.function("Pager", "Throttles"): once(1)}, 5, false},
		{"the webhook crashes", "WebhookErrors", feed{w.function("Webhook", "Errors"): once(1)}, 5, false},
		{"the webhook is turned away", "WebhookThrottles", feed{w.function("Webhook", "Throttles"): once(1)}, 5, false},
	}...)
	if w.s.exists("OthersUntold") {
		all = append(all, trouble{"a subscriber cannot be notified", "OthersUntold", feed{w.deployment(cloudwatch.Untold): each(1, 2)}, 10, false})
	}
	return all
}

// afterwards are the minutes that an alarm may last after the fault that raised it.
const afterwards = 5

// once reports whether a fault lasts for a minute only.
func (tr trouble) once() bool {
	for _, points := range tr.metrics {
		if points(0) != nil && points(1) == nil && points(2) == nil {
			return true
		}
	}
	return false
}

// missing returns how an alarm must take missing data: where the fault is a silence, as that, and else as the end of the fault.
// CloudWatch has no data of a function or queue without events, so that an alarm that ignores it would last until the next event,
// and not report it.
func (tr trouble) missing() string {
	if tr.alarm == "PagerSilent" || tr.alarm == "ProbeSilent" {
		return "breaching"
	}
	return "notBreaching"
}

// hiccups are faults that are over by themselves, and wake no one.
func (w watched) hiccups() map[string]feed {
	all := map[string]feed{
		"a probe is not started for a quarter of an hour": {w.function("Probe", "Invocations"): func(minute int) []float64 {
			if minute < 15 {
				return nil
			}
			return each(1, 1)(minute)
		}},
		"a probe takes long": {w.function("Probe", "Duration"): once(0.88 * w.timeout())},
	}
	if w.s.exists("Pager") {
		all["two rounds of the pager fail"] = feed{w.deployment(cloudwatch.Heartbeat): func(minute int) []float64 {
			if minute < 2 {
				return []float64{0}
			}
			return []float64{1}
		}}
		all["a poked round of the pager fails"] = feed{w.deployment(cloudwatch.Heartbeat): each(1, 0, 1, 0)}
		all["the pager crashes once"] = feed{w.function("Pager", "Errors"): once(1)}
		all["a notification fails twice"] = feed{w.deployment(cloudwatch.Untold): func(minute int) []float64 {
			if minute < 2 {
				return []float64{3}
			}
			return nil
		}}
	}
	return all
}

// watching evaluates the alarms of each kind of region: silent while all is well, at each allowed cadence; raised in time by
// each trouble; and by no other alarm's.
func watching(d document) (faults []string) {
	for _, region := range []string{home, standby, third} {
		for _, given := range []map[string]any{parameters(), everything()} {
			s := newStack(d, region, given)
			w := watched{s}
			found := append(w.silent(), w.raised()...)
			faults = append(faults, prefixed(region, append(append(found, w.notify()...), s.faults...))...)
		}
	}
	slices.Sort(faults)
	return slices.Compact(faults)
}

// alarms lists the alarms of the stack.
func (w watched) alarms() []string {
	var all []string
	for id, r := range w.s.resources() {
		if r["Type"] == "AWS::CloudWatch::Alarm" {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

func (w watched) silent() (faults []string) {
	feeds := map[string]feed{}
	for _, interval := range []int{1, 5, 15} { // Cadence allows up to 15 minutes
		feeds[fmt.Sprintf("all is well each %d minutes", interval)] = w.well(interval)
	}
	for name, f := range w.hiccups() {
		feeds[name] = w.well(1).overlaid(wellFrom, f)
	}
	for name, f := range feeds {
		for _, id := range w.alarms() {
			in := w.s.alarmed(id, wellFrom+120, f)
			if in = slices.DeleteFunc(in, func(minute int) bool { return minute < wellFrom }); len(in) > 0 {
				faults = append(faults, fmt.Sprintf("%s: it is raised although %s", id, name))
			}
		}
	}
	return faults
}

func (w watched) raised() (faults []string) {
	reports := map[string]bool{}
	for _, tr := range w.troubles() {
		reports[tr.alarm] = true
		if !w.s.exists(tr.alarm) {
			faults = append(faults, fmt.Sprintf("%s: it is missing, which reports that %s", tr.alarm, tr.name))
			continue
		}
		in := w.s.alarmed(tr.alarm, wellFrom+60, w.well(1).overlaid(wellFrom, tr.metrics))
		if len(in) == 0 || in[0] < wellFrom || in[0] > wellFrom+tr.within {
			faults = append(faults, fmt.Sprintf("%s: expected that it is raised within %d minutes after %s, got the minutes %v after it", tr.alarm, tr.within, tr.name, in))
		}
		if last := wellFrom + tr.within + afterwards; len(in) > 0 && in[len(in)-1] > last && tr.once() {
			faults = append(faults, fmt.Sprintf("%s: expected that it is over within %d minutes after %s once, so that it reports the next time", tr.alarm, tr.within+afterwards, tr.name))
		}
		if want, got := tr.missing(), at(w.s.resources()[tr.alarm], "Properties", "TreatMissingData"); got != want {
			faults = append(faults, fmt.Sprintf("%s: TreatMissingData: expected %s, as it reports that %s, got %v", tr.alarm, want, tr.name, got))
		}
		if ok := at(w.s.resources()[tr.alarm], "Properties", "OKActions"); tr.ends && (ok == nil || !w.topic(ok)) {
			faults = append(faults, fmt.Sprintf("%s: expected OKActions, to report that it is over", tr.alarm))
		}
	}
	for _, id := range w.alarms() {
		if !reports[id] {
			faults = append(faults, fmt.Sprintf("%s: no trouble of watching_test.go raises it; add one", id))
		}
	}
	return faults
}

// notify requires that alarms reach the topic, and that only a pause of the schedules silences one.
func (w watched) notify() (faults []string) {
	for _, id := range w.alarms() {
		p := at(w.s.resources()[id], "Properties")
		if !w.topic(at(p, "AlarmActions")) {
			faults = append(faults, fmt.Sprintf("%s: AlarmActions: expected the topic AlarmTopic, got %v", id, at(p, "AlarmActions")))
		}
		if enabled := at(p, "ActionsEnabled"); enabled != nil && enabled != true {
			faults = append(faults, fmt.Sprintf("%s: ActionsEnabled: expected that it notifies, got %v", id, enabled))
		}
		if want, got := fmt.Sprintf("%v-", w.s.parameters["Name"]), text(at(p, "AlarmName")); len(got) <= len(want) || got[:len(want)] != want {
			faults = append(faults, fmt.Sprintf("%s: AlarmName: expected that it begins with %q, by which doctor finds it, got %q", id, want, got))
		}
	}
	return faults
}

func (w watched) topic(actions any) bool {
	return slices.Equal(list(actions), []any{w.s.arn("AlarmTopic")})
}
