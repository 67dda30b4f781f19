// Package check examines the configured journeys, schedules and policies without running them. Each finding names the file, the line or
// the field, the expected value and the cure.
package check

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"valkyrie/functions/suite"
	"valkyrie/functions/valkyrie/author/tree"
	"valkyrie/infra/schedule"
	"valkyrie/probes/journey"
)

// A Config is what to examine.
type Config struct {
	Tree   *tree.Tree
	Suite  suite.Suite // as this program was built
	Alerts string      // the on-call file
	// Secret looks a secret up, and returns why it is missing; nil: the values are not looked up.
	Secret func(name string) error
}

// Findings examines everything, and returns all faults at once.
func (c Config) Findings() (found []string, err error) {
	if found = c.outdated(); len(found) > 0 {
		return found, nil // the others would be about the former list
	}
	found = journeyFaults(c.Suite.Journeys)
	if slices.ContainsFunc(c.Suite.Journeys, func(create func() journey.Journey) bool { return create == nil }) {
		return found, nil // the other checks ask every journey
	}
	code, err := readSources(c.Tree.Root, c.Tree.Module, c.Suite.Journeys)
	if err != nil {
		return nil, err
	}
	found = append(found, code.harmlessSteps()...)
	found = append(found, code.undeclaredSecrets(journey.Secrets(c.Suite.Journeys))...)
	found = append(found, c.missingSecrets()...)
	ofTemplate, err := c.templateFaults()
	if err != nil {
		return nil, err
	}
	return append(append(found, ofTemplate...), c.alertsFaults()...), nil
}

// outdated reports that the program was built from another list of journeys than the tree has now: it would examine the old one.
func (c Config) outdated() []string {
	listed, err := c.Tree.Journeys()
	if err != nil {
		return nil // a list in another form is right, too
	}
	var now, built []string
	for _, j := range listed {
		now = append(now, j.Func)
	}
	for _, create := range c.Suite.Journeys {
		if create != nil {
			function, _, _ := journey.Maker(create)
			built = append(built, function)
		}
	}
	slices.Sort(now) // practice.All is read from its files
	slices.Sort(built)
	if slices.Equal(now, built) {
		return nil
	}
	return []string{fmt.Sprintf("probes/: All: expected the journeys that this program was built with, %s, got %s; build it again: make command, or: go run ./functions/valkyrie check",
		strings.Join(built, ", "), strings.Join(now, ", "))}
}

// journeyFaults reports invalid journeys, and names that two of them have.
func journeyFaults(all []func() journey.Journey) (found []string) {
	if len(all) == 0 {
		found = append(found, "probes/probes.go: All: expected at least one journey, got none: nothing would be watched; list one there")
	}
	var made []func() journey.Journey
	for i, create := range all {
		if create == nil {
			found = append(found, fmt.Sprintf("probes/probes.go: All[%d]: expected a function that makes a journey, got nil; remove it", i))
			continue
		}
		made = append(made, create)
		j := create()
		_, file, line := journey.Maker(create)
		found = append(found, prefixed(fmt.Sprintf("%s:%d: ", file, line), j.Validate())...)
		if j.Title == "" {
			found = append(found, fmt.Sprintf("%s:%d: journey %q: Title: expected what a customer would call it, such as \"print a card\", got none; set it, as a call reads it out", file, line, j.Name))
		}
	}
	return append(found, prefixed("probes/: ", journey.CheckNames(made))...)
}

// prefixed splits a joined error into lines with a prefix.
func prefixed(prefix string, err error) (lines []string) {
	if err == nil {
		return nil
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		lines = append(lines, prefix+line)
	}
	return lines
}

// missingSecrets reports declared secrets that have no value here.
func (c Config) missingSecrets() (found []string) {
	if c.Secret == nil {
		return nil
	}
	for _, create := range c.Suite.Journeys {
		j := create()
		_, file, line := journey.Maker(create)
		for _, name := range j.SecretNames() {
			if err := c.Secret(name); err != nil {
				found = append(found, fmt.Sprintf("%s:%d: journey %q: Secrets: %v", file, line, j.Name, err))
			}
		}
	}
	return found
}

// templateFaults compares template.yaml with the journeys: schedules, and the time that a run has.
func (c Config) templateFaults() (found []string, err error) {
	text, err := os.ReadFile(filepath.Join(c.Tree.Root, "template.yaml"))
	if err != nil {
		return nil, err
	}
	template, err := schedule.ParseTemplate(string(text))
	if err != nil {
		return []string{err.Error()}, nil
	}
	found = schedule.Faults(template.Entries, c.Suite.Journeys, template.Cadence)
	found = append(found, schedule.TimeFaults(c.Suite.Journeys, template.Timeout, "template.yaml: Parameters: ProbeTimeout: Default")...)
	return append(found, c.overriddenTimes()...), nil
}

var timeout = regexp.MustCompile(`^[^#]*"ProbeTimeout=(\d+)"`)

// overriddenTimes compares the times that samconfig.toml gives the probes of its environments with the journeys.
func (c Config) overriddenTimes() (found []string) {
	text, err := os.ReadFile(filepath.Join(c.Tree.Root, "samconfig.toml"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return []string{fmt.Sprintf("samconfig.toml: %v", err)}
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		if m := timeout.FindStringSubmatch(line); m != nil {
			seconds, _ := strconv.Atoi(m[1])
			found = append(found, schedule.TimeFaults(c.Suite.Journeys, time.Duration(seconds)*time.Second, fmt.Sprintf("samconfig.toml:%d: ProbeTimeout", n))...)
		}
	}
	return found
}

// alertsFaults reports the faults of the on-call file, and journeys that it names and that do not exist.
func (c Config) alertsFaults() []string {
	path := c.Alerts
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.Tree.Root, path)
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return []string{fmt.Sprintf("%s: expected the policy and the people on call, got no file; write it, or name it with --alerts", c.Alerts)}
	}
	if err != nil {
		return []string{fmt.Sprintf("%s: %v", c.Alerts, err)}
	}
	_, err = c.Suite.Policy(c.Alerts, text)
	return prefixed("", err)
}
