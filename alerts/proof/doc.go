// Package proof plays random histories against judging and paging, and checks the rules after every write. It has tests
// only.
//
// A history is real code in a simulation: the real Recorder judges runs, the real Pager pages, and the states are
// written and read back; but the disk, the clocks, the provider and the people are models, with every fault that they
// can have. It uses one thread and one simulated clock, so that a seed gives the same history each time and rapid can
// shrink one that fails. Programs are concurrent nevertheless: at each of their requests to the disk, others may run,
// time may pass, or the program may end.
//
// The rules are in transitions_test.go (no page or incident regresses), claims_test.go (which notifications are
// permitted, and when), provider_test.go (how often the provider is asked), site_test.go (judging is a fold),
// calm_test.go (no incident is lost, within a deadline), resend_test.go (all-clears arrive), drills_test.go (a drill stands
// in no incident's way), announcements_test.go (the end of maintenance, e-mail), retention_test.go (condensed pages still
// count) and clockskew_test.go (clocks that are ahead). setting_test.go changes the configuration under way.
// mutants_test.go lists mutants, plant_test.go plants all of them in one binary, and caught_test.go checks that the
// histories find each, or the tests of its package those that need a certain history.
//
//	go test ./alerts/proof -v                                       how much was played, and how soon each mutant was caught
//	VALKYRIE_TESTS=all go test ./alerts/proof -run Histories        all 20,000 histories
//	VALKYRIE_SEED=7 go test ./alerts/proof -run Histories           other histories than those of the day
package proof
