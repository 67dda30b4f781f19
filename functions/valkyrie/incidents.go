package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts"
)

var incidentsCommand = command{
	name: "incidents", args: "[flags]", summary: "list the incidents, who was told, and who acknowledged",
	examples: []string{"valkyrie incidents", "valkyrie incidents --since 720h --format json"},
	flags: func(p *program, fs *flag.FlagSet) func(context.Context, []string) error {
		q := p.queryFlags(fs, 7*24*time.Hour)
		return func(ctx context.Context, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			store, err := q.open(ctx)
			if err != nil {
				return err
			}
			defer store.Close()
			records, err := incidents(ctx, store, q.from())
			if err != nil {
				return err
			}
			route, err := alerts.LoadRoute(ctx, store)
			if err != nil {
				return err
			}
			if *q.format == "json" {
				enc := json.NewEncoder(p.stdout)
				enc.SetEscapeHTML(false)
				for _, r := range records {
					if err := enc.Encode(marked(r, route.Marks)); err != nil {
						return err
					}
				}
				return nil
			}
			if len(records) == 0 {
				fmt.Fprintf(p.stderr, "no incidents in the last %v\n", *q.since)
			}
			for _, r := range records {
				p.tellIncident(r, route.Marks)
			}
			return nil
		}
	},
}

// incidents is the history with what is going on now laid over it, which may be a moment newer.
func incidents(ctx context.Context, store alerts.Store, since time.Time) ([]alerts.Record, error) {
	records, err := store.Incidents(ctx, since)
	if err != nil {
		return nil, err
	}
	route, err := alerts.LoadRoute(ctx, store)
	if err != nil {
		return nil, err
	}
	for _, i := range route.Incidents {
		at := slices.IndexFunc(records, func(r alerts.Record) bool { return r.ID == i.ID })
		if at < 0 {
			records = append(records, route.Record(i))
		} else {
			records[at] = route.Record(i)
		}
	}
	return records, nil
}

// A markedRecord is a record with the release it began soon after.
type markedRecord struct {
	alerts.Record
	Release *alerts.Mark `json:"release,omitempty"`
}

func marked(r alerts.Record, marks []alerts.Mark) markedRecord {
	if m, ok := r.Suspect(marks); ok {
		return markedRecord{r, &m}
	}
	return markedRecord{Record: r}
}

func (p *program) tellIncident(r alerts.Record, marks []alerts.Mark) {
	const stamp = "2006-01-02 15:04:05"
	fmt.Fprintf(p.stdout, "%s  #%s  %s is %s: %s\n", r.Opened.Format(stamp), r.Short(), r.Journey, r.Kind, r.State)
	fmt.Fprintf(p.stdout, "  %s%s\n", r.Reason, after("; it ", r.Began(marks)))
	if r.Error != "" {
		fmt.Fprintf(p.stdout, "  %s%s\n", after("step \"", after(r.Step, "\": ")), r.Error)
	}
	for _, page := range r.Pages {
		fmt.Fprintf(p.stdout, "  %s  %s %s to %s: %s%s%s\n", page.PlannedAt.Format("15:04:05"), page.Purpose, page.Channel, page.Person, page.State, after(", ", page.Result), after(", pressed ", page.Key))
	}
	if !r.AckedAt.IsZero() {
		fmt.Fprintf(p.stdout, "  %s  acknowledged by %s\n", r.AckedAt.Format("15:04:05"), r.AckedBy)
	}
	if r.Closing != "" {
		fmt.Fprintf(p.stdout, "  %s  %s\n", r.ResolvedAt.Format("15:04:05"), r.Closing)
	}
	for _, e := range r.Evidence {
		fmt.Fprintf(p.stdout, "  %-10s  %s%s\n", e.Kind, e.Path, after("missing: ", e.Missing))
	}
}
