package alerts

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// telling checks how loudly people are told, and when they are not.
func (c *checker) telling(o OnCall, journeys []string) {
	c.severities("on_call.severity", o.Severities)
	for _, name := range slices.Sorted(maps.Keys(o.Journeys)) {
		path := "on_call.journeys." + name
		c.journey(path, name, journeys)
		c.severities(path+".severity", o.Journeys[name].Severity)
	}
	for i, m := range o.Maintenance {
		path := fmt.Sprintf("on_call.maintenance.%d", i)
		for j, name := range m.Journeys {
			c.journey(fmt.Sprintf("%s.journeys.%d", path, j), name, journeys)
		}
		c.maintenance(path, m)
	}
}

func (c *checker) journey(path, name string, journeys []string) {
	if !slices.Contains(journeys, name) {
		c.fault(path, "there is no journey %q; there are: %s", name, list(journeys))
	}
}

func (c *checker) severities(path string, m map[Kind]Severity) {
	for _, kind := range slices.Sorted(maps.Keys(m)) {
		at := path + "." + string(kind)
		if _, ok := usualSeverity[kind]; !ok {
			c.fault(at, "there is no kind of incident %q; there are: %s", kind, list(kinds()))
		}
		if !slices.Contains(severities, m[kind]) {
			c.fault(at, "expected page, notify or log, got %q", m[kind])
		}
	}
}

func (c *checker) maintenance(path string, m Maintenance) {
	const aDay = 24 * time.Hour
	once, recurring := !m.From.IsZero() || !m.To.IsZero(), m.Every.set || m.For != 0
	longest := 7 * aDay
	if m.Every.Daily {
		longest = aDay
	}
	zone := m.Zone.Location()
	switch {
	case once == recurring:
		c.fault(path, "expected either from and to, or every and for")
	case recurring && !m.Every.set:
		c.fault(path+".every", "expected a time such as \"Sunday 03:00\", or \"03:00\" for every day")
	case recurring && (m.For <= 0 || m.For >= longest):
		c.fault(path+".for", "expected a duration over 0 and under %v, got %v: it would never begin, or never end", longest, m.For)
	case once && (m.From.IsZero() || m.To.IsZero()):
		c.fault(path, "expected a from and a to such as \"2026-12-24 09:00\"")
	case once && !m.From.In(zone).Before(m.To.In(zone)):
		c.fault(path+".to", "expected a time after %v, got %v", m.From, m.To)
	}
}
