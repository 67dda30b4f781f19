package probes

import (
	"fmt"
	"slices"
	"strings"

	"valkyrie/probes/journey"
)

// All is every journey that this deployment runs. Each function makes a journey for one run.
var All = []func() journey.Journey{
	PrintCard,
	CreateOrder,
}

// Names lists the journeys of All, in their order.
func Names() []string {
	var names []string
	for _, make := range All {
		names = append(names, make().Name)
	}
	return names
}

// Titles are the journeys' titles, by their names.
func Titles() map[string]string {
	titles := map[string]string{}
	for _, make := range All {
		j := make()
		titles[j.Name] = j.Title
	}
	return titles
}

// Find returns the makers of the named journeys, in the order of the names; all of them when no name is given.
func Find(names ...string) ([]func() journey.Journey, error) {
	if len(names) == 0 {
		return All, nil
	}
	var found []func() journey.Journey
	for _, name := range names {
		i := slices.Index(Names(), name)
		if i < 0 {
			return nil, fmt.Errorf("there is no journey %q; there are: %s", name, strings.Join(Names(), ", "))
		}
		found = append(found, All[i])
	}
	return found, nil
}
