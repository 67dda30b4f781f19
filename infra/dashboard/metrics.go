package dashboard

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A sample is one value of a metric.
type sample struct {
	region, namespace, name string
	dimensions              map[string]string
	at                      time.Time
	value                   float64
}

// key identifies the metric of a sample in its region.
func (s sample) key() string { return fmt.Sprint(s.region, s.namespace, s.name, s.dimensions) }

// samples extracts the metrics of lines in the Embedded Metric Format, as CloudWatch does.
func samples(lines []Line) (all []sample, err error) {
	for _, l := range lines {
		if !strings.Contains(l.Text, `"_aws"`) {
			continue
		}
		var doc struct {
			AWS struct {
				Timestamp         int64
				CloudWatchMetrics []struct {
					Namespace  string
					Dimensions [][]string
					Metrics    []struct{ Name string }
				}
			} `json:"_aws"`
		}
		var fields map[string]any
		if err := cmp.Or(json.Unmarshal([]byte(l.Text), &doc), json.Unmarshal([]byte(l.Text), &fields)); err != nil {
			return nil, fmt.Errorf("parse a log line: %w", err)
		}
		for _, d := range doc.AWS.CloudWatchMetrics {
			for _, m := range d.Metrics {
				s := sample{l.Region, d.Namespace, m.Name, map[string]string{}, time.UnixMilli(doc.AWS.Timestamp).UTC(), 0}
				s.value, _ = fields[m.Name].(float64)
				for _, name := range d.Dimensions[0] {
					s.dimensions[name] = fmt.Sprint(fields[name])
				}
				all = append(all, s)
			}
		}
	}
	return all, nil
}

// A selection is what one entry of a widget's metrics asks for.
type selection struct {
	region, namespace, name, statistic, label string
	dimensions                                map[string]string
	schema                                    []string // names of the dimensions
	period                                    time.Duration
	math                                      expr // over the metric, as the field "m"
}

var (
	search    = regexp.MustCompile(`SEARCH\('\{([^}]+)\} ([^']*)', '([^']+)'(?:, (\d+))?\)`)
	condition = regexp.MustCompile(`([A-Za-z]+)="([^"]*)"`)
	dimension = regexp.MustCompile(`\$\{PROP\('Dim\.([^']+)'\)\}`)
)

// Metrics returns the lines of a metric widget, sorted by label, from the samples in log lines.
func Metrics(p Properties, lines []Line) ([]Series, error) {
	all, err := samples(lines)
	if err != nil {
		return nil, err
	}
	var out []Series
	for _, entry := range p.Metrics {
		s, err := selectionOf(entry, p)
		if err != nil {
			return nil, err
		}
		found, err := s.series(all)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// selectionOf parses [{"expression": "...SEARCH(...)..."}], or [namespace, name, dimension, value, ..., {"stat": ...}].
func selectionOf(entry []any, p Properties) (s selection, err error) {
	options, _ := entry[len(entry)-1].(map[string]any)
	option := func(name, otherwise string) string { text, _ := options[name].(string); return cmp.Or(text, otherwise) }
	s = selection{region: option("region", p.Region), label: option("label", ""), dimensions: map[string]string{}}
	if formula := option("expression", ""); formula != "" {
		m := search.FindStringSubmatch(formula)
		if m == nil {
			return s, fmt.Errorf("the expression %q: expected a SEARCH", formula)
		}
		s.schema = strings.Split(m[1], ",")
		s.namespace, s.schema, s.statistic = s.schema[0], s.schema[1:], m[3]
		for _, c := range condition.FindAllStringSubmatch(m[2], -1) {
			if c[1] == "MetricName" {
				s.name = c[2]
			} else {
				s.dimensions[c[1]] = c[2]
			}
		}
		seconds, _ := strconv.Atoi(m[4]) // without one, the widget's
		s.period = time.Duration(cmp.Or(seconds, p.Period, 300)) * time.Second
		s.math, err = parseAll(strings.Replace(formula, m[0], "m", 1))
		return s, err
	}
	s.math, s.statistic, s.period = expr{op: "field", text: "m"}, option("stat", "Average"), time.Duration(cmp.Or(p.Period, 300))*time.Second
	texts := entry[:len(entry)-1]
	s.namespace, s.name = fmt.Sprint(texts[0]), fmt.Sprint(texts[1])
	for pair := range slices.Chunk(texts[2:], 2) {
		s.schema = append(s.schema, fmt.Sprint(pair[0]))
		s.dimensions[fmt.Sprint(pair[0])] = fmt.Sprint(pair[1])
	}
	s.label = cmp.Or(s.label, s.name)
	return s, nil
}

// series returns one line for each metric that is selected.
func (s selection) series(all []sample) (out []Series, err error) {
	byMetric, labels := map[string]map[time.Time][]float64{}, map[string]string{}
	for _, sample := range all {
		if !s.selects(sample) {
			continue
		}
		id := sample.key()
		if byMetric[id] == nil {
			byMetric[id] = map[time.Time][]float64{}
			labels[id] = dimension.ReplaceAllStringFunc(s.label, func(found string) string {
				return sample.dimensions[dimension.FindStringSubmatch(found)[1]]
			})
		}
		at := sample.at.Truncate(s.period)
		if s.period > 24*time.Hour { // longer than the dashboard's range: one value
			at = time.Time{}
		}
		byMetric[id][at] = append(byMetric[id][at], sample.value)
	}
	for _, id := range slices.Sorted(maps.Keys(byMetric)) {
		line := Series{Label: labels[id]}
		for _, at := range slices.SortedFunc(maps.Keys(byMetric[id]), time.Time.Compare) {
			v, err := summarize(s.statistic, byMetric[id][at])
			if err != nil {
				return nil, err
			}
			if v, err = calc(s.math, func(expr) (any, error) { return v, nil }); err != nil {
				return nil, err
			}
			if n, ok := v.(float64); ok {
				line.Points = append(line.Points, Point{at, n})
			}
		}
		out = append(out, line)
	}
	return out, nil
}

func (s selection) selects(m sample) bool {
	if m.region != s.region || m.namespace != s.namespace || m.name != s.name || len(m.dimensions) != len(s.schema) {
		return false
	}
	for _, name := range s.schema {
		value, has := m.dimensions[name]
		if want, fixed := s.dimensions[name]; !has || fixed && value != want {
			return false
		}
	}
	return true
}
