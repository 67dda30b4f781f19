package storetest

import (
	"valkyrie/alerts/incident"
)

// Memory is a store that keeps nothing on any disk, for tests of what stands on a store.
func Memory() incident.Store { return newModel() }
