package dashboard

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// stats groups rows: aggregate as name, ... by expression, ...
func (q *query) stats(text string) error {
	what, by, _ := strings.Cut(text, " by ")
	outputs, names, err := named(what)
	if err != nil {
		return err
	}
	keys, keyNames, err := named(by)
	if err != nil {
		return err
	}
	groups, order := map[string][]row{}, []string{}
	for _, r := range q.rows {
		id := ""
		for i, k := range keys {
			if r[keyNames[i]], err = calc(k, r.leaf); err != nil {
				return err
			}
			id += fmt.Sprint(r[keyNames[i]], "\x00")
		}
		if groups[id] == nil {
			order = append(order, id)
		}
		groups[id] = append(groups[id], r)
	}
	q.rows, q.columns = nil, append(slices.Clone(keyNames), names...)
	for _, id := range order {
		out := row{}
		for _, k := range keyNames {
			out[k] = groups[id][0][k]
		}
		for i, e := range outputs {
			if out[names[i]], err = calc(e, func(leaf expr) (any, error) { return aggregate(leaf, groups[id]) }); err != nil {
				return err
			}
		}
		q.rows = append(q.rows, out)
	}
	if len(keyNames) > 0 && strings.HasPrefix(keyNames[0], "bin(") { // a chart goes from left to right
		return q.sort(keyNames[0])
	}
	return nil
}

// named parses expressions that are separated by commas, each with the name after "as", or else its own text.
func named(text string) (all []expr, names []string, err error) {
	depth, from := 0, 0
	text += ","
	for i, c := range text {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			what, name, ok := strings.Cut(strings.TrimSpace(text[from:i]), " as ")
			from = i + 1
			if what == "" {
				continue
			}
			if !ok {
				name = what
			}
			e, err := parseAll(what)
			if err != nil {
				return nil, nil, err
			}
			all, names = append(all, e), append(names, strings.TrimSpace(name))
		}
	}
	return all, names, nil
}

// aggregate evaluates an aggregate function over rows, of which those without a number do not count.
func aggregate(e expr, rows []row) (any, error) {
	if e.op != "call" || len(e.args) == 0 {
		return nil, fmt.Errorf("expected an aggregate such as sum(field), got %q", e.text)
	}
	var values []float64
	for _, r := range rows {
		v, err := calc(e.args[0], r.leaf)
		if err != nil {
			return nil, err
		}
		if n, ok := v.(float64); ok {
			values = append(values, n)
		}
	}
	statistic, ok := map[string]string{"count": "SampleCount", "sum": "Sum", "avg": "Average", "min": "Minimum", "max": "Maximum"}[e.text]
	if e.text == "pct" && len(e.args) == 2 {
		statistic, ok = "p"+e.args[1].text, true
	}
	if !ok {
		return nil, fmt.Errorf("the aggregate %q is unknown to this package; add it", e.text)
	}
	return summarize(statistic, values)
}

// summarize returns a statistic of values, as CloudWatch names it; nil without values.
func summarize(statistic string, values []float64) (any, error) {
	if len(values) == 0 {
		if statistic == "SampleCount" || statistic == "Sum" {
			return 0.0, nil
		}
		return nil, nil
	}
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	switch statistic {
	case "SampleCount":
		return float64(len(values)), nil
	case "Sum":
		return sum, nil
	case "Average":
		return sum / float64(len(values)), nil
	case "Minimum":
		return slices.Min(values), nil
	case "Maximum":
		return slices.Max(values), nil
	}
	percent, err := strconv.ParseFloat(strings.TrimPrefix(statistic, "p"), 64)
	if err != nil || percent < 0 || percent > 100 {
		return nil, fmt.Errorf("the statistic %q is unknown to this package; add it", statistic)
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(int(math.Ceil(percent/100*float64(len(sorted))))-1, 0)], nil
}
