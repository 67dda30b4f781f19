package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Release is a deployment or another change at a given time. Incidents that begin soon after it name it.
type Release struct {
	Name     string    `json:"name"` // such as "v1.2.3"; 1 to MaxReleaseName characters
	At       time.Time `json:"at"`
	Journeys []string  `json:"journeys,omitempty"` // that it can affect; empty: all
}

// MaxReleaseName is the maximum length of a release's name, in characters, so that it fits into a text.
const MaxReleaseName = 40

// suspectWithin is the time after a release in which an incident that begins names it.
const suspectWithin = 2 * time.Hour

// Validate reports a fault of the name or the time.
func (r Release) Validate() error {
	unfit := func(r rune) bool { return !unicode.IsPrint(r) }
	if n := utf8.RuneCountInString(r.Name); strings.TrimSpace(r.Name) != r.Name || n < 1 || n > MaxReleaseName || !utf8.ValidString(r.Name) || strings.ContainsFunc(r.Name, unfit) {
		return fmt.Errorf("the name of a release: expected 1 to %d characters on one line, such as \"v1.2.3\", got %q", MaxReleaseName, r.Name)
	}
	if r.At.IsZero() {
		return fmt.Errorf("the release %q: expected the time of it, got none", r.Name)
	}
	return nil
}

// SuspectRelease returns the latest release that the incident began soon after, as the latest change is the first suspect;
// false if there is none. A latency trend has none, as it rises over weeks. releases are oldest first.
func (i Incident) SuspectRelease(releases []Release) (Release, bool) {
	for _, r := range slices.Backward(releases) {
		touched := len(r.Journeys) == 0 || slices.Contains(r.Journeys, i.Journey)
		if after := i.Since.Sub(r.At); touched && i.Kind != LatencyTrend && after >= 0 && after <= suspectWithin {
			return r, true
		}
	}
	return Release{}, false
}
