package storetest

import (
	"fmt"
	"testing"

	"valkyrie/alerts/incident"
)

// TestModelPasses runs the suite against the model: the two must agree with each other.
func TestModelPasses(t *testing.T) {
	Run(t, func(testing.TB) Open {
		m := newModel()
		return func() incident.Store { return m }
	})
}

// TestWrongStoresAreCaught tests the checks: each wrong store fails the check for its mistake.
func TestWrongStoresAreCaught(t *testing.T) {
	quietRapid(t)
	for _, wrong := range []struct {
		open     func(*model) incident.Store
		caughtBy string
	}{
		{func(m *model) incident.Store { return lastWriteWins{m} }, "item/a stale version writes nothing"},
		{newRacy, "item/forty writers lose no increment"},
		{func(m *model) incident.Store { return lastWriteWins{m} }, "store/behaves like the model"},
		{func(m *model) incident.Store { return countsFromZero{m} }, "item/each write adds one to the version"},
		{func(m *model) incident.Store { return laterRunWins{m} }, "run/the first verdict of a slot stays"},
		{func(m *model) incident.Store { return laterRunWins{m} }, "store/behaves like the model"},
		{func(m *model) incident.Store { return ignoresRev{m} }, "incident/an older revision is left out"},
		{func(m *model) incident.Store { return ignoresRev{m} }, "store/behaves like the model"},
		{func(m *model) incident.Store { return keepsOldPages{m} }, "incident/pages are replaced as a set"},
		{func(m *model) incident.Store { return oldestFew{m} }, "run/chosen by journey, since and limit"},
		{func(m *model) incident.Store { return forgetsResolved{m} }, "incident/listed since a time, and while unresolved"},
		{func(m *model) incident.Store { return deaf{m} }, "store/a cancelled context ends a call"},
		{func(m *model) incident.Store { return forgetsAField{m} }, "run/every field survives"},
		{func(m *model) incident.Store { return copiesRuns{m} }, "run/moved to another name"},
		{func(*model) incident.Store { return newModel() }, "store/everything is there after reopening"},
	} {
		t.Run(fmt.Sprintf("%T/%s", wrong.open(newModel()), wrong.caughtBy), func(t *testing.T) {
			m := newModel()
			open := func() incident.Store { return wrong.open(m) }
			fresh := func(testing.TB) Open { m = newModel(); return open }
			if !fails(t, checkNamed(t, wrong.caughtBy), fresh) {
				t.Error("the check passed a wrong store")
			}
		})
	}
}

func checkNamed(t *testing.T, name string) check {
	for _, c := range checks {
		if c.name == name {
			return c
		}
	}
	t.Fatalf("there is no check %q", name)
	return check{}
}
