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
	OrderAPI,
	JobAPI,
	Diagnostics,
	OrderRate,
	SiteSweep,
}

// Rehearsals are journeys that run only by hand, by their names.
var Rehearsals = []func() journey.Journey{
	WeeklyCards,
}

// Names lists the journeys of All, in their order.
func Names() []string { return namesOf(All) }

func namesOf(makers []func() journey.Journey) []string {
	var names []string
	for _, make := range makers {
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

// Find returns the makers of the named journeys, in the order of the names, rehearsals too; All when no name is given.
func Find(wanted ...string) ([]func() journey.Journey, error) {
	if len(wanted) == 0 {
		return All, nil
	}
	all := slices.Concat(All, Rehearsals)
	names := namesOf(all)
	var found []func() journey.Journey
	for _, name := range wanted {
		i := slices.Index(names, name)
		if i < 0 {
			return nil, fmt.Errorf("there is no journey %q; there are: %s", name, strings.Join(names, ", "))
		}
		found = append(found, all[i])
	}
	return found, nil
}
