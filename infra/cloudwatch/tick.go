package cloudwatch

import "time"

// A Tick summarizes one invocation of the pager.
type Tick struct {
	At            time.Time
	Region        string
	Rounds        int  // number of rounds
	Poked         bool // invoked by a probe, not by the schedule
	OpenIncidents int  // -1: unknown
	Sent, Failed  int  // pages that the provider accepted; rejected or with an unknown outcome
	Err           error
}

// TickLine returns the line about a tick.
func (d Deployment) TickLine(t Tick) []byte {
	values := map[string]float64{Heartbeat: one(t.Err == nil), PagesSent: float64(t.Sent), PagesFailed: float64(t.Failed)}
	if t.OpenIncidents >= 0 {
		values[OpenIncidents] = float64(t.OpenIncidents)
	}
	l := newLine(EventTick, t.At, d.dimensions(), values)
	l.put(FieldRegion, t.Region, FieldRounds, t.Rounds, FieldPoked, t.Poked)
	if t.Err != nil {
		l.put(FieldError, truncate(t.Err.Error()))
	}
	return l.text()
}

// UntoldLine returns the line about failed notifications: their number and errors.
func (d Deployment) UntoldLine(region string, at time.Time, failed int, err error) []byte {
	l := newLine(EventTell, at, d.dimensions(), map[string]float64{Untold: float64(failed)})
	l.put(FieldRegion, region, FieldError, truncate(err.Error()))
	return l.text()
}
