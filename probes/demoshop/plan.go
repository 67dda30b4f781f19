package demoshop

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A Plan says which faults come and go by themselves. Several may be on at once.
type Plan []Outage

// An Outage is a fault for a while.
type Outage struct {
	Fault string
	From  time.Duration // after the shop has opened, by its clock
	For   time.Duration // 0: until the shop closes
}

// example is an entry of a plan, as errors show one.
const example = "{fault: workers-down, from: 2m, for: 5m}"

// ParsePlan reads a plan:
//
//   - {fault: workers-down, from: 2m, for: 5m}
//   - {fault: cache-down, from: 4m}
//   - {fault: intermittent, from: 1d, for: 2d}
//
// It reports everything that is wrong with it at once, each with the name of the file, the line and the field.
func ParsePlan(file string, text []byte) (Plan, error) {
	var doc, more yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, notYAML(file, err)
	}
	if err := decoder.Decode(&more); err == nil {
		return nil, fmt.Errorf("%s:%d: expected the end of the file, got a second document; put all outages into one list", file, more.Line)
	} else if !errors.Is(err, io.EOF) {
		return nil, notYAML(file, err)
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.SequenceNode || len(doc.Content[0].Content) == 0 {
		return nil, fmt.Errorf("%s: expected a list of outages, such as\n- %s", file, example)
	}
	var plan Plan
	r := planReader{file: file}
	for _, node := range doc.Content[0].Content {
		plan = append(plan, r.outage(node))
	}
	if err := errors.Join(r.faults...); err != nil {
		return nil, err
	}
	return plan, nil
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// notYAML words a syntax error; the library says in which line, but not always.
func notYAML(file string, err error) error {
	what := err.Error()
	if m := yamlLine.FindStringSubmatch(what); m != nil && m[1] != "" {
		file += ":" + m[1]
	}
	return fmt.Errorf("%s: it is not YAML: %s; each outage is a line such as\n- %s", file, yamlLine.ReplaceAllString(what, ""), example)
}

// A planReader reads a plan, and collects what is wrong with it.
type planReader struct {
	file   string
	faults []error
}

func (r *planReader) wrong(n *yaml.Node, field, format string, args ...any) {
	where := r.file + ":" + strconv.Itoa(n.Line) + ": "
	if field != "" {
		where += field + ": "
	}
	r.faults = append(r.faults, errors.New(where+fmt.Sprintf(format, args...)))
}

// planFields are what an outage may say.
var planFields = []string{"fault", "from", "for"}

func (r *planReader) outage(node *yaml.Node) Outage {
	var o Outage
	if node.Kind != yaml.MappingNode {
		r.wrong(node, "", "expected an outage, such as %s", example)
		return o
	}
	var seen []string
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		switch field := key.Value; {
		case !slices.Contains(planFields, field):
			hint := ""
			if near := Nearest(field, planFields); near != "" {
				hint = fmt.Sprintf(", did you mean %q?", near)
			}
			r.wrong(key, field, "there is no such field%s; there are %s", hint, strings.Join(planFields, ", "))
		case slices.Contains(seen, field):
			r.wrong(key, field, "it is there twice; an outage that comes again is an entry of its own")
		default:
			seen = append(seen, field)
			r.field(&o, field, value)
		}
	}
	if !slices.Contains(seen, "fault") {
		r.wrong(node, "fault", "expected the name of a fault, got nothing; there are %s", strings.Join(faultNames(), ", "))
	}
	return o
}

func (r *planReader) field(o *Outage, field string, value *yaml.Node) {
	var err error
	switch field {
	case "fault":
		o.Fault = value.Value
		_, err = findMechanism(o.Fault)
	case "from":
		o.From, err = parseSpan(value)
	case "for":
		if o.For, err = parseSpan(value); err == nil && o.For == 0 {
			err = fmt.Errorf("expected a time over 0, got %q; leave it out for an outage that stays", value.Value)
		}
	}
	if err != nil {
		r.wrong(value, field, "%v", err)
	}
}

// longest is more than any plan takes, and two of it are still a time.
const longest = 10 * 366 * 24 * time.Hour

// parseSpan reads a time such as 90s, 48h or 2d.
func parseSpan(n *yaml.Node) (time.Duration, error) {
	d, err := time.ParseDuration(n.Value)
	if number, is := strings.CutSuffix(n.Value, "d"); is {
		var count int64
		count, err = strconv.ParseInt(number, 10, 16)
		d = time.Duration(count) * 24 * time.Hour
	}
	if err != nil || d < 0 || d > longest || n.Kind != yaml.ScalarNode {
		return 0, fmt.Errorf("expected a time such as 90s, 5m, 48h or 2d, got %q", n.Value)
	}
	return d, nil
}

// On reports whether the outage is, so long after the opening.
func (o Outage) On(open time.Duration) bool {
	return open >= o.From && (o.For == 0 || open < o.From+o.For)
}

// turns are the times at which an outage begins or ends, in their order.
func (p Plan) turns() []time.Duration {
	var all []time.Duration
	for _, o := range p {
		all = append(all, o.From)
		if o.For > 0 {
			all = append(all, o.From+o.For)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
