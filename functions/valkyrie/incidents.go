package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts"
	"valkyrie/functions/valkyrie/cli"
)

func incidentsCommand(p *program) cli.Command {
	return cli.Command{
		Name: "incidents", Args: "[ID] [flags]", Summary: "list the incidents and who was told; or tell one whole, as a post-mortem begins",
		Examples: []string{
			"valkyrie incidents", "valkyrie incidents --since 30d --format json",
			"valkyrie incidents c9c0                        # one whole: customers hit, people told, every run",
			"valkyrie incidents c9c0 --format markdown > post-mortem.md",
		},
		Notes: []string{
			"ID is the handle at the end of an alert, or an incident's id, or enough of either to mean one. --since and --until are for the list.",
			"Decisions are not kept: they are judged again from the stored runs, under the policy of --alerts, and it is said if that " +
				"comes out otherwise than it was.",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			q := p.queryFlags(fs, "7d", "text", "json", "markdown")
			file := fs.String("alerts", defaultAlerts, "`FILE` of policy and on-call people, to judge again by")
			return func(ctx context.Context, args []string) error {
				if len(args) > 1 {
					return cli.Usage("unexpected argument %q: expected at most one incident", args[1])
				}
				if len(args) == 0 && q.form.Value == "markdown" {
					return cli.Usage("--format markdown: expected the incident to write about; \"valkyrie incidents\" lists them")
				}
				store, err := q.open(ctx)
				if err != nil {
					return err
				}
				defer store.Close()
				if len(args) == 1 {
					return p.tellOne(ctx, store, args[0], *file, q.form.Value)
				}
				return p.tellIncidents(ctx, store, q)
			}
		},
	}
}

func (p *program) tellIncidents(ctx context.Context, store alerts.Store, q *query) error {
	records, err := incidents(ctx, store, q.since.At)
	if err != nil {
		return err
	}
	if !q.until.At.IsZero() {
		records = slices.DeleteFunc(records, func(r alerts.Record) bool { return r.Opened.After(q.until.At) })
	}
	route, err := alerts.LoadRoute(ctx, store)
	if err != nil {
		return err
	}
	if len(records) == 0 {
		fmt.Fprintf(p.stderr, "no incidents %s\n", q.within())
	}
	for _, r := range records {
		if q.form.Value != "json" {
			p.tellIncident(r, route.Marks)
		} else if err := cli.WriteJSON(p.stdout, marked(r, route.Marks)); err != nil {
			return err
		}
	}
	return nil
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
	fmt.Fprintf(p.stdout, "  %s%s\n", r.Reason, cli.Prefixed("; it ", r.Began(marks)))
	if r.Error != "" {
		fmt.Fprintf(p.stdout, "  %s%s\n", cli.Prefixed("step \"", cli.Prefixed(r.Step, "\": ")), r.Error)
	}
	for _, page := range r.Pages {
		fmt.Fprintf(p.stdout, "  %s  %s %s to %s: %s%s%s%s\n", page.PlannedAt.Format("15:04:05"), page.Purpose, page.Channel, page.Person, page.State, cli.Prefixed(", ", page.Result), cli.Prefixed(", pressed ", page.Key), paces(page))
	}
	if !r.AckedAt.IsZero() {
		fmt.Fprintf(p.stdout, "  %s  acknowledged by %s\n", r.AckedAt.Format("15:04:05"), r.AckedBy)
	}
	if r.Closing != "" {
		fmt.Fprintf(p.stdout, "  %s  %s\n", r.ResolvedAt.Format("15:04:05"), r.Closing)
	}
	for _, e := range r.Evidence {
		fmt.Fprintf(p.stdout, "  %-10s  %s%s\n", e.Kind, e.Path, cli.Prefixed("missing: ", e.Missing))
	}
}
