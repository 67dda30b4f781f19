package judge

import (
	"fmt"
	"strconv"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
	"valkyrie/probes/journey"
)

// A CountRule says what numbers that come with a run must be: one of Agree, Ceiling and Usual.
type CountRule struct {
	Agree    []string  `yaml:"agree"`  // two counts that must be equal
	Within   float64   `yaml:"within"` // or differ by no more than this; default 0
	Ceiling  *Ceiling  `yaml:"ceiling"`
	Baseline *Baseline `yaml:"usual"`
}

// A Ceiling is a number that must not be exceeded.
type Ceiling struct {
	Name   string  `yaml:"name"`
	AtMost float64 `yaml:"at_most"`
}

// CountNames are the counts that the rule is about.
func (r CountRule) CountNames() []string {
	names := append([]string{}, r.Agree...)
	if r.Ceiling != nil {
		names = append(names, r.Ceiling.Name)
	}
	if r.Baseline != nil {
		names = append(names, r.Baseline.Name)
	}
	return names
}

// counts judges the numbers that came with a good run. A run that failed may have ended before it read them.
func (j *judging) counts() {
	i := j.find(incident.Counts)
	if !j.run.Outcome.Good() || len(j.policy.Counts) == 0 && i < 0 {
		return
	}
	wrong := ""
	for _, rule := range j.policy.Counts {
		if complaint := j.complaint(rule); wrong == "" {
			wrong = complaint
		}
	}
	if wrong == "" {
		j.now.Wrong = Streak{}
	} else {
		j.now.Wrong = j.now.Wrong.more(j.run.Slot)
	}
	j.Regions[j.run.Region] = j.now
	j.countsAre(i, wrong)
}

func (j *judging) countsAre(i int, wrong string) {
	streak := j.now.Wrong
	reason := fmt.Sprintf("%s, from %s: %s", j.run.Journey, j.run.Region, wrong)
	switch {
	case wrong != "" && i >= 0:
		j.continueIncident(i, streak, reason)
		j.Open[i].Step, j.Open[i].Error = "", wrong
		j.updateOutbox(j.Open[i])
	case wrong != "" && streak.Count >= j.policy.CountsInARow:
		inc := j.open(incident.Counts, streak, reason)
		inc.Step, inc.Error = "", wrong
		j.recordOpened(*inc)
	case wrong != "":
		j.decide(Waits, incident.Incident{}, fmt.Sprintf("%s; %s in a row, %d open an incident", reason, phrase.Times(streak.Count), j.policy.CountsInARow))
	case i >= 0 && !j.wrongElsewhere(j.Open[i]):
		j.end(i, fmt.Sprintf("%s: the counts are right again at %s", j.run.Journey, phrase.Clock(j.run.Slot)))
	}
}

func (j *judging) wrongElsewhere(inc incident.Incident) bool {
	for _, name := range inc.Regions {
		if r := j.Regions[name]; r.Wrong.Count > 0 && r.reportsAt(j.policy, j.run.Slot) {
			return true
		}
	}
	return false
}

// complaint is what is wrong with a count, with all the numbers; empty when nothing is.
func (j *judging) complaint(rule CountRule) string {
	var values []float64
	for _, name := range rule.CountNames() {
		v, ok := count(j.run, name)
		if !ok {
			return fmt.Sprintf("it passed without saying %s", name)
		}
		values = append(values, v)
	}
	switch {
	case rule.Ceiling != nil && values[0] > rule.Ceiling.AtMost:
		return fmt.Sprintf("%s is %s; at most %s is right", rule.Ceiling.Name, number(values[0]), number(rule.Ceiling.AtMost))
	case rule.Baseline != nil:
		return j.belowBaseline(*rule.Baseline, values[0])
	case rule.Agree != nil && max(values[0]-values[1], values[1]-values[0]) > rule.Within:
		return fmt.Sprintf("%s is %s but %s is %s; they must agree", rule.Agree[0], number(values[0]), rule.Agree[1], number(values[1]))
	}
	return ""
}

func count(run journey.Run, name string) (float64, bool) {
	for _, c := range run.Counts {
		if c.Name == name {
			return c.Value, true
		}
	}
	return 0, false
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// hourOf is the hours since 1970.
func hourOf(t time.Time) int64 { return t.Unix() / 3600 }
