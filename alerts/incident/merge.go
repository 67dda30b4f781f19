package incident

import (
	"time"
)

// SameCause reports whether two incidents are about the same journey and kind, whatever their ids: two tables with different
// runs may have opened it at different slots.
func (i Incident) SameCause(other Incident) bool {
	return i.Journey == other.Journey && (i.Kind == other.Kind || i.IsFailing() && other.IsFailing())
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
