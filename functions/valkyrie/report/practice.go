package report

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/practice"
	"valkyrie/alerts/replay"
	"valkyrie/functions/valkyrie/cli"
)

// Judged is the result of replaying runs under a named policy.
type Judged struct {
	Policy   string
	Verdicts []replay.Verdict
}

// WriteDetections writes a table of the troubles of a practice month: for each when either policy notified people first, and
// last the notifications that no trouble caused.
func WriteDetections(w io.Writer, troubles []practice.Trouble, would, baseline Judged) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "TROUBLE\tJOURNEY\tBEGAN (UTC)\tLASTED\t%s\t%s\n", would.Policy, baseline.Policy)
	for _, x := range troubles {
		name := x.Journey
		if name == "" {
			name = "all"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", x.What, name, x.From.Format("2006-01-02 15:04"), cli.FormatDuration(x.Until.Sub(x.From)), detection(x, would.Verdicts), detection(x, baseline.Verdicts))
	}
	fmt.Fprintf(t, "nothing at all\t\t\t\t%s\t%s\n", falseAlarms(troubles, would.Verdicts), falseAlarms(troubles, baseline.Verdicts))
	return t.Flush()
}

// detection formats when a trouble first called people, and when it first texted them if that was earlier. It marks a
// trouble that was missed, and a harmless one that notified anyway.
func detection(t practice.Trouble, verdicts []replay.Verdict) string {
	first := map[bool]time.Duration{} // by whether it rings
	for _, v := range verdicts {
		for _, a := range v.Alarms {
			if delay, known := first[a.Rings]; causes(t, v, a) && (!known || a.At.Sub(t.From) < delay) {
				first[a.Rings] = a.At.Sub(t.From)
			}
		}
	}
	result := "nobody is told"
	text, texts := first[false]
	call, rings := first[true]
	switch {
	case rings && texts && text < call:
		result = "texts after " + roughDuration(text) + ", rings after " + roughDuration(call)
	case rings:
		result = "rings after " + roughDuration(call)
	case texts:
		result = "texts after " + roughDuration(text)
	}
	switch notified := rings || texts; {
	case t.FalseAlarm && notified:
		result += "  (wrong)"
	case !t.FalseAlarm && !notified && !t.Optional:
		result += "  (missed)"
	}
	return result
}

// causes reports whether a trouble causes an alarm: the alarm is about its journey, during it or so soon after that its last
// runs may have led to it. Alarms about slowness belong to slow troubles, all others to the rest.
func causes(t practice.Trouble, v replay.Verdict, a replay.Notification) bool {
	const soon = 30 * time.Minute
	slowness := v.Kind == incident.LatencyTrend || v.Kind == incident.Degraded
	return t.About(v.Journey) && !a.At.Before(t.From) && a.At.Before(t.Until.Add(soon)) && t.Slow == slowness
}

// falseAlarms counts the notifications that no trouble causes.
func falseAlarms(troubles []practice.Trouble, verdicts []replay.Verdict) string {
	calls, texts := 0, 0
	for _, v := range verdicts {
		for _, a := range v.Alarms {
			caused := false
			for _, t := range troubles {
				caused = caused || causes(t, v, a)
			}
			switch {
			case caused:
			case a.Rings:
				calls++
			default:
				texts++
			}
		}
	}
	if calls+texts == 0 {
		return "nobody is told"
	}
	return fmt.Sprintf("rings %d times, texts %d times  (wrong)", calls, texts)
}

// roughDuration formats a duration in whole minutes, hours or days.
func roughDuration(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 2*cli.Day:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d/cli.Day))
}
