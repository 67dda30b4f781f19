package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
)

func (c *checker) judge(p judge.Policy, journeys []string) {
	c.policy("judge", p.JourneyPolicy, judge.DefaultPolicy().JourneyPolicy)
	for _, name := range slices.Sorted(maps.Keys(p.Journeys)) {
		path := "judge.journeys." + name
		c.journey(path, name, journeys)
		if !slices.Contains(journeys, name) {
			continue
		}
		c.policy(path, p.For(name), p.JourneyPolicy)
	}
	c.heartbeats(p.Heartbeats, journeys)
}

// policy checks the fields that differ from base, which is checked already.
func (c *checker) policy(path string, p, base judge.JourneyPolicy) {
	c.numbers(path, p, base)
	if p.SlowRuns != base.SlowRuns || p.SlowOutOf != base.SlowOutOf {
		c.kOfN(path, "slow_runs", p.SlowRuns, "slow_out_of", p.SlowOutOf)
	}
	if p.FlappingFailures != base.FlappingFailures || p.FlappingOutOf != base.FlappingOutOf {
		c.kOfN(path, "flapping_failures", p.FlappingFailures, "flapping_out_of", p.FlappingOutOf)
	}
	if p.Regions != base.Regions {
		c.quorum(path+".regions", p.Regions)
	}
	for i, r := range p.Counts {
		if c.node(path+".counts") != nil { // else the rule is inherited, and checked there
			c.countRule(fmt.Sprintf("%s.counts.%d", path, i), r)
		}
	}
}

// numbers checks the bounds of numbers. An explicit zero is a fault, although the zero value of a journey's field means "as
// for all".
func (c *checker) numbers(path string, p, base judge.JourneyPolicy) {
	for _, f := range []struct {
		field       string
		n, base     int
		least, most int
		unit        string
	}{
		{"failures_in_a_row", p.FailuresInARow, base.FailuresInARow, 1, judge.MaxRuns, "runs"},
		{"recover_after", p.RecoverAfter, base.RecoverAfter, 1, judge.MaxRuns, "runs"},
		{"flapping_failures", p.FlappingFailures, base.FlappingFailures, 1, judge.MaxRuns, "runs"},
		{"flapping_out_of", p.FlappingOutOf, base.FlappingOutOf, 1, judge.MaxRuns, "runs"},
		{"flapping_spells", p.FlappingOutages, base.FlappingOutages, 2, judge.MaxRuns, "outages"},
		{"broken_in_a_row", p.BrokenInARow, base.BrokenInARow, 1, judge.MaxRuns, "runs"},
		{"cleanup_in_a_row", p.CleanupInARow, base.CleanupInARow, 1, judge.MaxRuns, "runs"},
		{"slow_runs", p.SlowRuns, base.SlowRuns, 1, judge.MaxRuns, "runs"},
		{"slow_out_of", p.SlowOutOf, base.SlowOutOf, 1, judge.MaxRuns, "runs"},
		{"silent_after", p.SilentAfter, base.SilentAfter, 1, judge.MaxRuns, "runs"},
		{"counts_in_a_row", p.CountsInARow, base.CountsInARow, 1, judge.MaxRuns, "runs"},
		{"creeping_days", p.TrendDays, base.TrendDays, judge.MinTrendDays, judge.MaxTrendDays, "days"},
		{"creeping_ahead", p.TrendHorizon, base.TrendHorizon, 1, 365, "days"},
	} {
		if at := path + "." + f.field; f.n != f.base && (f.n < f.least || f.n > f.most) || c.zero(at) {
			c.fault(at, "expected %d to %d %s, got %s", f.least, f.most, f.unit, c.text(at, f.n))
		}
	}
}

func (c *checker) kOfN(path, k string, few int, n string, many int) {
	if few > many && few <= judge.MaxRuns && !c.anyUnreadable(path, n) && !c.anyUnreadable("judge", k, n) {
		c.fault(path+"."+k, "expected at most %s (%d), got %d", n, many, few)
	}
}

func (c *checker) quorum(path string, q judge.Quorum) {
	n, err := strconv.Atoi(string(q))
	if !slices.Contains([]judge.Quorum{"", "any", "majority", "all"}, q) && (err != nil || n < 1 || n > judge.MaxRuns) {
		c.fault(path, "expected any, majority, all, or a number of regions from 1 to %d, got %q", judge.MaxRuns, q)
	}
}

