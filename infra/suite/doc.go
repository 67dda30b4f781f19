// Package suite decides how much the tests of a run try, so that `make test` stays short and `make test-all` leaves nothing
// out. It is for tests only.
//
// Environment variables control it:
//
//	VALKYRIE_TESTS=all        run everything: all histories, mutants, months and scenarios (make test-all)
//	VALKYRIE_SEED=20261129    start the random tests from this seed; the default is the day's date, in UTC
//	VALKYRIE_HISTORIES=500    try so many random cases in each random test
package suite
