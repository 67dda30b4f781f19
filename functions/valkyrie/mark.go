package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	awsconfig "github.com/aws/aws-sdk-go-v2/config"

	"valkyrie/alerts/canary"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/dashboard"
)

func markCommand(p *program) cli.Command {
	return cli.Command{
		Name: "mark", Args: "[NAME] [flags]", Summary: "record a release; alerts about what fails soon after it name it",
		Examples: []string{
			"valkyrie mark v1.2.3",
			"valkyrie mark \"cart 4.1\" --at 10m --journey create-order",
			"valkyrie mark v1.2.3 --dashboard valkyrie --store \"dynamodb://valkyrie?region=eu-west-1\"",
			"valkyrie mark                                    # lists them",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			at := fs.String("at", "now", "`TIME` of it: RFC 3339, \"2026-11-22 03:00\", or how long ago, such as 10m")
			var journeys cli.Strings
			fs.Var(&journeys, "journey", "`NAME` of one that it can have touched; may be given several times; all unless given")
			board := fs.String("dashboard", "", "`NAME` of the CloudWatch dashboard to draw all releases on, in the table's region")
			db := p.storeFlags(fs)
			return func(ctx context.Context, args []string) error {
				if address, err := db.table(); *board != "" && address == "" && err == nil {
					return cli.Usage("--dashboard %s: expected a table in --store: a file's dashboard is the command history", *board)
				}
				if len(args) > 1 {
					return cli.Usage("unexpected argument %q: expected one name; put quotes around one with spaces", args[1])
				}
				for _, name := range journeys {
					if known := p.suite.Names(); !slices.Contains(known, name) {
						return cli.UnknownJourney(name, known)
					}
				}
				if len(args) == 0 {
					return p.listReleases(ctx, db, *board)
				}
				when, err := parseReleaseTime(*at, p.now(), time.Local)
				if err != nil {
					return cli.Usage("--at: %w", err)
				}
				return p.addRelease(ctx, db, incident.Release{Name: args[0], At: when, Journeys: journeys}, *board)
			}
		},
	}
}

// parseReleaseTime parses "now", a duration before now ("10m"), or a time that cli.ParseTime parses. A future time is an error.
func parseReleaseTime(s string, now time.Time, zone *time.Location) (time.Time, error) {
	const skew = time.Minute // between the clocks of two machines
	t := now
	if ago, err := time.ParseDuration(s); err == nil {
		t = now.Add(-ago)
	} else if t, err = cli.ParseTime(s, now, zone); err != nil {
		return t, err
	}
	if t.After(now.Add(skew)) {
		return t, fmt.Errorf("expected a time that has been, got %s: mark a release when it is out", t.In(zone).Format("2006-01-02 15:04 MST"))
	}
	return t.UTC().Truncate(time.Second), nil
}

// addRelease stores a release, and draws all on the dashboard; "": on none. An error there leaves the release stored.
func (p *program) addRelease(ctx context.Context, db *storeOptions, m incident.Release, board string) error {
	store, err := db.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := paging.PutRelease(ctx, store, m); err != nil {
		return cli.Exit(cli.ExitUsage, err)
	}
	fmt.Fprintf(p.stdout, "marked %s at %s\n", m.Name, m.At.Local().Format("2006-01-02 15:04:05 MST"))
	r, err := paging.LoadState(ctx, store)
	if err != nil {
		return err
	}
	return drawReleases(ctx, store, board, r.Releases)
}

// drawReleases draws the releases of a table on the dashboard of that name in its region; "": on none.
func drawReleases(ctx context.Context, store store, board string, releases []incident.Release) error {
	table, ok := store.(cloudTable)
	if board == "" || !ok {
		return nil
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithRegion(table.config.Region))
	if err != nil {
		return err
	}
	return dashboard.DrawReleases(ctx, cfg, board, releases)
}

