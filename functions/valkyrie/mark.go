package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/functions/valkyrie/cli"
)

func markCommand(p *program) cli.Command {
	return cli.Command{
		Name: "mark", Args: "[NAME] [flags]", Summary: "record a release; alerts about what fails soon after it name it",
		Examples: []string{
			"valkyrie mark v1.2.3",
			"valkyrie mark \"cart 4.1\" --at 10m --journey create-order",
			"valkyrie mark                                    # lists them",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			at := fs.String("at", "now", "`TIME` of it: RFC 3339, \"2026-11-22 03:00\", or how long ago, such as 10m")
			var journeys cli.Strings
			fs.Var(&journeys, "journey", "`NAME` of one that it can have touched; may be given several times; all unless given")
			db := p.storeFlags(fs)
			return func(ctx context.Context, args []string) error {
				if len(args) > 1 {
					return cli.Usage("unexpected argument %q: expected one name; put quotes around one with spaces", args[1])
				}
				for _, name := range journeys {
					if known := p.suite.Names(); !slices.Contains(known, name) {
						return cli.UnknownJourney(name, known)
					}
				}
				if len(args) == 0 {
					return p.listReleases(ctx, db)
				}
				when, err := parseReleaseTime(*at, p.now(), time.Local)
				if err != nil {
					return cli.Usage("--at: %w", err)
				}
				return p.addRelease(ctx, db, incident.Release{Name: args[0], At: when, Journeys: journeys})
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

func (p *program) addRelease(ctx context.Context, db *storeOptions, m incident.Release) error {
	store, err := db.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := paging.PutRelease(ctx, store, m); err != nil {
		return cli.Exit(cli.ExitUsage, err)
	}
	fmt.Fprintf(p.stdout, "marked %s at %s\n", m.Name, m.At.Local().Format("2006-01-02 15:04:05 MST"))
	return nil
}

func (p *program) listReleases(ctx context.Context, db *storeOptions) error {
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
		writeRelease(p.stdout, m, "  ", "\n")
	}
	return nil
}

// writeRelease writes a release as a table row with the given separators.
func writeRelease(w io.Writer, m incident.Release, separator, end string) {
	journeys := "all"
	if len(m.Journeys) > 0 {
		journeys = strings.Join(m.Journeys, ", ")
	}
	fmt.Fprint(w, m.At.UTC().Format("2006-01-02 15:04:05"), separator, journeys, separator, m.Name, end)
}
