// Package proof plays random histories against the judging and the paging of package alerts, and checks after every
// write that the rules hold. It has tests only.
//
// A history is real code in a made-up world: the real Desk judges runs, the real Pager pages, and the states are really
// written and read back; but the disk, the clocks, the carrier and the people are models, and whatever can go wrong with
// them does. It is all in one thread and under one made-up clock, so that a seed gives the same history each time and
// rapid can shrink one that fails. Programs run at once all the same: wherever one of them asks the disk for something,
// others may run in between, time may pass, or the program may end.
//
// What must hold, whatever happens, is in arrows_test.go (nothing regresses), claims_test.go (who may be told what, and
// when), carrier_test.go (how often the carrier is asked), site_test.go (judging is a fold) and calm_test.go (nobody is
// forgotten, and by when), retold_test.go (that it is over does arrive) and ahead_test.go (what a clock that was ahead has
// judged). mutants_test.go lists mistakes, plant_test.go plants all of them in one binary, and caught_test.go checks that
// the histories find each.
//
//	go test ./alerts/proof -v                                       how much was played, and how soon each mutant was caught
//	VALKYRIE_TESTS=all go test ./alerts/proof -run Histories        all 20,000 histories
//	VALKYRIE_SEED=7 go test ./alerts/proof -run Histories           other histories than those of the day
package proof
