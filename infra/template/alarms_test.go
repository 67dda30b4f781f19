package template_test

import (
	"fmt"
	"slices"
)

// alarms checks the alarms of home, which has all of them, with all subscribers, in one of several deployments.
func alarms(d document) []string {
	var faults []string
	s := newStack(d, home, everything())
	paged, notified := false, false
	for id, r := range s.resources() {
		if r["Type"] == "AWS::CloudWatch::Alarm" {
			p, _ := r["Properties"].(map[string]any)
			faults = append(faults, prefixed(id, s.alarm(p))...)
			paged = paged || p["MetricName"] == "Heartbeat" && p["TreatMissingData"] == "breaching"
			notified = notified || p["MetricName"] == "Untold"
		}
	}
	if !paged {
		faults = append(faults, "expected an alarm for a missing pager heartbeat, got none")
	}
	if !notified {
		faults = append(faults, "expected an alarm for subscribers that cannot be notified, got none")
	}
	return append(faults, s.faults...)
}

func (s *stack) alarm(p map[string]any) (faults []string) {
	wrong := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for _, key := range []string{"AlarmName", "AlarmDescription", "EvaluationPeriods", "ComparisonOperator", "Threshold", "TreatMissingData", "AlarmActions"} {
		if p[key] == nil {
			wrong("it lacks %s", key)
		}
	}
	if v := text(p["ComparisonOperator"]); !slices.Contains([]string{"GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"}, v) {
		wrong("ComparisonOperator %q", v)
	}
	if v := text(p["TreatMissingData"]); !slices.Contains([]string{"breaching", "notBreaching", "ignore", "missing"}, v) {
		wrong("TreatMissingData %q", v)
	}
	periods, _ := p["EvaluationPeriods"].(int)
	if m, ok := p["DatapointsToAlarm"].(int); ok && m > periods {
		wrong("%d of %d periods can never be bad", m, periods)
	}
	metrics, seconds := 0, 0
	measure := func(metric any, stat string, period any) {
		metrics++
		n, _ := period.(int)
		seconds = max(seconds, n)
		if n < 10 || n > 30 && n%60 != 0 {
			wrong("a period of %v seconds", period)
		}
		var dimensions []string
		for _, dim := range list(at(metric, "Dimensions")) {
			dimensions = append(dimensions, text(at(dim, "Name")))
			if text(at(dim, "Value")) == "" {
				wrong("a dimension without a value")
			}
			faults = append(faults, s.others(text(at(dim, "Name")), text(at(dim, "Value")))...)
		}
		faults = append(faults, emits(text(at(metric, "Namespace")), text(at(metric, "MetricName")), dimensions, stat)...)
	}
	if p["MetricName"] != nil {
		measure(p, text(p["Statistic"]), p["Period"])
	}
	for _, m := range list(p["Metrics"]) {
		if s := at(m, "MetricStat"); s != nil {
			measure(at(s, "Metric"), text(at(s, "Stat")), at(s, "Period"))
		}
	}
	const day = 86400 // the longest period an alarm may evaluate
	if metrics == 0 || seconds*periods > day {
		wrong("%d metrics, looked at for %d seconds", metrics, seconds*periods)
	}
	return faults
}
