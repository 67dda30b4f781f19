package judge

import (
	"fmt"
	"strconv"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
	"valkyrie/probes/journey"
)

// A CountRule checks the counts reported by a run. Exactly one of Agree, Ceiling and Baseline is set.
type CountRule struct {
	Agree    []string  `yaml:"agree"`  // names of two counts that must be equal
	Within   float64   `yaml:"within"` // tolerated difference of the two; default 0
	Ceiling  *Ceiling  `yaml:"ceiling"`
	Baseline *Baseline `yaml:"usual"`
}

// A Ceiling is the maximum of a count.
type Ceiling struct {
	Name   string  `yaml:"name"`
	AtMost float64 `yaml:"at_most"`
}

// CountNames returns the names of the counts that the rule checks.
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

// counts checks the counts of a good run. A failed run is skipped, as it may have ended before it read them.
func (j *judging) counts() {
	i := j.find(incident.Counts)
	if !j.run.Outcome.Good() || len(j.policy.Counts) == 0 && i < 0 {
		return
	}
	wrong := ""
	for _, rule := range j.policy.Counts {
		if fault := j.countFault(rule); wrong == "" {
			wrong = fault
		}
	}
	if wrong == "" {
		j.now.Wrong = Streak{}
	} else {
		j.now.Wrong = j.now.Wrong.more(j.run.Slot)
	}
	j.Regions[j.run.Region] = j.now
	j.updateCounts(i, wrong)
}

// updateCounts opens, continues or closes the counts incident; wrong is the fault of this run, or "".
func (j *judging) updateCounts(i int, wrong string) {
	streak := j.now.Wrong
	reason := fmt.Sprintf("%s, from %s: %s", j.run.Journey, j.run.Region, wrong)
	switch {
	case wrong != "" && i >= 0:
		j.continueIncident(i, streak, reason)
		j.Open[i].Step, j.Open[i].Error = "", wrong
		if streak.Count >= j.policy.CountsInARow {
			j.Open[i].Slow = j.run.Slot
		}
		j.updateOutbox(j.Open[i])
	case wrong != "" && streak.Count >= j.policy.CountsInARow:
		inc := j.open(incident.Counts, streak, reason)
		inc.Step, inc.Error = "", wrong
		j.addBout(inc)
	case wrong != "":
		j.decide(Waits, incident.Incident{}, fmt.Sprintf("%s; %s in a row, %d open an incident", reason, phrase.Times(streak.Count), j.policy.CountsInARow))
	case i >= 0 && !j.isWrongElsewhere(j.Open[i]):
		j.closeBout(i, fmt.Sprintf("%s: the counts are right again at %s", j.run.Journey, phrase.Clock(j.run.Slot)))
	}
}

// isWrongElsewhere reports whether the latest counts from one of the incident's regions are wrong.
func (j *judging) isWrongElsewhere(inc incident.Incident) bool {
	for _, name := range inc.Regions {
		if r := j.Regions[name]; r.Wrong.Count > 0 && r.reportsAt(j.policy, j.run.Slot) {
			return true
		}
	}
	return false
}

// countFault returns the fault that a rule finds in the run, with all the numbers; "" if there is none.
func (j *judging) countFault(rule CountRule) string {
	var values []float64
	for _, name := range rule.CountNames() {
		v, ok := count(j.run, name)
		if !ok {
			return fmt.Sprintf("it passed without reporting %s", name)
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

// hourOf returns the hours since 1970.
func hourOf(t time.Time) int64 { return t.Unix() / 3600 }
