package alerts

import (
	"fmt"
	"time"
)

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
var factsOf = map[Kind]func(i Incident, now time.Time) string{
	Flapping: func(i Incident, now time.Time) string {
		said := fmt.Sprintf("The step %q fails now and then, since %s, that is %s, last at %s, seen from %s",
			i.Step, moment(i.Since, now), spell(now.Sub(i.Since)), clock(i.Last), list(i.Regions))
		if len(i.Spells) > 1 {
			said += "; " + story(i.Spells)
		}
		return said
	},
	Silent: func(i Incident, now time.Time) string {
		return fmt.Sprintf("No run has come from %s since %s, that is %s", list(i.Regions), moment(i.Since, now), spell(now.Sub(i.Since)))
	},
	Creeping: func(i Incident, _ time.Time) string {
		return fmt.Sprintf("The step %q gets slower, seen from %s", i.Step, list(i.Regions))
	},
	Counts: func(i Incident, now time.Time) string {
		return fmt.Sprintf("So it is since %s, %s in a row, seen from %s", moment(i.Since, now), times(i.Streak), list(i.Regions))
	},
	Heartbeat: func(i Incident, now time.Time) string {
		return fmt.Sprintf("So it is since %s, that is %s", moment(i.Since, now), spell(now.Sub(i.Since)))
	},
}
