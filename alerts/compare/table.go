package compare

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// A Result holds the tallies of all rules for one fault, or one climate, over the seeds.
type Result struct {
	Name    string
	Regions int
	Rules   []Tally
}

// A Tally counts the messages of one rule.
type Tally struct {
	Found, Of int             // outages with a message
	Delays    []time.Duration // of the first message, from the beginning
	Messages  int             // during the outages
	Calls     int             // without a cause
	Texts     int
	Months    float64 // in which these came
}

// Delay returns the median delay; negative if most outages were missed.
func (t Tally) Delay() time.Duration { return Median(t.Delays) }

// OfFault plays a fault in the climate in which 0.2 to 1 % of the runs fail, once for each seed.
func OfFault(f Fault, rules []Named, seed uint64, seeds int) Result {
	r := Result{Name: f.Name, Regions: cmp.Or(f.Regions, 3), Rules: make([]Tally, len(rules))}
	for n := range uint64(max(0, seeds)) { //nolint:gosec // a count
		h := History{
			Climate: Climate{Fails: []float64{0.002, 0.005, 0.01}[n%3], Tries: triesFor(f.Regions)}, Fault: f,
			Before: 7 * time.Hour, After: time.Hour, Seed: seed + n,
		}
		for i, rule := range rules {
			s, t := Play(h, rule.New()), &r.Rules[i]
			t.Of++
			if s.Notified >= 0 && s.Notified <= f.Lasts {
				t.Found++
			}
			t.Delays, t.Messages = append(t.Delays, s.Notified), t.Messages+s.Messages
		}
	}
	return r
}

// OfClimate plays healthy months, one for each seed.
func OfClimate(c Climate, regions int, rules []Named, seed uint64, seeds int) Result {
	const month = 30 * 24 * time.Hour
	r := Result{Name: c.Name, Regions: regions, Rules: make([]Tally, len(rules))}
	for n := range uint64(max(0, seeds)) { //nolint:gosec // a count
		for i, rule := range rules {
			c.Tries = 1
			if i == 0 {
				c.Tries = triesFor(regions) // ours retries by itself
			}
			s, t := Play(History{Climate: c, Before: month, Regions: regions, Seed: seed + n}, rule.New()), &r.Rules[i]
			t.Calls, t.Texts, t.Months = t.Calls+s.False, t.Texts+s.Texts, t.Months+1
		}
	}
	return r
}

// Write plays every fault and every climate, and writes two tables: of each outage its recall, median delay and messages;
// and of each climate the calls a month, none of which is right; no climates if months is 0. It stops when ctx ends.
func Write(ctx context.Context, w io.Writer, rules []Named, seed uint64, seeds, months int) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	head := func(first string) {
		fmt.Fprint(t, first)
		for _, r := range rules {
			fmt.Fprintf(t, "\t%s", r.Name)
		}
		fmt.Fprintln(t)
	}
	fmt.Fprintf(t, "of %d outages each, from seed %d: found, median delay, messages\n", seeds, seed)
	head("OUTAGE")
	for _, f := range Faults() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r := OfFault(f, rules, seed, seeds)
		fmt.Fprint(t, r.Name)
		for _, x := range r.Rules {
			fmt.Fprintf(t, "\t%d %%, %s, %.1f", 100*x.Found/max(1, x.Of), delay(x.Delay()), float64(x.Messages)/float64(max(1, x.Of)))
		}
		fmt.Fprintln(t)
	}
	if months == 0 {
		return t.Flush()
	}
	_ = t.Flush() // as are the writes of w
	fmt.Fprintf(t, "\nfalse calls a month, of %d months each; ours also texts\n", months)
	head("CLIMATE")
	for _, c := range Climates() {
		for regions := 1; regions <= 3; regions++ {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			r := OfClimate(c, regions, rules, seed, months)
			fmt.Fprintf(t, "%s, %d regions", r.Name, regions)
			for i, x := range r.Rules {
				fmt.Fprintf(t, "\t%.2f", float64(x.Calls)/max(1, x.Months))
				if i == 0 {
					fmt.Fprintf(t, " (%.1f texts)", float64(x.Texts)/max(1, x.Months))
				}
			}
			fmt.Fprintln(t)
		}
	}
	return t.Flush()
}

func delay(d time.Duration) string {
	switch {
	case d < 0:
		return "-"
	case d < 10*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 10*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.0f h", d.Hours())
}
