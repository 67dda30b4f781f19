package dashboard

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A row is a log line as a query sees it: its fields, nested as in its JSON.
type row map[string]any

// get returns a field by its path, such as steps.0.duration_ms; nil if there is none.
func (r row) get(path string) any {
	if v, ok := r[path]; ok { // "@type", and the names that a query gives
		return v
	}
	var v any = map[string]any(r)
	for part := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

// A query is the state of a query between two of its commands.
type query struct {
	rows    []row
	columns []string // nil: not chosen yet
}

var source = regexp.MustCompile(`^SOURCE '([^']+)' \| `)

// Insights runs a query of a dashboard on the lines of its log group in a region. Its language is
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html.
func Insights(text, region string, lines []Line) (Table, error) {
	m := source.FindStringSubmatch(text)
	if m == nil {
		return Table{}, fmt.Errorf("run a query: expected SOURCE 'group' | ..., got %q", text)
	}
	q := query{}
	for _, l := range lines {
		if l.Region != region || l.Group != m[1] {
			continue
		}
		r := row{}
		_ = json.Unmarshal([]byte(l.Text), (*map[string]any)(&r)) // a line that is no JSON has no fields of its own
		for name, v := range l.Extra {
			r[name] = v
		}
		r["@message"], r["@timestamp"] = l.Text, l.Time
		q.rows = append(q.rows, r)
	}
	for stage := range strings.SplitSeq(text[len(m[0]):], "|") {
		name, rest, _ := strings.Cut(strings.TrimSpace(stage), " ")
		run, ok := commands[name]
		if !ok {
			return Table{}, fmt.Errorf("run a query: the command %q is unknown to this package; add it", name)
		}
		if err := run(&q, rest); err != nil {
			return Table{}, fmt.Errorf("%s %s: %w", name, rest, err)
		}
	}
	t := Table{Columns: q.columns}
	for _, r := range q.rows {
		var cells []any
		for _, c := range q.columns {
			cells = append(cells, r.get(c))
		}
		t.Rows = append(t.Rows, cells)
	}
	return t, nil
}

var commands = map[string]func(*query, string) error{
	"filter": (*query).filter, "fields": (*query).fields, "unnest": (*query).unnest, "stats": (*query).stats,
	"sort": (*query).sort, "limit": (*query).limit, "display": (*query).display,
}

func (q *query) filter(text string) error {
	e, err := parseAll(text)
	if err != nil {
		return err
	}
	q.rows = slices.DeleteFunc(q.rows, func(r row) bool {
		v, bad := calc(e, r.leaf)
		err = cmp.Or(err, bad)
		return v != true
	})
	return err
}

// fields adds a computed field: expression as name.
func (q *query) fields(text string) error {
	what, name, ok := strings.Cut(text, " as ")
	if !ok {
		return fmt.Errorf("expected EXPRESSION as NAME")
	}
	e, err := parseAll(what)
	if err != nil {
		return err
	}
	for _, r := range q.rows {
		if r[strings.TrimSpace(name)], err = calc(e, r.leaf); err != nil {
			return err
		}
	}
	return nil
}

// unnest makes a row of each item of a list: path into name.
func (q *query) unnest(text string) error {
	path, name, ok := strings.Cut(text, " into ")
	if !ok {
		return fmt.Errorf("expected LIST into NAME")
	}
	var all []row
	for _, r := range q.rows {
		items, _ := r.get(strings.TrimSpace(path)).([]any)
		for _, item := range items {
			one := row{strings.TrimSpace(name): item}
			for key, v := range r {
				one[key] = v
			}
			one[strings.TrimSpace(name)] = item
			all = append(all, one)
		}
	}
	q.rows = all
	return nil
}

func (q *query) sort(text string) error {
	field, order, _ := strings.Cut(strings.TrimSpace(text), " ")
	slices.SortStableFunc(q.rows, func(a, b row) int {
		n := compare(a.get(field), b.get(field))
		if order == "desc" {
			return -n
		}
		return n
	})
	return nil
}

// compare orders times, numbers and texts; a missing value comes first.
func compare(a, b any) int {
	switch x := a.(type) {
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y)
		}
	case float64:
		if y, ok := b.(float64); ok {
			return cmp.Compare(x, y)
		}
	case nil:
		if b != nil {
			return -1
		}
		return 0
	}
	return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b))
}

func (q *query) limit(text string) error {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	q.rows = q.rows[:min(len(q.rows), max(n, 0))]
	return err
}

func (q *query) display(text string) error {
	q.columns = nil
	for name := range strings.SplitSeq(text, ",") {
		q.columns = append(q.columns, strings.TrimSpace(name))
	}
	return nil
}

// leaf evaluates a field, or a function of one row.
func (r row) leaf(e expr) (any, error) {
	if e.op == "field" {
		return r.get(e.text), nil
	}
	switch e.text {
	case "jsonParse":
		var v any
		text, _ := r.get(e.args[0].text).(string)
		_ = json.Unmarshal([]byte(text), &v) // of no JSON, nothing
		return v, nil
	case "coalesce":
		for _, a := range e.args {
			if v, err := calc(a, r.leaf); v != nil || err != nil {
				return v, err
			}
		}
		return nil, nil
	case "bin":
		d, err := span(e.args[0].text)
		at, _ := r.get("@timestamp").(time.Time)
		return at.Truncate(max(d, time.Second)), err
	}
	return nil, fmt.Errorf("the function %q is unknown to this package; add it", e.text)
}

// span parses a period of Logs Insights, such as 15m or 1d.
func span(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		return time.Duration(n) * 24 * time.Hour, err
	}
	return time.ParseDuration(text)
}
