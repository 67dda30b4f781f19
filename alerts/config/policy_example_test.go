package config_test

import (
	"fmt"
	"time"

	"valkyrie/alerts/config"
)

// A policy file is parsed strictly, and then answers whose phone rings at a given time and under which rules a journey is judged.
func Example() {
	file := `
judge:
  failures_in_a_row: 2
  journeys:
    print-card: {failures_in_a_row: 3}
on_call:
  people:
    - {name: Ada, phone: "+12025550143"}
    - {name: Grace, phone: "+12025550187"}
  rotations:
    - {name: primary, people: [Ada, Grace], every: week, hand_over: "Monday 09:00", start: 2026-11-02, zone: Europe/Berlin}
  escalation: [primary, Grace]
phone: {from: "+12025550100"}
`
	c, err := config.Parse("alerts.yaml", []byte(file), []string{"print-card", "create-order"})
	if err != nil {
		fmt.Println(err)
		return
	}
	sunday := time.Date(2026, 11, 8, 3, 0, 0, 0, time.UTC)
	for _, step := range c.OnCall.EscalationAt(sunday) {
		fmt.Println(step.Step.Call, "is", step.Person.Name)
	}
	fmt.Println("print-card:", c.Judge.For("print-card").FailuresInARow, "failures in a row")
	fmt.Println("create-order:", c.Judge.For("create-order").FailuresInARow, "failures in a row")
	// Output:
	// primary is Ada
	// Grace is Grace
	// print-card: 3 failures in a row
	// create-order: 2 failures in a row
}

// A fault names the file, the line, the field, the expected value and the given one.
func ExampleParse() {
	file := `
judge: {failures_in_a_row: 0}
on_call:
  people: [{name: Ada, phone: "+12025550143"}]
  escalation: [Ada]
  drills: {every: "0 10 30 2 *"}
phone: {from: "+12025550100"}
`
	_, err := config.Parse("alerts.yaml", []byte(file), nil)
	fmt.Println(err)
	// Output:
	// alerts.yaml:2: judge.failures_in_a_row: expected 1 to 100 runs, got 0
	// alerts.yaml:6: on_call.drills.every: expected a time such as "first Tuesday 10:00" (of every month), or five fields as in cron, got "0 10 30 2 *": it never comes: no February has such a day of the month; use one from 1 to 29
}
