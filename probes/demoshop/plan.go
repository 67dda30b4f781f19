package demoshop

import (
	"errors"
	"fmt"
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

// ParsePlan reads a plan:
//
//   - {fault: workers-down, from: 2m, for: 5m}
//   - {fault: cache-down, from: 4m}
//
// It reports everything that is wrong with it at once, each with the name of the file and the line.
func ParsePlan(file string, text []byte) (Plan, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: not YAML: %w", file, err)
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.SequenceNode {
		return nil, fmt.Errorf("%s: expected a list of outages, such as\n- {fault: workers-down, from: 2m, for: 5m}", file)
	}
	var plan Plan
	var errs []error
	for _, node := range doc.Content[0].Content {
		o, err := parseOutage(node)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", file, node.Line, err))
		}
		plan = append(plan, o)
	}
	return plan, errors.Join(errs...)
}

func parseOutage(node *yaml.Node) (Outage, error) {
	var o Outage
	if node.Kind != yaml.MappingNode {
		return o, errors.New("expected an outage, such as {fault: workers-down, from: 2m, for: 5m}")
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i].Value, node.Content[i+1].Value
		var err error
		switch key {
		case "fault":
			o.Fault = value
		case "from":
			o.From, err = parseSpan(value)
		case "for":
			o.For, err = parseSpan(value)
		default:
			err = errors.New("there is no such field; there are fault, from, for")
		}
		if err != nil {
			return o, fmt.Errorf("%s: %w", key, err)
		}
	}
	if _, err := findMechanism(o.Fault); err != nil {
		return o, fmt.Errorf("fault: %w", err)
	}
	return o, nil
}

func parseSpan(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("expected a time such as 90s, 5m or 48h, got %q", s)
	}
	return d, nil
}

// On reports whether the outage is, so long after the opening.
func (o Outage) On(open time.Duration) bool {
	return open >= o.From && (o.For == 0 || open < o.From+o.For)
}
