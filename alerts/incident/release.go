package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Release says that something was released, or changed, at a moment: what goes wrong soon after it is told with it.
type Release struct {
	Name     string    `json:"name"` // such as "v1.2.3"; 1 to MaxMark characters
	At       time.Time `json:"at"`
	Journeys []string  `json:"journeys,omitempty"` // that it can have touched; none: all
}

// MaxReleaseName is how many characters a mark's name has at most, so that it fits into a text beside the words.
const MaxReleaseName = 40

const suspectWithin = 2 * time.Hour // a mark is, of what begins within so long after it

func (m Release) Validate() error {
	unfit := func(r rune) bool { return !unicode.IsPrint(r) }
	if n := utf8.RuneCountInString(m.Name); strings.TrimSpace(m.Name) != m.Name || n < 1 || n > MaxReleaseName || !utf8.ValidString(m.Name) || strings.ContainsFunc(m.Name, unfit) {
		return fmt.Errorf("the name of a release: expected 1 to %d characters on one line, such as \"v1.2.3\", got %q", MaxReleaseName, m.Name)
	}
	if m.At.IsZero() {
		return fmt.Errorf("the release %q: expected the time of it, got none", m.Name)
	}
	return nil
}

// SuspectRelease is the mark that an incident began soon after, if there is one: the latest of those, as what was released last
// is looked at first. What creeps for weeks began after none.
func (i Incident) SuspectRelease(marks []Release) (Release, bool) {
	for _, m := range slices.Backward(marks) {
		touched := len(m.Journeys) == 0 || slices.Contains(m.Journeys, i.Journey)
		if after := i.Since.Sub(m.At); touched && i.Kind != LatencyTrend && after >= 0 && after <= suspectWithin {
			return m, true
		}
	}
	return Release{}, false
}
