package storetest

import (
	"valkyrie/alerts/incident"
)

// Memory returns a store in memory, for tests of its callers.
func Memory() incident.Store { return newModel() }
