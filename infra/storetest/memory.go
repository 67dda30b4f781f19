package storetest

import "valkyrie/alerts"

// Memory is a store that keeps nothing on any disk, for tests of what stands on a store.
func Memory() alerts.Store { return newModel() }
