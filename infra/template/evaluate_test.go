package template_test

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A feed is the data points of metrics: by metric, the values of each minute. A minute without any is missing.
type feed map[string]func(minute int) []float64

// metricKey identifies a metric: its namespace, name and dimensions.
func metricKey(namespace, name string, dimensions ...string) string {
	slices.Sort(dimensions)
	return namespace + " " + name + " " + strings.Join(dimensions, " ")
}

// alarmed evaluates an alarm on a feed, as CloudWatch does each minute, and returns the minutes in which it is in the state
// ALARM, of those in a time. The periods slide with the minutes.
// See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html.
func (s *stack) alarmed(id string, minutes int, f feed) (in []int) {
	p := s.resources()[id]["Properties"]
	periods, _ := at(p, "EvaluationPeriods").(int)
	needed, ok := at(p, "DatapointsToAlarm").(int)
	if !ok {
		needed = periods
	}
	threshold, err := strconv.ParseFloat(fmt.Sprint(at(p, "Threshold")), 64)
	if err != nil || periods < 1 {
		s.fault("%s: its threshold %v or its periods %v are no numbers", id, at(p, "Threshold"), at(p, "EvaluationPeriods"))
		return nil
	}
	length, value := s.metric(id, p, f)
	if length < 1 {
		s.fault("%s: expected a period of whole minutes", id)
		return nil
	}
	for minute := range minutes {
		breaching := 0
		for n := range periods {
			to := minute + 1 - n*length
			if v, found := value(to-length, to); breaches(p, v, found, threshold) {
				breaching++
			}
		}
		if breaching >= needed {
			in = append(in, minute)
		}
	}
	return in
}

// breaches compares a period's value with the threshold.
func breaches(p any, v float64, found bool, threshold float64) bool {
	if !found {
		return at(p, "TreatMissingData") == "breaching"
	}
	switch at(p, "ComparisonOperator") {
	case "GreaterThanThreshold":
		return v > threshold
	case "GreaterThanOrEqualToThreshold":
		return v >= threshold
	case "LessThanThreshold":
		return v < threshold
	case "LessThanOrEqualToThreshold":
		return v <= threshold
	}
	return false
}

var percentage = regexp.MustCompile(`^([a-z]+) / \((\d+) \* (\d+)\)$`)

// metric returns the length of an alarm's periods in minutes, and its value in a span of minutes.
func (s *stack) metric(id string, p any, f feed) (length int, value func(from, to int) (float64, bool)) {
	if at(p, "MetricName") != nil {
		return periodOf(p), series(p, text(at(p, "Statistic")), f)
	}
	returned := []any{}
	inputs := map[string]any{}
	for _, m := range list(at(p, "Metrics")) {
		if at(m, "MetricStat") != nil {
			inputs[text(at(m, "Id"))] = at(m, "MetricStat")
		}
		if at(m, "ReturnData") != false {
			returned = append(returned, m)
		}
	}
	if len(returned) != 1 {
		s.fault("%s: expected one metric or expression that is returned, got %d", id, len(returned))
		return 0, nil
	}
	m := percentage.FindStringSubmatch(text(at(returned[0], "Expression")))
	if m == nil || inputs[m[1]] == nil {
		s.fault("%s: the expression is unknown to this test, add it: %v", id, at(returned[0], "Expression"))
		return 0, nil
	}
	a, _ := strconv.ParseFloat(m[2], 64)
	b, _ := strconv.ParseFloat(m[3], 64)
	of := series(at(inputs[m[1]], "Metric"), text(at(inputs[m[1]], "Stat")), f)
	return periodOf(inputs[m[1]]), func(from, to int) (float64, bool) {
		v, found := of(from, to)
		return v / (a * b), found
	}
}

// periodOf returns a period in minutes; 0 if it is not a whole number of them.
func periodOf(v any) int {
	seconds, _ := at(v, "Period").(int)
	if seconds%60 != 0 {
		return 0
	}
	return seconds / 60
}

// series returns the statistic of a metric over spans of minutes.
func series(metric any, statistic string, f feed) func(from, to int) (float64, bool) {
	var dimensions []string
	for _, d := range list(at(metric, "Dimensions")) {
		dimensions = append(dimensions, text(at(d, "Name"))+"="+text(at(d, "Value")))
	}
	points := f[metricKey(text(at(metric, "Namespace")), text(at(metric, "MetricName")), dimensions...)]
	return func(from, to int) (float64, bool) {
		var all []float64
		for minute := from; minute < to && points != nil; minute++ {
			all = append(all, points(minute)...)
		}
		if len(all) == 0 {
			return 0, false
		}
		sum := 0.0
		for _, v := range all {
			sum += v
		}
		switch statistic {
		case "Sum":
			return sum, true
		case "Average":
			return sum / float64(len(all)), true
		case "Maximum":
			return slices.Max(all), true
		case "Minimum":
			return slices.Min(all), true
		case "SampleCount":
			return float64(len(all)), true
		}
		return math.NaN(), true
	}
}

// overlaid returns a feed in which some metrics are replaced from a minute on.
func (f feed) overlaid(from int, other feed) feed {
	out := maps.Clone(f)
	for key, points := range other {
		before := f[key]
		out[key] = func(minute int) []float64 {
			if minute >= from {
				return points(minute - from)
			}
			if before == nil {
				return nil
			}
			return before(minute)
		}
	}
	return out
}