// countName matches a count's name.
var countName = regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)*$`)

func (c *checker) countRule(path string, r judge.CountRule) {
	if c.unreadableBelow(path) {
		return
	}
	kinds := 0
	for _, is := range []bool{r.Agree != nil, r.Ceiling != nil, r.Baseline != nil} {
		if is {
			kinds++
		}
	}
	if kinds != 1 {
		c.fault(path, "expected one of agree, ceiling and usual, got %d of them", kinds)
		return
	}
	for _, name := range r.CountNames() {
		if !countName.MatchString(name) {
			c.fault(path, "expected the name of a count, such as pending_jobs, got %q", name)
		}
	}
	switch {
	case r.Agree != nil && (len(r.Agree) != 2 || r.Agree[0] == r.Agree[1]):
		c.fault(path+".agree", "expected two names, got %v", r.Agree)
	case r.Within < 0 || r.Within != 0 && r.Agree == nil:
		c.fault(path+".within", "expected 0 or more, beside agree, got %g", r.Within)
	case r.Baseline != nil && unknownZone(r.Baseline.Zone):
		c.fault(path+".usual.zone", "expected a time zone such as Europe/Berlin, got %q", r.Baseline.Zone)
	case r.Baseline != nil && (r.Baseline.AtLeast < 0 || r.Baseline.AtLeast >= 1 || c.zero(path+".usual.at_least")):
		c.fault(path+".usual.at_least", "expected a part of what is usual, above 0 and below 1, such as 0.5, got %g", r.Baseline.AtLeast)
	}
}

// unknownZone reports whether there is no time zone of a name. Local is none, as it depends on the machine.
func unknownZone(name string) bool {
	_, err := oncall.ParseZone(name)
	return err != nil && name != ""
}

// node returns the node at a path of the file, or nil.
func (c *checker) node(path string) *yaml.Node {
	n := c.doc
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	for _, part := range strings.Split(path, ".") {
		n = child(n, part)
		if n == nil {
			return nil
		}
	}
	return n
}

func child(n *yaml.Node, part string) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch n.Kind {
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(part); err == nil && i < len(n.Content) {
			return n.Content[i]
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == part {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

// zero reports whether the file has an explicit 0 at a path.
func (c *checker) zero(path string) bool {
	n := c.node(path)
	if n == nil || n.Kind != yaml.ScalarNode {
		return false
	}
	f, err := strconv.ParseFloat(n.Value, 64)
	return err == nil && f == 0
}

// text returns the value at a path as written in the file, else the decoded value.
func (c *checker) text(path string, value any) string {
	if n := c.node(path); n != nil && n.Kind == yaml.ScalarNode {
		return n.Value
	}
	return fmt.Sprint(value)
}

// batchName matches a batch's name.
var batchName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (c *checker) heartbeats(hs []judge.HeartbeatPolicy, journeys []string) {
	seen := map[string]bool{}
	for i, h := range hs {
		path := fmt.Sprintf("judge.heartbeats.%d", i)
		switch {
		case !batchName.MatchString(h.Name):
			c.fault(path+".name", "expected lower-case words joined by hyphens, such as \"shift-texts\", got %q", h.Name)
		case incident.ReservedName(h.Name):
			c.fault(path+".name", "%q has a meaning of its own in a reply such as \"mute %[1]s\"; use another name", h.Name)
		case slices.Contains(journeys, h.Name):
			c.fault(path+".name", "%q is the name of a journey", h.Name)
		case seen[h.Name]:
			c.fault(path+".name", "%q is there twice", h.Name)
		}
		seen[h.Name] = true
		c.deadline(path, h)
	}
}

func (c *checker) deadline(path string, h judge.HeartbeatPolicy) {
	if (h.Every == 0) == (h.By == "") && !c.anyUnreadable(path, "every", "by") {
		c.fault(path, "expected one of every (such as 24h) and by (such as \"0 6 * * *\")")
	}
	if h.By != "" {
		if err := parseDeadline(h.By); err != nil {
			c.fault(path+".by", "expected five fields as in cron, such as \"0 6 * * *\", got %q: %v", h.By, err)
		}
	}
	if unknownZone(h.Zone) {
		c.fault(path+".zone", "expected a time zone such as Europe/Berlin, got %q", h.Zone)
	}
	if h.AtLeast < 0 {
		c.fault(path+".at_least", "expected 0 or more, got %d", h.AtLeast)
	}
}
