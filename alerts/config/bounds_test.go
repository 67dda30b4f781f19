package config_test

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/config"
)

// durationPaths returns the path of each duration in a type of the file, with 0 for an index and print-card for a name.
func durationPaths(of reflect.Type, path []string) (paths []string) {
	switch {
	case of == reflect.TypeFor[time.Duration]():
		return []string{strings.Join(path, ".")}
	case of.Kind() == reflect.Pointer:
		return durationPaths(of.Elem(), path)
	case of.Kind() == reflect.Slice:
		return durationPaths(of.Elem(), append(path[:len(path):len(path)], "0"))
	case of.Kind() == reflect.Map:
		return durationPaths(of.Elem(), append(path[:len(path):len(path)], "print-card"))
	case of.Kind() != reflect.Struct:
		return nil
	}
	for i := range of.NumField() {
		name, option, _ := strings.Cut(of.Field(i).Tag.Get("yaml"), ",")
		at := path
		if option != "inline" {
			if name == "" {
				continue
			}
			at = append(path[:len(path):len(path)], name)
		}
		paths = append(paths, durationPaths(of.Field(i).Type, at)...)
	}
	return paths
}

// fileWith returns a file that has only one value.
func fileWith(path, value string) []byte {
	keys := strings.Split(path, ".")
	for i := len(keys) - 1; i >= 0; i-- {
		if keys[i] == "0" {
			value = "[" + value + "]"
		} else {
			value = fmt.Sprintf("{%s: %s}", keys[i], value)
		}
	}
	return []byte(value)
}

// TestEveryDurationIsBounded checks that each duration of the file has a lower and an upper bound, which the error names with an
// example and which are accepted themselves. A new field needs a bound.
func TestEveryDurationIsBounded(t *testing.T) {
	refusal := regexp.MustCompile(`: expected a duration from (\S+) to (\S+), such as (\S+), got \S+`)
	fault := func(path, value string) []string {
		_, err := config.Parse("a.yaml", fileWith(path, value), []string{"print-card"})
		for line := range strings.Lines(fmt.Sprint(err)) {
			if m := refusal.FindStringSubmatch(line); m != nil && strings.HasPrefix(line, "a.yaml:1: "+path+":") {
				return m
			}
		}
		return nil
	}
	paths := durationPaths(reflect.TypeFor[config.Config](), nil)
	const fewest = 18
	if len(paths) < fewest {
		t.Fatalf("found %d durations: %v", len(paths), paths)
	}
	for _, path := range paths {
		m := fault(path, "400d")
		if m == nil {
			t.Errorf("%s: 400d is accepted; give the field a bound in bounds.go", path)
			continue
		}
		for _, value := range m[1:] {
			if fault(path, value) != nil {
				t.Errorf("%s: its bound or example %s is refused: %s", path, value, m[0])
			}
		}
		least, _ := config.ParseDuration(m[1])
		most, err := config.ParseDuration(m[2])
		if err != nil || most > 366*24*time.Hour {
			t.Errorf("%s: the upper bound is %s", path, m[2])
		}
		for _, value := range []time.Duration{least - 1, -time.Second, most + 1, 200 * 365 * 24 * time.Hour} {
			if fault(path, value.String()) == nil {
				t.Errorf("%s: %v is accepted, out of %s to %s", path, value, m[1], m[2])
			}
		}
	}
}

// TestRecurrenceIsBounded checks the bounds of what recurs, and of windows.
func TestRecurrenceIsBounded(t *testing.T) {
	for _, c := range []struct{ path, value, want string }{
		{"on_call.drills.every", "'* * * * *'", "it comes again after 1m; expected at least 1h"},
		{"on_call.drills.every", "'*/30 10 * * mon'", "it comes again after 30m; expected at least 1h"},
		{"on_call.drills.every", "'@every 1s'", "it comes again after 1s; expected at least 1h"},
		{"on_call.drills.every", "'0 10 29 2 *'", "it comes less often than once in 366d"},
		{"on_call.drills.every", "'0 10 1 1 *'", ""},
		{"on_call.drills.every", "0 10 * * *", ""},
		{"on_call.drills.every", "last Friday 16:00", ""},
		{"judge.heartbeats.0.by", "'*/61 * * * *'", "expected a step of at most 59"},
		{"judge.heartbeats.0.by", "'* * 29 2 *'", "it comes less often than once in 366d"},
		{"judge.heartbeats.0.by", "'* * * * *'", ""},
		{"judge.heartbeats.0.by", "'0 6 28 2 *'", ""},
		{"on_call.maintenance.0", "{from: 2026-01-01 00:00, to: 2126-01-01 00:00}", "expected a time at most 31d after 2026-01-01 00:00"},
		{"on_call.maintenance.0", "{from: 2026-01-01 00:00, to: 2026-02-01 00:00}", ""},
		{"on_call.overrides.0", "{who: Ada, rotation: r, from: 2026-01-01 00:00, to: 2126-01-01 00:00}", "expected a time at most 366d after 2026-01-01 00:00"},
		{"on_call.rotations.0", "{name: r, every: 999 weeks, start: 2026-01-05, people: [Ada]}", "expected a turn of at most 366 days, got 6993"},
	} {
		_, err := config.Parse("a.yaml", fileWith(c.path, c.value), []string{"print-card"})
		got := ""
		for line := range strings.Lines(fmt.Sprint(err)) {
			if strings.HasPrefix(line, "a.yaml:1: "+c.path) && !strings.Contains(line, "is not among") && !strings.Contains(line, ".name:") {
				got = line
			}
		}
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %s: got %q, want %q", c.path, c.value, got, c.want)
		}
	}
}

// TestReservedNames checks that neither a batch nor a journey can have a name that a reply reads as something else, and that no
// two people differ in capitals only.
func TestReservedNames(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"judge: {heartbeats: [{name: all, every: 1h}]}", `judge.heartbeats.0.name: "all" has a meaning of its own in a reply such as "mute all"; use another name`},
		{"judge: {heartbeats: [{name: 2h, every: 1h}]}", `judge.heartbeats.0.name: "2h" has a meaning of its own in a reply such as "mute 2h"; use another name`},
		{
			`on_call: {people: [{name: grace, phone: "+12025550143"}, {name: Grace, phone: "+12025550144"}]}`,
			`on_call.people.1.name: expected a name that differs from "grace" in more than capitals and spaces, got "Grace"`,
		},
		{
			`on_call: {people: [{name: Ada, phone: "+12025550143"}], rotations: [{name: "ADA ", start: 2026-01-05, people: [Ada]}]}`,
			`on_call.rotations.0.name: expected a name that differs from "Ada" in more than capitals and spaces, got "ADA "`,
		},
	} {
		if _, err := config.Parse("a.yaml", []byte(c.text), nil); err == nil || !strings.Contains(err.Error(), "a.yaml:1: "+c.want) {
			t.Errorf("%s: got %v, want %s", c.text, err, c.want)
		}
	}
}
