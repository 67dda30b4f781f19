package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/functions/valkyrie/cli"
)

func regionCommand(p *program) cli.Command {
	return cli.Command{
		Name: "region", Args: "[pause|resume|remove REGION] [flags]", Summary: "stop or go on missing the runs of a region; without one, list the regions",
		Examples: []string{
			"valkyrie region",
			"valkyrie region pause us-east-1 --for 2d",
			"valkyrie region resume us-east-1",
			"valkyrie region remove us-east-1 --store \"dynamodb://valkyrie?region=eu-west-1\"",
		},
		Notes: []string{
			"No one is called or texted that a paused region is silent. Its runs are stored and judged if any come, and it keeps its place in the " +
				"quorum. \"remove\" pauses it for a week, and prints the steps that remain.",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			lasts := fs.String("for", "1d", "pause: `DURATION` until it ends by itself, such as 90m or 2d, or the TIME; at most 30d")
			db := p.storeFlags(fs)
			return func(ctx context.Context, args []string) error {
				if len(args) == 0 {
					return p.listRegions(ctx, db)
				}
				if len(args) != 2 || !slices.Contains([]string{"pause", "resume", "remove"}, args[0]) {
					return cli.Usage("unexpected arguments %q: expected pause, resume or remove, and one region", args)
				}
				now := p.now().UTC()
				pause := incident.Pause{Region: args[1], Until: now, Removed: args[0] == "remove"}
				switch {
				case pause.Removed:
					pause.Until = now.Add(removalTime)
				case args[0] == "pause":
					until, err := cli.ParseUntil(*lasts, now, time.Local)
					if err != nil || !until.After(now) || until.Sub(now) > longestPause {
						return cli.Usage("--for %s: expected a duration over 0 and up to 30d, such as 90m, or a time within 30 days, such as 18:00 or \"monday 09:00\"", *lasts)
					}
					pause.Until = until.UTC()
				}
				pause.Until = pause.Until.Truncate(time.Second)
				return p.pauseRegion(ctx, db, pause)
			}
		},
	}
}

// Pauses end by themselves, so that a forgotten one does not hide a dead region.
const (
	longestPause = 30 * cli.Day
	removalTime  = 7 * cli.Day // for the steps of removing a region
)

// openRegions opens the store, and reads the latest run of each region and the notification state, which has the pauses.
func (p *program) openRegions(ctx context.Context, db *storeOptions) (from store, latest map[string]time.Time, route paging.NotificationState, err error) {
	if from, err = db.openExisting(ctx); err != nil {
		return nil, nil, route, err
	}
	if latest, err = p.latestRuns(ctx, from); err == nil {
		route, err = paging.LoadState(ctx, from)
	}
	if err != nil {
		from.Close()
	}
	return from, latest, route, err
}

// pauseRegion stores a pause, or its end, and prints what follows from it.
func (p *program) pauseRegion(ctx context.Context, db *storeOptions, pause incident.Pause) error {
	store, latest, route, err := p.openRegions(ctx, db)
	if err != nil {
		return err
	}
	defer store.Close()
	old, paused := route.Paused(pause.Region, p.now())
	if known := slices.Sorted(maps.Keys(latest)); !slices.Contains(known, pause.Region) && !paused {
		return cli.Unknown("region", pause.Region, known)
	}
	if table, ok := store.(cloudTable); ok && pause.Removed && table.config.Region == pause.Region {
		return cli.Usage("%s is the home region, whose table and pager all others need: it cannot be removed", pause.Region)
	}
	ends := !pause.Until.After(p.now())
	if ends && !paused {
		fmt.Fprintf(p.stdout, "%s is not paused\n", pause.Region)
		return nil
	}
	if err := paging.PutPause(ctx, store, pause, p.now().UTC()); err != nil {
		return err
	}
	switch {
	case ends && old.Removed:
		fmt.Fprintf(p.stdout, "%s is not being removed any more: its runs are awaited from now on\n", pause.Region)
	case ends:
		fmt.Fprintf(p.stdout, "%s is no longer paused: its runs are awaited from now on\n", pause.Region)
	case pause.Removed:
		fmt.Fprintf(p.stdout, removalSteps, pause.Region, cli.FormatMinute(pause.Until))
	default:
		fmt.Fprintf(p.stdout, "%s is paused until %s: its runs are not missed\n", pause.Region, cli.FormatMinute(pause.Until))
	}
	return nil
}

const removalSteps = `%[1]s is being removed: until %s its runs are not missed. What remains:
1. If it is StandbyRegion in samconfig.toml, name another region there in each section, and: make deploy
2. make destroy ENVS=...   (the environment whose region it is)
3. In samconfig.toml, delete that environment, take %[1]s out of ProbeRegions in each section, and: make deploy
4. Delete the secrets that it has: aws ssm delete-parameters --region %[1]s --names ...
`

// listRegions prints each region with its latest run, and its pause.
func (p *program) listRegions(ctx context.Context, db *storeOptions) error {
	store, latest, route, err := p.openRegions(ctx, db)
	if err != nil {
		return err
	}
	defer store.Close()
	if len(latest) == 0 {
		fmt.Fprintln(p.stderr, "no region has sent a run")
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	for _, region := range slices.Sorted(maps.Keys(latest)) {
		said := "no run has come"
		if at := latest[region]; !at.IsZero() {
			said = "the latest run is that of " + cli.FormatMinute(at)
		}
		if pause, ok := route.Paused(region, p.now()); ok {
			said += "; " + pauseWords(pause)
		}
		fmt.Fprintf(w, "%s\t%s\n", region, said)
	}
	return w.Flush()
}

// pauseWords describes a pause in force.
func pauseWords(p incident.Pause) string {
	if p.Removed {
		return "being removed, not missed until " + cli.FormatMinute(p.Until)
	}
	return "paused until " + cli.FormatMinute(p.Until)
}

// pauseLines describes the pauses in force, one per line.
func pauseLines(route paging.NotificationState, now time.Time) (lines []string) {
	for _, pause := range route.Pauses {
		if pause.Until.After(now) {
			lines = append(lines, fmt.Sprintf("region %s: %s", pause.Region, pauseWords(pause)))
		}
	}
	return lines
}

// latestRuns returns the slot of the latest run from each region that the journeys know.
func (p *program) latestRuns(ctx context.Context, store incident.Items) (map[string]time.Time, error) {
	var keys []string
	for _, name := range p.suite.Names() {
		keys = append(keys, incident.JourneyKey(name))
	}
	states, err := incident.LoadItems[judge.JourneyState](ctx, store, keys)
	if err != nil {
		return nil, err
	}
	latest := map[string]time.Time{}
	for _, s := range states {
		for region, r := range s.Regions {
			latest[region] = incident.Latest(latest[region], r.Slot)
		}
	}
	return latest, nil
}
