package demoshop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
)

// A Plan schedules faults. Several may be on at once.
type Plan []Outage

// An Outage is a fault with its start and duration.
type Outage struct {
	Fault string
	From  time.Duration // since the shop opened, by its clock
	For   time.Duration // 0: until the shop closes
}

// example is an entry of a plan, for errors.
const example = "{fault: workers-down, from: 2m, for: 5m}"

// ParsePlan reads a plan:
//
//   - {fault: workers-down, from: 2m, for: 5m}
//   - {fault: cache-down, from: 4m}
//   - {fault: intermittent, from: 1d, for: 2d}
//
// It reports all errors at once, each with the file, the line and the field.
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

// notYAML words a syntax error; the library reports its line, but not always.
func notYAML(file string, err error) error {
	what := err.Error()
	if m := yamlLine.FindStringSubmatch(what); m != nil && m[1] != "" {
		file += ":" + m[1]
	}
	return fmt.Errorf("%s: it is not YAML: %s; each outage is a line such as\n- %s", file, yamlLine.ReplaceAllString(what, ""), example)
}

// A planReader reads a plan and collects its errors.
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

// planFields are the fields of an outage.
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
		o.From, err = parseDuration(value)
	case "for":
		if o.For, err = parseDuration(value); err == nil && o.For == 0 {
			err = fmt.Errorf("expected a time over 0, got %q; leave it out for an outage that stays", value.Value)
		}
	}
	if err != nil {
		r.wrong(value, field, "%v", err)
	}
}

// maxPlanTime is more than any plan needs, and twice it does not overflow.
const maxPlanTime = 10 * 366 * 24 * time.Hour

// parseDuration parses a duration such as 90s, 48h or 2d.
func parseDuration(n *yaml.Node) (time.Duration, error) {
	d, err := time.ParseDuration(n.Value)
	if number, is := strings.CutSuffix(n.Value, "d"); is {
		var count int64
		count, err = strconv.ParseInt(number, 10, 16)
		d = time.Duration(count) * 24 * time.Hour
	}
	if err != nil || d < 0 || d > maxPlanTime || n.Kind != yaml.ScalarNode {
		return 0, fmt.Errorf("expected a time such as 90s, 5m, 48h or 2d, got %q", n.Value)
	}
	return d, nil
}

// On reports whether the outage is on at a time since the opening.
func (o Outage) On(open time.Duration) bool {
	return open >= o.From && (o.For == 0 || open < o.From+o.For)
}

// switchTimes are the times at which an outage starts or ends, in order.
func (p Plan) switchTimes() []time.Duration {
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

// planRunner switches faults on schedule. It switches only when an outage starts or ends, so that a fault switched by hand
// in between stays as it is until then.
type planRunner struct {
	plan   Plan
	opened time.Time

	mu    sync.Mutex
	turns []time.Duration // still to come, since the opening
}

func newPlanRunner(cfg Config) *planRunner {
	return &planRunner{plan: cfg.Plan, opened: cfg.Clock.Now(), turns: cfg.Plan.switchTimes()}
}

// applyPlan applies the plan up to now, in order; an outage that started and ended since the last call is played too, as it
// leaves traces. A fault that two outages share ends with the later one.
func (s *Shop) applyPlan() {
	f := s.plan
	f.mu.Lock()
	defer f.mu.Unlock()
	open := s.now().Sub(f.opened)
	for len(f.turns) > 0 && f.turns[0] <= open {
		at := f.turns[0]
		f.turns = f.turns[1:]
		wanted, turning := map[string]bool{}, []string{}
		for _, o := range f.plan {
			wanted[o.Fault] = wanted[o.Fault] || o.On(at)
			if (o.From == at || o.For > 0 && o.From+o.For == at) && !slices.Contains(turning, o.Fault) {
				turning = append(turning, o.Fault)
			}
		}
		for _, fault := range turning {
			_ = s.SetFault(fault, wanted[fault]) // the plan was validated; only a closed shop refuses
		}
	}
}

// next is the plan's next switch time, if there is one.
func (f *planRunner) next() (at time.Time, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.turns) == 0 {
		return time.Time{}, false
	}
	return f.opened.Add(f.turns[0]), true
}

// Follow applies the plan while no requests arrive, until the plan or ctx ends. It waits on the shop's clock; a Simulated
// one moves there at once.
func (s *Shop) Follow(ctx context.Context) {
	for s.applyPlan(); ; s.applyPlan() {
		at, more := s.plan.next()
		if !more || s.cfg.Clock.Until(ctx, at) != nil {
			return
		}
	}
}
