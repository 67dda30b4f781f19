package incident

import (
	"time"
)

func (i Incident) SameID(other Incident) bool { return i.ID == other.ID }

// SameCause reports whether two incidents are the same matter under whatever id: two tables that saw different runs may have
// opened it at different slots.
func (i Incident) SameCause(other Incident) bool {
	return i.Journey == other.Journey && (i.Kind == other.Kind || i.IsFailing() && other.IsFailing())
}

// IsNewerThan reports whether this story of an incident knows of later runs than the other.
func (i Incident) IsNewerThan(other Incident) bool {
	mine, theirs := Latest(i.Last, i.ResolvedAt), Latest(other.Last, other.ResolvedAt)
	return mine.After(theirs) || mine.Equal(theirs) && i.Runs > other.Runs
}

// Merge is the later of two stories of an incident, with so many runs that the route takes it, whichever it knows. It
// reports whether anything is new to who has the first.
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

func Latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func Earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
