// Package storetest is the conformance test for every [incident.Store]. Judging and paging depend on these guarantees: a
// slot has one verdict, an item is changed only over its latest version, no write is lost.
//
// A store's own test calls [Run]. Properties of one technology (its files, its errors) are tested there.
package storetest

import (
	"testing"

	"valkyrie/alerts/incident"
)

// Open opens another store on the same data, as another process would.
type Open func() incident.Store

// A Backing creates an empty data location. It closes the stores opened on it by tb.Cleanup.
//
// A store with a Close method is closed before it is reopened to check durability; the cleanup must accept a store that is
// closed already.
type Backing func(tb testing.TB) Open

// A check tests one guarantee of a store, and fails tb when it is violated.
type check struct {
	name string
	run  func(tb testing.TB, fresh Backing)
}

// checks is the whole suite.
var checks = []check{
	{"run/every field survives", runSurvives},
	{"run/no steps and no evidence are empty lists", emptyRunHasLists},
	{"run/fifty steps and an error of 100 kB", bigRun},
	{"run/the first verdict of a slot stays", firstVerdictStays},
	{"run/it ends once", runEnds},
	{"run/a slot is a moment in any time zone", slotIsAMoment},
	{"run/listed by slot, then region, then id", runsInOrder},
	{"run/chosen by journey, since and limit", runsChosen},
	{"run/lean has all that judging looks at", leanRuns},
	{"run/moved to another name", runsRenamed},

	{"item/never written has version 0", absentItem},
	{"item/each write adds one to the version", itemVersions},
	{"item/many are read at once, and one that is broken hides no other", itemsOf},
	{"item/a stale version writes nothing", staleItem},
	{"item/created once", itemCreatedOnce},
	{"item/data and keys are kept to the byte", itemBytes},
	{"item/forty writers lose no increment", fortyWriters},

	{"incident/every field survives", incidentSurvives},
	{"incident/no pages are an empty list", emptyIncidentHasLists},
	{"incident/an older revision is left out", olderRevision},
	{"incident/pages are replaced as a set", pagesReplaced},
	{"incident/a page may tell of two", sharedPage},
	{"incident/listed since a time, and while unresolved", incidentsSince},
	{"incident/oldest first", incidentsInOrder},

	{"store/everything is there after reopening", survivesReopening},
	{"store/two at once see the same", twoAtOnce},
	{"store/a cancelled context ends a call", cancelledContext},
	{"store/behaves like the model", behavesLikeModel},
}

// Run checks the stores on a backing.
func Run(t *testing.T, fresh Backing) {
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) { c.run(t, fresh) })
	}
}
