package incident

import (
	"slices"
	"time"
)

// SameCause reports whether two incidents are about the same journey and kind, whatever their ids: two tables with different
// runs may have opened it at different slots.
func (i Incident) SameCause(other Incident) bool {
	return i.Journey == other.Journey && (i.Kind == other.Kind || i.IsFailing() && other.IsFailing())
}

// SameOutage reports whether two incidents with different ids have the same cause and overlap: two tables saw the same outage, and opened
// it at different slots.
func (i Incident) SameOutage(other Incident) bool {
	begins := func(i Incident) time.Time { return Earliest(i.Since, i.Opened) }
	before := func(a, b Incident) bool { return b.State != Resolved || !begins(a).After(b.ResolvedAt) }
	return i.ID != other.ID && i.SameCause(other) && before(i, other) && before(other, i)
}

// Unite returns an incident with what another table knows of the same outage: its id and its acknowledgement stay, its window covers both.
// newer reports whether the other one's runs are later, and say how it is and when it ended.
func (i Incident) Unite(other Incident, newer bool) Incident {
	one, old := i, other
	if newer {
		one, old = other, i
	}
	one.ID, one.Opened, one.Since = i.ID, Earliest(i.Opened, other.Opened), Earliest(i.Since, other.Since)
	one.AckedBy, one.AckedAt, one.Acks, one.AckCostMS, one.Reopened, one.Rev = i.AckedBy, i.AckedAt, i.Acks, i.AckCostMS, i.Reopened, i.Rev
	one.Runs, one.Streak = max(i.Runs, other.Runs)+1, max(i.Streak, other.Streak)
	one.FailedMS, one.CostMS = max(i.FailedMS, other.FailedMS), max(i.CostMS, other.CostMS)
	if one.Kind == Flapping && old.Kind == Down && one.State != Resolved && old.State != Resolved {
		one.Kind, one.PagesNow, one.Calmed = Down, false, false // it fails now and then only in the view of a table that lacks runs
	}
	one.Outages = uniteOutages(one.Outages, old.Outages)
	if len(one.Outages) > 0 {
		one.Since = Earliest(one.Since, one.Outages[0].Since)
	}
	return one
}

// uniteOutages returns the outages of two views of an incident, of which the first is the later one: of overlapping ones, one that begins
// with the earlier and ends as the first view has it.
func uniteOutages(outages, older []Outage) []Outage {
	all := slices.Clone(outages)
	for _, o := range older {
		same := slices.IndexFunc(all, func(a Outage) bool {
			return (a.Until.IsZero() || !o.Since.After(a.Until)) && (o.Until.IsZero() || !a.Since.After(o.Until))
		})
		if same < 0 {
			all = append(all, o)
			continue
		}
		all[same].Since = Earliest(all[same].Since, o.Since)
		for _, name := range o.Regions {
			all[same].Regions = AddName(all[same].Regions, name)
		}
	}
	slices.SortStableFunc(all, func(a, b Outage) int { return a.Since.Compare(b.Since) })
	if n := len(all) - MaxOutages; n > 0 {
		all = slices.Delete(all, 1, 1+n)
	}
	return all
}

// IsNewerThan reports whether this state of an incident includes later runs than the other.
func (i Incident) IsNewerThan(other Incident) bool {
	mine, theirs := Latest(i.Last, i.ResolvedAt), Latest(other.Last, other.ResolvedAt)
	return mine.After(theirs) || mine.Equal(theirs) && i.Runs > other.Runs
}

// Merge returns the later of two states of an incident, with a Runs above both, so that NotificationState takes it whichever
// it has. It reports whether the result differs from i.
func (i Incident) Merge(theirs Incident) (Incident, bool) {
	winner := i
	if theirs.IsNewerThan(i) {
		winner = theirs
	} else if i.Runs > theirs.Runs {
		return i, false
	}
	winner.Runs = max(i.Runs, theirs.Runs) + 1
	return winner, true
}

// Latest returns the later of two times.
func Latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Earliest returns the earlier of two times.
func Earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
