package journey_test

import (
	"context"
	"fmt"
	"time"

	"valkyrie/probes/journey"
)

// A step fails by itself, records numbers, and ends the run's later steps; cleanup always runs.
func ExampleT() {
	pending := 7
	checkQueue := journey.Journey{
		Name: "check-queue",
		Steps: []journey.Step{
			{Name: "read the queue", Do: func(t *journey.T) { t.Count("pending jobs", float64(pending)) }},
			{Name: "compare with the limit", Do: func(t *journey.T) {
				if pending > 5 {
					t.Failf("expected at most 5 pending jobs, got %d", pending)
				}
			}},
			{Name: "print a card", Do: func(*journey.T) { fmt.Println("not reached") }},
		},
		Cleanup: []journey.Step{{Name: "sign out", Do: func(*journey.T) {}}},
	}
	run := journey.Runner{}.Run(context.Background(), checkQueue, time.Now())
	for _, step := range run.Steps {
		fmt.Println(step.Name+":", step.Outcome)
	}
	fmt.Println(run.Counts[0].Name, run.Counts[0].Value)
	fmt.Println(run.Error)
	// Output:
	// read the queue: passed
	// compare with the limit: failed
	// print a card: not-run
	// sign out: passed
	// pending jobs 7
	// step "compare with the limit": expected at most 5 pending jobs, got 7
}
