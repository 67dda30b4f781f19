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
	"valkyrie/alerts/phrase"
	"valkyrie/functions/valkyrie/cli"
)

// allJourneys is the name that mutes every journey.
const allJourneys = "all"

func muteCommand(p *program) cli.Command {
	return cli.Command{
		Name: "mute", Args: "[JOURNEY|TITLE] [flags]", Summary: "suppress the alerts of a journey or batch for a while; without one, list the mutes",
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
				name, err := p.mutable(*file, args)
				if err != nil {
					return err
				}
				if *by, err = p.personNamed(*file, *by); err != nil {
					return err
				}
				now := p.now()
				until, err := cli.ParseUntil(*lasts, now, time.Local)
				if err != nil || !until.After(now) || until.Sub(now) > longest {
					return cli.Usage("--for %s: expected a duration over 0 and up to 7d, such as 90m, or a time within 7 days, such as 18:00 or \"monday 09:00\"", *lasts)
				}
				m := incident.Mute{Journey: name, Until: until.UTC().Truncate(time.Second), By: *by}
				if m.Journey == allJourneys {
					m.Journey = ""
				}
				if *end {
					return p.unmute(ctx, db, m.Journey)
				}
				return p.mute(ctx, db, m)
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

// personNamed returns a person's name as the on-call file has it, and refuses one that is not there. A file that cannot be read
// is no reason to refuse a mute.
func (p *program) personNamed(file, name string) (string, error) {
	cfg, _, err := p.readAlerts(file)
	if err != nil || name == "" {
		return name, nil
	}
	if who, ok := cfg.OnCall.FindPerson(name); ok {
		return who.Name, nil
	}
	var all []string
	for _, who := range cfg.OnCall.People {
		all = append(all, who.Name)
	}
	return "", cli.Unknown("person", name, all)
}

// mutable returns the name of the journey or batch that the arguments name, or give the title of. The on-call file is read only
// for a name that is no journey's, so that a file with a fault does not prevent muting a journey.
func (p *program) mutable(file string, args []string) (string, error) {
	titles := p.suite.Titles()
	known := append(p.suite.Names(), allJourneys)
	find := func() (string, bool) {
		if len(args) == 1 && slices.Contains(known, args[0]) {
			return args[0], true
		}
		for _, name := range known {
			if given := phrase.Title(strings.Join(args, " ")); titles[name] != "" && strings.EqualFold(phrase.Title(titles[name]), given) {
				return name, true
			}
		}
		return "", false
	}
	if name, ok := find(); ok {
		return name, nil
	}
	cfg, _, err := p.readAlerts(file)
	if err != nil && len(args) == 1 {
		return "", err
	}
	for _, h := range cfg.Judge.Heartbeats {
		titles[h.Name] = h.Title
	}
	known = append(cfg.Judge.Names(p.suite.Names()), allJourneys)
	if name, ok := find(); ok {
		return name, nil
	}
	if len(args) != 1 {
		return "", cli.Usage("expected one journey or batch to mute, got %d; there are: %s", len(args), strings.Join(known, ", "))
	}
	return "", cli.Unknown("journey or batch", args[0], known)
}

// mute stores a mute, and prints until when it lasts.
func (p *program) mute(ctx context.Context, db *storeOptions, m incident.Mute) error {
	store, err := db.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	inForce, err := paging.PutMute(ctx, store, m, p.now().UTC())
	if err != nil {
		return err
	}
	if !inForce.Equal(m) {
		fmt.Fprintf(p.stderr, "%s has muted %s for longer, and that stays; to end it: valkyrie mute %s --end\n", cmp.Or(inForce.By, "another person"), m.Subject(), cmp.Or(m.Journey, allJourneys))
	}
	fmt.Fprintf(p.stdout, "%s is muted until %s: it pages nobody\n", m.Subject(), inForce.Until.Local().Format("Mon 2 Jan 15:04:05 MST"))
	return nil
}

// unmute ends the mute of a journey, or that of all, and prints the mutes that remain.
func (p *program) unmute(ctx context.Context, db *storeOptions, journey string) error {
	store, err := db.openExisting(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	now := p.now().UTC()
	route, err := paging.LoadState(ctx, store)
	if err != nil {
		return err
	}
	ended := incident.Mute{Journey: journey, Until: now}
	for _, m := range route.Mutes {
		if m.Journey == journey && m.Until.After(now) {
			ended.By = m.By // who is notified
			if _, err := paging.PutMute(ctx, store, ended, now); err != nil {
				return err
			}
			fmt.Fprintf(p.stdout, "the mute of %s is over\n", ended.Subject())
			route.Mutes = slices.DeleteFunc(route.Mutes, func(m incident.Mute) bool { return m.Journey == journey })
			return p.stillMuted(route, journey, now)
		}
	}
	fmt.Fprintf(p.stdout, "there is no mute of %s\n", ended.Subject())
	return p.stillMuted(route, journey, now)
}

// stillMuted prints the mutes in force after the end of one. That the journey is still muted by the mute of all is an error.
func (p *program) stillMuted(route paging.NotificationState, journey string, now time.Time) error {
	lines := muteLines(route, now)
	if journey == "" {
		for _, line := range lines {
			fmt.Fprintln(p.stdout, line)
		}
		return nil
	}
	for _, m := range route.Mutes {
		if m.Journey == "" && m.Until.After(now) {
			return cli.Usage("%s is muted still, as everything is until %s; to end that: valkyrie mute %s --end", journey, m.Until.Local().Format("Mon 2 Jan 15:04:05 MST"), allJourneys)
		}
	}
	return nil
}
