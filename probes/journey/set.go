package journey

import (
	"errors"
	"fmt"
	"path"
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// Scheduled returns the makers of the journeys that run on a schedule: all but those with ByHand.
func Scheduled(all []func() Journey) []func() Journey {
	return slices.DeleteFunc(slices.Clone(all), func(make func() Journey) bool { return make().ByHand })
}

// Names lists the scheduled journeys, in their order.
func Names(all []func() Journey) []string { return namesOf(Scheduled(all)) }

// CheckNames reports each name that two journeys share, with the functions that make them. Runs and incidents go by the name.
func CheckNames(all []func() Journey) error {
	var faults []error
	first := map[string]func() Journey{}
	for _, make := range all {
		name := make().Name
		if earlier := first[name]; earlier != nil {
			faults = append(faults, fmt.Errorf("journey %q: expected a name of its own, got it from both %s and %s; rename one", name, maker(earlier), maker(make)))
			continue
		}
		first[name] = make
	}
	return errors.Join(faults...)
}

// maker returns where the function that makes a journey is, such as "PrintCard (probes/practice/print_card.go:16)".
func maker(make func() Journey) string {
	function, file, line := Maker(make)
	return fmt.Sprintf("%s (%s:%d)", function, file, line)
}

// Maker returns the name of the function that makes a journey, its file relative to the tree, such as "probes/practice/print_card.go",
// and the line in it.
func Maker(make func() Journey) (function, file string, line int) {
	pc := reflect.ValueOf(make).Pointer()
	f := runtime.FuncForPC(pc)
	file, line = f.FileLine(pc)
	folder, function := path.Split(f.Name())
	pkg, function, _ := strings.Cut(function, ".")
	_, folder, _ = strings.Cut(folder+pkg, "/") // without the module's name
	return function, path.Join(folder, path.Base(file)), line
}

func namesOf(all []func() Journey) []string {
	var names []string
	for _, make := range all {
		names = append(names, make().Name)
	}
	return names
}

// Titles returns the titles of the scheduled journeys, by name.
func Titles(all []func() Journey) map[string]string {
	titles := map[string]string{}
	for _, make := range Scheduled(all) {
		j := make()
		titles[j.Name] = j.Title
	}
	return titles
}

// Secrets lists the secrets and accounts that the journeys declare, each once, in the order of the journeys.
func Secrets(all []func() Journey) []string {
	var names []string
	for _, make := range all {
		for _, name := range make().SecretNames() {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// Find returns the makers of the named journeys, in the order of the names; without names, those of all scheduled ones.
func Find(all []func() Journey, wanted ...string) ([]func() Journey, error) {
	if len(wanted) == 0 {
		return Scheduled(all), nil
	}
	names := namesOf(all)
	var found []func() Journey
	for _, name := range wanted {
		i := slices.Index(names, name)
		if i < 0 {
			return nil, fmt.Errorf("there is no journey %q; there are: %s", name, strings.Join(names, ", "))
		}
		found = append(found, all[i])
	}
	return found, nil
}
