package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/functions/valkyrie/cli"
)

// allJourneys is the name that mutes every journey.
const allJourneys = "all"

func muteCommand(p *program) cli.Command {
	return cli.Command{
		Name: "mute", Args: "[JOURNEY] [flags]", Summary: "suppress the alerts of a journey or batch for a while; without one, list the mutes",
		Examples: []string{"valkyrie mute", "valkyrie mute print-card --for 1h --by Ada", "valkyrie mute all --for 20m", "valkyrie mute print-card --end"},
		Flags: func(fs *flag.FlagSet) cli.Run {
			lasts := fs.String("for", "1h", "`DURATION` until it ends by itself, such as 90m or 2d, or the TIME; at most 7d")
			by := fs.String("by", "", "`NAME` of who mutes, and is notified when it ends; the first on call unless given")
			end := fs.Bool("end", false, "end it now")
			file := fs.String("alerts", defaultAlerts, "`FILE` of policy and on-call people, which names the batches")
			db := p.storeFlags(fs)
			return func(ctx context.Context, args []string) error {
				const longest = 7 * 24 * time.Hour
				if len(args) == 0 {
					return p.listMutes(ctx, db)
				}
				known, err := p.mutableNames(*file, args)
				if err != nil {
					return err
				}
				if len(args) != 1 {
					return cli.Usage("expected one journey or batch to mute, got %d; there are: %s", len(args), strings.Join(known, ", "))
				}
				if !slices.Contains(known, args[0]) {
					return cli.Unknown("journey or batch", args[0], known)
				}
				if err := p.checkPerson(*file, *by); err != nil {
					return err
				}
				now := p.now()
				until, err := cli.ParseUntil(*lasts, now, time.Local)
				if err != nil || !until.After(now) || until.Sub(now) > longest {
					return cli.Usage("--for %s: expected a duration over 0 and up to 7d, such as 90m, or a time within 7 days, such as 18:00 or \"monday 09:00\"", *lasts)
				}
				m := incident.Mute{Journey: args[0], Until: until.UTC().Truncate(time.Second), By: *by}
				if m.Journey == allJourneys {
					m.Journey = ""
				}
				if *end {
					m.Until = now.UTC()
				}
				return p.mute(ctx, db, args[0], m)
			}
		},
	}
}

// listMutes prints the mutes in force.
func (p *program) listMutes(ctx context.Context, db *storeOptions) error {
	store, err := db.openExisting(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	route, err := paging.LoadState(ctx, store)
	if err != nil {
		return err
	}
	if lines := muteLines(route, p.now()); len(lines) > 0 {
		fmt.Fprintln(p.stdout, strings.Join(lines, "\n"))
		return nil
	}
	fmt.Fprintln(p.stderr, "nothing is muted")
	return nil
}

// muteLines describes the mutes in force, one per line.
func muteLines(route paging.NotificationState, now time.Time) []string {
	var lines []string
	for _, m := range route.Mutes {
		if m.Until.After(now) {
			lines = append(lines, fmt.Sprintf("%s is muted until %s%s", m.Subject(), m.Until.Local().Format("Mon 2 Jan 15:04:05 MST"), cli.Prefixed(", by ", m.By)))
		}
	}
	return lines
}

// checkPerson refuses a name that is not in the on-call file. A file that cannot be read is no reason to refuse a mute.
func (p *program) checkPerson(file, name string) error {
	cfg, _, err := p.readAlerts(file)
	if err != nil || name == "" {
		return nil
	}
	var all []string
	for _, who := range cfg.OnCall.People {
		all = append(all, who.Name)
	}
	if !slices.Contains(all, name) {
		return cli.Unknown("person", name, all)
	}
	return nil
}

// mutableNames lists what can be muted. The on-call file is read only for a name that is no journey, so that a file with a
// fault does not prevent muting a journey.
func (p *program) mutableNames(file string, args []string) ([]string, error) {
	known := append(p.suite.Names(), allJourneys)
	if len(args) != 1 || slices.Contains(known, args[0]) {
		return known, nil
	}
	cfg, _, err := p.readAlerts(file)
	return append(cfg.Judge.Names(p.suite.Names()), allJourneys), err
}

// mute stores a mute, or its end, and prints which.
func (p *program) mute(ctx context.Context, db *storeOptions, what string, m incident.Mute) error {
	store, err := db.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	inForce, err := paging.PutMute(ctx, store, m, p.now().UTC())
	if err != nil {
		return err
	}
	if !m.Until.After(p.now()) {
		fmt.Fprintf(p.stdout, "%s is no longer muted\n", what)
		return nil
	}
	if !inForce.Equal(m) {
		fmt.Fprintf(p.stderr, "%s has muted %s for longer, and that stays; to end it: valkyrie mute %s --end\n", cmp.Or(inForce.By, "another person"), what, what)
	}
	fmt.Fprintf(p.stdout, "nobody is told about %s until %s\n", what, inForce.Until.Local().Format("Mon 2 Jan 15:04:05 MST"))
	return nil
}
