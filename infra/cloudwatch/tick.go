package cloudwatch

import "time"

// A Tick is what one invocation of the pager has done.
type Tick struct {
	At            time.Time
	Region        string
	Rounds        int  // how often it looked for what is due
	Poked         bool // by a probe; otherwise the clock woke it
	OpenIncidents int  // -1: not known
	Sent, Failed  int  // pages that the carrier took, and did not, or perhaps not
	Err           error
}

// TickLine is the line about it.
func (d Deployment) TickLine(t Tick) []byte {
	values := map[string]float64{Heartbeat: one(t.Err == nil), PagesSent: float64(t.Sent), PagesFailed: float64(t.Failed)}
	if t.OpenIncidents >= 0 {
		values[OpenIncidents] = float64(t.OpenIncidents)
	}
	l := newLine(EventTick, t.At, d.dimensions(), values)
	l.put(FieldRegion, t.Region, FieldRounds, t.Rounds, FieldPoked, t.Poked)
	if t.Err != nil {
		l.put(FieldError, cut(t.Err.Error()))
	}
	return l.text()
}

// UntoldLine is the line about those who are not paged, and could not be told: so many, and why.
func (d Deployment) UntoldLine(region string, at time.Time, untold int, err error) []byte {
	l := newLine(EventTell, at, d.dimensions(), map[string]float64{Untold: float64(untold)})
	l.put(FieldRegion, region, FieldError, cut(err.Error()))
	return l.text()
}
