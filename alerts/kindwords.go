package alerts

import "fmt"

// headlines are what is said first of the kinds of incident that are not about the latest run alone; %s is what the
// customer does.
var headlines = map[Kind]string{
	Flapping:  "Again and again customers cannot %s",
	Silent:    "Nobody is watching whether customers can %s",
	Creeping:  "It gets slower from week to week to %s",
	Counts:    "The numbers do not fit when customers %s",
	Heartbeat: "The batch that should %s is in trouble",
}

// factsOf are where it goes wrong, how often and since when, of the same kinds.
var factsOf = map[Kind]func(i Incident, v voice) string{
	Flapping: func(i Incident, v voice) string {
		said := fmt.Sprintf("The step %q fails now and then, %s, last at %s, seen from %s", i.Step, v.since(i), v.clock(i.Last), v.regions(i.Regions))
		if i.Step == "" {
			said = fmt.Sprintf("It fails now and then, %s, last at %s, seen from %s", v.since(i), v.clock(i.Last), v.regions(i.Regions))
		}
		if len(i.Spells) > 1 {
			said += "; " + v.plain(story(i.Spells, v.clock))
		}
		return said
	},
	Silent: func(i Incident, v voice) string {
		return fmt.Sprintf("No run has come from %s %s", v.regions(i.Regions), v.since(i))
	},
	Creeping: func(i Incident, v voice) string {
		return fmt.Sprintf("The step %q gets slower, seen from %s", i.Step, v.regions(i.Regions))
	},
	Counts: func(i Incident, v voice) string {
		return fmt.Sprintf("So it is since %s, %s in a row, seen from %s", v.clock(i.Since), times(i.Streak), v.regions(i.Regions))
	},
	Heartbeat: func(i Incident, v voice) string {
		return "So it is " + v.since(i)
	},
}