func (p *program) listReleases(ctx context.Context, db *storeOptions, board string) error {
	store, err := db.openExisting(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	r, err := paging.LoadState(ctx, store)
	if err != nil {
		return err
	}
	if len(r.Releases) == 0 {
		fmt.Fprintln(p.stderr, "no release is marked")
	}
	for _, m := range r.Releases {
		fmt.Fprintln(p.stdout, strings.Join(releaseCells(m), "  "))
	}
	return drawReleases(ctx, store, board, r.Releases)
}

// releaseCells returns the cells of a release in a table: its time, its journeys and its name.
func releaseCells(m incident.Release) []string {
	journeys := "all"
	if len(m.Journeys) > 0 {
		journeys = strings.Join(m.Journeys, ", ")
	}
	return []string{m.At.UTC().Format("2006-01-02 15:04:05"), journeys, m.Name}
}

func canaryCommand(p *program) cli.Command {
	return cli.Command{
		Name: "canary", Args: "REGION --since TIME [flags]", Summary: "compare a region that has a new version with the others",
		Examples: []string{
			"valkyrie canary us-east-1 --since 10m --store \"dynamodb://valkyrie?region=eu-west-1\"",
		},
		Notes: []string{
			"It waits until each journey has had enough slots since the deployment, and exits with 0 if the region is not worse than the others, " +
				"with 1 if its runs fail, break, are missing or are slow more often than by chance, and with 3 if it cannot tell, as while the site " +
				"fails everywhere. \"make deploy CANARY=us\" deploys to one region first, asks this command, and goes on or rolls back.",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			since := fs.String("since", "", "`TIME` at which the deployment had ended: RFC 3339, or how long ago, such as 10m")
			slots := fs.Int("slots", 15, "`N` slots that each journey must have had; 5 to 100")
			wait := 30 * time.Minute
			fs.Var((*cli.Duration)(&wait), "wait", "`DURATION` to wait for them at most; a journey with longer intervals is judged by what it has")
			db := p.storeFlags(fs)
			return func(ctx context.Context, args []string) error {
				if len(args) != 1 || *since == "" {
					return cli.Usage("expected one region and --since, such as: valkyrie canary us-east-1 --since 10m")
				}
				if *slots < 5 || *slots > 100 {
					return cli.Usage("--slots %d: expected 5 to 100", *slots)
				}
				if least := time.Duration(*slots) * time.Minute; wait < least {
					return cli.Usage("--wait %s: expected at least %s, as a journey runs once a minute at most", cli.FormatDuration(wait), cli.FormatDuration(least))
				}
				from, err := parseReleaseTime(*since, p.now(), time.Local)
				if err != nil {
					return cli.Usage("--since: %w", err)
				}
				store, err := db.openExisting(ctx)
				if err != nil {
					return err
				}
				defer store.Close()
				t := canary.Trial{Region: args[0], Slots: *slots, Longest: wait / time.Duration(*slots)}
				return p.judgeCanary(ctx, store, t, from, p.now().Add(wait))
			}
		},
	}
}

// canaryInterval is the time between two looks at the runs.
const canaryInterval = 15 * time.Second

// judgeCanary waits for a verdict until a time, and reports it.
func (p *program) judgeCanary(ctx context.Context, store incident.RunLog, t canary.Trial, since, until time.Time) error {
	for {
		runs, err := store.Runs(ctx, incident.RunQuery{Since: since, Lean: true})
		if err != nil {
			return err
		}
		r := t.Judge(runs)
		if over := !p.now().Before(until); r.Conclusion == canary.Good || r.Conclusion == canary.Worse || over {
			if err := p.writeCanary(t, r); err != nil {
				return err
			}
			switch r.Conclusion {
			case canary.Good:
				return nil
			case canary.Worse:
				return cli.Silent(cli.ExitFailed)
			case canary.Waiting:
				return cli.Broken("too few runs since %s to judge %s: are the schedules enabled, there and elsewhere?", since.Format(time.RFC3339), t.Region)
			default:
				return cli.Exit(cli.ExitBroken, errors.New(strings.Join(r.Reasons, "; ")))
			}
		}
		fmt.Fprintf(p.stderr, "%s: %d runs since the deployment; waiting\n", r.Conclusion, len(runs))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(canaryInterval):
		}
	}
}

// writeCanary writes the counts of each journey, and the verdict.
func (p *program) writeCanary(t canary.Trial, r canary.Assessment) error {
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "journey\t%s\tbad\tslow\telsewhere\tbad\tslow\n", t.Region)
	for _, c := range r.Journeys {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\n", c.Journey, c.Canary.Runs, c.Canary.Bad, c.Canary.Slow, c.Other.Runs, c.Other.Bad, c.Other.Slow)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.stdout, "%s: %v\n", t.Region, r)
	return err
}
