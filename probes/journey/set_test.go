package journey

import (
	"regexp"
	"testing"
)

func orderIt() Journey     { return Journey{Name: "order-it"} }
func orderAgain() Journey  { return Journey{Name: "order-it"} }
func orderWeekly() Journey { return Journey{Name: "order-weekly", ByHand: true} }

// TestCheckNames: a name that two journeys share is reported with both functions and their files.
func TestCheckNames(t *testing.T) {
	if err := CheckNames([]func() Journey{orderIt, orderWeekly}); err != nil {
		t.Errorf("the names differ: got %v", err)
	}
	want := regexp.MustCompile(`^journey "order-it": expected a name of its own, got it from both orderIt \(probes/journey/set_test\.go:\d+\) and orderAgain \(probes/journey/set_test\.go:\d+\); rename one$`)
	if err := CheckNames([]func() Journey{orderIt, orderWeekly, orderAgain}); err == nil || !want.MatchString(err.Error()) {
		t.Errorf("got %v, want %v", err, want)
	}
	byHand := func() Journey { return orderWeekly() }
	if err := CheckNames([]func() Journey{orderWeekly, byHand}); err == nil {
		t.Error("two journeys run by hand share a name: got no error")
	}
}
