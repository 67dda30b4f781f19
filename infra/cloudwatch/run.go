package cloudwatch

import (
	"math"

	"valkyrie/probes/journey"
)

// RunLines returns the line about a run, followed by a line per executed step with Detail Steps. link is the URL of the run's
// evidence; it may be empty.
func (d Deployment) RunLines(run journey.Run, detail Detail, link string) []byte {
	l := newLine(EventRun, run.Slot, d.dimensions(DimensionJourney, run.Journey), verdict(run.Outcome, run.DurationMS))
	l.putRun(run)
	l.put(FieldFailed, one(run.Outcome == journey.Failed), FieldBroken, one(run.Outcome == journey.Broken))
	l.put(FieldOutcome, run.Outcome, FieldDurationMS, run.DurationMS, FieldSteps, steps(run), FieldProblems, len(run.Problems),
		FieldTries, run.Tries, FieldStarvedMS, run.StarvedMS, FieldLateMS, run.Started.Sub(run.Slot).Milliseconds(), FieldEvidence, run.Evidence)
	if culprit, ok := run.Culprit(); ok {
		l.put(FieldStep, culprit.Name)
	}
	for field, text := range map[string]string{FieldError: run.Error, FieldLink: link, FieldChrome: run.Chrome} {
		if text != "" {
			l.put(field, truncate(text))
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
	l.putRun(run)
	l.put(FieldStep, s.Name, FieldOutcome, s.Outcome, FieldDurationMS, s.DurationMS, FieldSlowMS, s.SlowMS, FieldLimitMS, s.LimitMS)
	if s.Error != "" {
		l.put(FieldError, truncate(s.Error))
	}
	return l.text()
}

// putRun adds the fields that identify the run.
func (l line) putRun(run journey.Run) {
	l.put(FieldJourney, run.Journey, FieldRegion, run.Region, FieldSlot, run.Slot, FieldRun, run.ID)
}

// verdict returns the metrics of an outcome. A broken run has none, because it tests nothing. A failed one has no Duration,
// because failures such as a refused connection can be quick.
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

// steps returns the fields of a run's steps for charts. It omits cleanup steps, which no customer waits for.
func steps(run journey.Run) []line {
	all := []line{}
	for _, s := range run.Steps {
		if !s.Cleanup {
			all = append(all, line{"name": s.Name, FieldOutcome: s.Outcome, FieldDurationMS: s.DurationMS, FieldSlowMS: s.SlowMS, FieldLimitMS: s.LimitMS})
		}
	}
	return all
}

// counts returns a run's recorded numbers by name, without NaN and infinities, which JSON cannot encode.
func counts(run journey.Run) map[string]float64 {
	all := map[string]float64{}
	for _, c := range run.Counts {
		if !math.IsNaN(c.Value) && !math.IsInf(c.Value, 0) {
			all[c.Name] = c.Value
		}
	}
	return all
}
