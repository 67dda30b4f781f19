package judge

import (
	"valkyrie/alerts/incident"
)

// Fine are the regions from which a journey works while an incident of it is elsewhere.
func (s JourneyState) Fine(i incident.Incident) []string { return s.WorkingRegions(i) }
