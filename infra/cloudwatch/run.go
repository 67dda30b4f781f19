package cloudwatch

import (
	"math"

	"valkyrie/probes/journey"
)

// RunLines are the lines about a run: one, and with Steps one more for each step that was made. link opens its evidence;
// it may be empty.
func (d Deployment) RunLines(run journey.Run, detail Detail, link string) []byte {
	values := verdict(run.Outcome, run.DurationMS)
	values[Failed], values[Broken] = one(run.Outcome == journey.Failed), one(run.Outcome == journey.Broken)
	l := newLine(EventRun, run.Slot, d.dimensions(DimensionJourney, run.Journey), values)
	l.name(run)
	l.put(FieldOutcome, run.Outcome, FieldDurationMS, run.DurationMS, FieldSteps, steps(run), FieldProblems, len(run.Problems),
		FieldTries, run.Tries, FieldStarvedMS, run.StarvedMS, FieldLateMS, run.Started.Sub(run.Slot).Milliseconds(), FieldEvidence, run.Evidence)
	if culprit, ok := run.Culprit(); ok {
		l.put(FieldStep, culprit.Name)
	}
	for field, text := range map[string]string{FieldError: run.Error, FieldLink: link, FieldChrome: run.Chrome} {
		if text != "" {
			l.put(field, cut(text))
		}
	}
	if counts := counts(run); len(counts) > 0 {
		l.put(FieldCounts, counts)
	}
	lines := l.text()
	if detail == Steps {
		for _, s := range run.Steps {
			if s.Outcome != journey.NotRun && !s.Cleanup {
				lines = append(lines, d.stepLine(run, s)...)
			}
		}
	}
	return lines
}

func (d Deployment) stepLine(run journey.Run, s journey.StepResult) []byte {
	l := newLine(EventStep, run.Slot, d.dimensions(DimensionJourney, run.Journey, DimensionStep, s.Name), verdict(s.Outcome, s.DurationMS))
	l.name(run)
	l.put(FieldStep, s.Name, FieldOutcome, s.Outcome, FieldDurationMS, s.DurationMS, FieldSlowMS, s.SlowMS, FieldLimitMS, s.LimitMS)
	if s.Error != "" {
		l.put(FieldError, cut(s.Error))
	}
	return l.text()
}

// name says which run the line is about.
func (l line) name(run journey.Run) {
	l.put(FieldJourney, run.Journey, FieldRegion, run.Region, FieldSlot, run.Slot, FieldRun, run.ID)
}

// verdict is what an outcome says of the site. A broken run says nothing of it, and a failed one nothing of how long a
// customer waits when all is well: a refused connection is quick.
func verdict(o journey.Outcome, ms int64) map[string]float64 {
	switch {
	case o.Good():
		return map[string]float64{SuccessPercent: 100, Duration: float64(ms)}
	case o == journey.Failed:
		return map[string]float64{SuccessPercent: 0}
	}
	return map[string]float64{}
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// steps are a run's steps, with what is wanted of them for charts. Cleanup is not among them: it is no customer's wait.
func steps(run journey.Run) []line {
	all := []line{}
	for _, s := range run.Steps {
		if !s.Cleanup {
			all = append(all, line{"name": s.Name, FieldOutcome: s.Outcome, FieldDurationMS: s.DurationMS, FieldSlowMS: s.SlowMS, FieldLimitMS: s.LimitMS})
		}
	}
	return all
}

// counts are a run's numbers by name, as far as JSON can say them.
func counts(run journey.Run) map[string]float64 {
	all := map[string]float64{}
	for _, c := range run.Counts {
		if !math.IsNaN(c.Value) && !math.IsInf(c.Value, 0) {
			all[c.Name] = c.Value
		}
	}
	return all
}
