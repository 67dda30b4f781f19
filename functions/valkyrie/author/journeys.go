package author

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/functions/valkyrie/author/tree"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/schedule"
	"valkyrie/probes/journey"
)

func journeysCommand(c Config) cli.Command {
	return cli.Command{
		Name: "journeys", Args: "[flags]", Summary: "list the journeys with their interval, regions and last verdict",
		Examples: []string{
			"valkyrie journeys", "valkyrie journeys --store \"dynamodb://valkyrie?region=eu-west-1\"",
			"valkyrie journeys --format json | jq -r .name",
		},
		Notes: []string{"The interval is that of the latest runs; before the first one, that of the journey or of template.yaml. A region is listed once it has sent a run."},
		Flags: func(fs *flag.FlagSet) cli.Run {
			db := c.Store(fs)
			form := cli.NewChoice("text", "json")
			fs.Var(form, "format", "`FORM` of the result: text, json")
			return func(ctx context.Context, args []string) error {
				if err := cli.NoArguments(args); err != nil {
					return err
				}
				store, err := openIfThere(ctx, db)
				if err != nil {
					return err
				}
				if store != nil {
					defer store.Close()
				}
				rows, err := c.rows(ctx, store)
				if err != nil {
					return err
				}
				if form.Value == "json" {
					for _, r := range rows {
						if err := cli.WriteJSON(c.Stdout, r); err != nil {
							return err
						}
					}
					return nil
				}
				return c.writeRows(c.Stdout, rows)
			}
		},
	}
}

// A row is one journey of the list, and its form in JSON.
type row struct {
	Version int      `json:"version"` // 1
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	File    string   `json:"file"`
	ByHand  bool     `json:"by_hand"`  // it has no schedule
	EveryMS int64    `json:"every_ms"` // 0: unknown
	Steps   int      `json:"steps"`
	Regions []string `json:"regions"` // that have sent runs
	Last    *last    `json:"last"`    // null: there is no run
}

// A last is the latest run of a journey.
type last struct {
	Outcome journey.Outcome `json:"outcome"`
	Region  string          `json:"region"`
	Slot    time.Time       `json:"slot"`
	AgeMS   int64           `json:"age_ms"`
	Error   string          `json:"error"`
}

// rows lists the journeys, with what a store has of them; nil: there is no store.
func (c Config) rows(ctx context.Context, store Store) (rows []row, err error) {
	scheduled := intervals()
	for _, create := range c.Suite.Journeys {
		j := create()
		_, file, line := journey.Maker(create)
		r := row{
			Version: 1, Name: j.Name, Title: j.Title, File: fmt.Sprintf("%s:%d", file, line), ByHand: j.ByHand, Steps: len(j.Steps), Regions: []string{},
			EveryMS: cmp.Or(j.Every, scheduled[j.Name]).Milliseconds(),
		}
		if store != nil {
			if err := c.addStored(ctx, store, &r); err != nil {
				return nil, err
			}
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// intervals returns the intervals of the schedules in the template of the tree around the current folder, if there is one.
func intervals() map[string]time.Duration {
	t, err := tree.Find(".")
	if err != nil {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(t.Root, "template.yaml"))
	if err != nil {
		return nil
	}
	template, err := schedule.ParseTemplate(string(text))
	if err != nil {
		return nil
	}
	all := map[string]time.Duration{}
	for _, e := range template.Entries {
		name, _ := e.Journey(template.Cadence)
		all[name] = schedule.Cadence(e.Expression)
	}
	return all
}

// addStored adds the regions and the latest run of a journey.
func (c Config) addStored(ctx context.Context, store Store, r *row) error {
	var state judge.JourneyState
	if _, err := incident.LoadItem(ctx, store, incident.JourneyKey(r.Name), &state); err != nil {
		return err
	}
	var newest time.Time
	for _, region := range slices.Sorted(maps.Keys(state.Regions)) {
		of := state.Regions[region]
		r.Regions = append(r.Regions, region)
		if of.EveryMS > 0 && of.Slot.After(newest) {
			newest, r.EveryMS = of.Slot, of.EveryMS
		}
	}
	runs, err := store.Runs(ctx, incident.RunQuery{Journey: r.Name, Limit: 1, Lean: true, WithoutSteps: true})
	if err != nil || len(runs) == 0 {
		return err
	}
	run := runs[0]
	r.Last = &last{Outcome: run.Outcome, Region: run.Region, Slot: run.Slot, AgeMS: c.Now().Sub(run.Slot).Milliseconds(), Error: run.Error}
	return nil
}

// writeRows writes the list as a table.
func (c Config) writeRows(out io.Writer, rows []row) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "JOURNEY\tEVERY\tREGIONS\tLAST RUN\tAGE\tFILE")
	for _, r := range rows {
		every, regions, outcome, age := "by hand", "–", "–", "–"
		if !r.ByHand {
			every = "–"
		}
		if r.EveryMS > 0 && !r.ByHand {
			every = cli.FormatDuration(time.Duration(r.EveryMS) * time.Millisecond)
		}
		if len(r.Regions) > 0 {
			regions = strings.Join(r.Regions, ", ")
		}
		if r.Last != nil {
			outcome = string(r.Last.Outcome)
			age = cli.FormatDuration((time.Duration(r.Last.AgeMS) * time.Millisecond).Round(time.Second))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Name, every, regions, outcome, age, r.File)
	}
	return w.Flush()
}
