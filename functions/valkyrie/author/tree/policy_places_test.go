package tree_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"valkyrie/alerts/config"
)

// TestPolicyPlaces: alerts.yaml names journeys where rename and remove look for them, and nowhere else.
func TestPolicyPlaces(t *testing.T) {
	var places []string
	var walk func(of reflect.Type, path string, depth int)
	walk = func(of reflect.Type, path string, depth int) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice || of.Kind() == reflect.Map {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || depth > 6 {
			return
		}
		for _, f := range reflect.VisibleFields(of) {
			name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			if f.Anonymous || name == "" || name == "-" {
				continue
			}
			if strings.HasPrefix(name, "journey") {
				places = append(places, path+name)
			}
			walk(f.Type, path+name+".", depth+1)
		}
	}
	walk(reflect.TypeFor[config.Config](), "", 0)
	want := []string{"judge.journeys", "on_call.journeys", "on_call.maintenance.journeys"}
	if slices.Sort(places); !slices.Equal(places, want) {
		t.Errorf("got %q, want %q; edit policy.go for the others, too", places, want)
	}
}
