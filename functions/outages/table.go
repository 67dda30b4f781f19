package outages

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// Table writes the results, a line each, and then the faults, if there are any. It returns the number of unnecessary and of
// missing notifications.
func Table(w io.Writer, results []Result) (wrong, missed int) {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "\tOUTAGE\tCUSTOMERS FELT IT\tNOTICED\tHOW\tCALLS\tTEXTS\tWHAT WAS SAID")
	for _, r := range results {
		wrong, missed = wrong+len(r.Wrong), missed+len(r.Missed)
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\t%d\t%s\n", r.Row, r.Name, r.felt(), r.noticed(), r.how(), r.Calls, r.Texts, short(r.Said, 90))
	}
	_ = t.Flush() // as are the writes of w
	for _, r := range results {
		for _, what := range r.Wrong {
			fmt.Fprintf(w, "WRONGLY TOLD  %s: %s\n", r.Name, what)
		}
		for _, what := range r.Missed {
			fmt.Fprintf(w, "MISSED        %s: %s\n", r.Name, what)
		}
	}
	fmt.Fprintf(w, "\n%d scenarios: %d wrongly told, %d missed\n", len(results), wrong, missed)
	return wrong, missed
}

// felt formats the time during which customers felt it.
func (r Result) felt() string {
	switch {
	case r.Decoy:
		return "harmless"
	case r.Felt.IsZero():
		return "not at all"
	case r.Over.IsZero() || !r.Over.After(r.Felt):
		return r.Felt.Format("2 Jan 15:04") + " on"
	case r.Over.Sub(r.Felt) < 24*time.Hour:
		return r.Felt.Format("2 Jan 15:04") + r.Over.Format("–15:04")
	}
	return r.Felt.Format("2 Jan 15:04") + r.Over.Format(" – 2 Jan 15:04")
}

// noticed formats how long after that, or before, the first person was notified.
func (r Result) noticed() string {
	if r.How == "" {
		return "–"
	}
	switch after := r.Notified.Sub(r.Felt); {
	case r.Felt.IsZero():
		return r.Notified.Format("2 Jan 15:04")
	case after < -24*time.Hour:
		return days(-after) + " before"
	case after < 10*time.Minute:
		return fmt.Sprintf("%.0f s after", after.Seconds())
	case after < 10*time.Hour:
		return fmt.Sprintf("%.0f min after", after.Minutes())
	default:
		return fmt.Sprintf("%.0f h after", after.Hours())
	}
}

func (r Result) how() string {
	switch {
	case r.Decoy && len(r.Wrong) == 0:
		return "silence"
	case r.How == "":
		return "nobody"
	}
	return r.How
}

// short returns the beginning of text, on one line.
func short(text string, most int) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) <= most {
		return string(runes)
	}
	return string(runes[:most-1]) + "…"
}
