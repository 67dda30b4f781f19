package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"valkyrie/alerts/config"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/phrase"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/events"
)

func oncallCommand(p *program) cli.Command {
	return cli.Command{
		Name: "oncall", Args: "[override] [flags]", Summary: "show who is called at a time, and who next; or put another person on duty",
		Examples: []string{
			"valkyrie oncall",
			"valkyrie oncall --at \"sunday 03:00\" --zone Europe/Berlin",
			"valkyrie oncall override --who Grace --from \"2026-12-24 09:00\" --to \"2026-12-27 09:00\"",
			"valkyrie oncall override --remove --from \"2026-12-25 12:00\"    # the one in force at that time",
		},
		Notes: []string{"Times are in the zone of --zone; those of an override are in the zone of its rotation unless --zone is given."},
		Flags: func(fs *flag.FlagSet) cli.Run {
			c := oncallOptions{program: p}
			fs.StringVar(&c.at, "at", "now", "`TIME` to answer for: \"sunday 03:00\", \"2026-11-22 03:00\", RFC 3339")
			fs.StringVar(&c.zone, "zone", "", "`NAME` of the time zone of the times given; the machine's own unless given")
			fs.StringVar(&c.alerts, "alerts", defaultAlerts, "`FILE` of policy and on-call people")
			c.db = p.storeFlags(fs)
			fs.StringVar(&c.who, "who", "", "override: `NAME` of the person on duty instead")
			fs.StringVar(&c.from, "from", "", "override: `TIME` from when")
			fs.StringVar(&c.to, "to", "", "override: `TIME` until when")
			fs.StringVar(&c.rotation, "rotation", "", "override: `NAME` of the rotation, if there are several")
			fs.BoolVar(&c.remove, "remove", false, "override: end the one in force at --from")
			return c.run
		},
	}
}

// oncallOptions are the flags of oncall.
type oncallOptions struct {
	*program
	db                      *storeOptions // of the overrides
	at, zone, alerts        string
	who, from, to, rotation string
	remove                  bool
}

func (c *oncallOptions) run(ctx context.Context, args []string) error {
	cfg, _, err := c.readAlerts(c.alerts)
	if err != nil {
		return err
	}
	switch {
	case len(args) == 0:
		return c.print(ctx, cfg)
	case len(args) > 1 || args[0] != "override":
		return cli.Usage("unexpected argument %q: expected override, or nothing", args[0])
	}
	return c.override(ctx, cfg.OnCall)
}

// location returns the zone of --zone.
func (c *oncallOptions) location(otherwise *time.Location) (*time.Location, error) {
	if c.zone == "" {
		return otherwise, nil
	}
	z, err := oncall.ParseZone(c.zone)
	if err != nil {
		return nil, cli.Usage("--zone: %w", err)
	}
	return z.Location(), nil
}

// print prints the escalation at the time of --at, the mutes, and the machines that are notified too.
func (c *oncallOptions) print(ctx context.Context, cfg config.Config) error {
	zone, err := c.location(time.Local)
	if err != nil {
		return err
	}
	at, err := cli.ParseTime(c.at, c.now(), zone)
	if err != nil {
		return cli.Usage("--at: %w", err)
	}
	o, also, err := c.fromStore(ctx, cfg)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s\n", at.In(zone).Format("Monday 2 January 2006, 15:04 MST"))
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	for i, turn := range o.EscalationAt(at) {
		who := turn.Person
		fmt.Fprintf(w, "%d.\t%s\t%s\t%s\t%s\n", i+1, who.Name, who.Phone, at.In(who.Zone.Location()).Format("Mon 15:04 MST"), reason(i, turn))
	}
	fmt.Fprintf(w, "then again after %s, until somebody acknowledges\n", cli.FormatDuration(o.RepeatAfter))
	if err := w.Flush(); err != nil {
		return err
	}
	for _, line := range append(maintenanceLines(o, at, zone), also...) {
		fmt.Fprintln(c.stdout, line)
	}
	return nil
}

// maintenanceLines describes the maintenance windows that are open, in which no page is sent.
func maintenanceLines(o oncall.OnCall, at time.Time, zone *time.Location) (lines []string) {
	for _, m := range o.Maintenance {
		if end, open := m.ActiveUntil(at); open {
			about := "any journey"
			if len(m.Journeys) > 0 {
				about = phrase.List(m.Journeys)
			}
			lines = append(lines, fmt.Sprintf("maintenance until %s: no calls or texts about %s", end.In(zone).Format("Mon 2 Jan 15:04"), about))
		}
	}
	return lines
}

// reason explains why a person is called at this point of the escalation, and when.
func reason(i int, t oncall.ResolvedStep) string {
	s := "if nobody has acknowledged"
	switch {
	case i == 0:
		s = "at once"
	case t.Step.After > 0:
		s += fmt.Sprintf(", %s later at the earliest", cli.FormatDuration(t.Step.After))
	}
	if t.Step.Call != t.Person.Name {
		s += fmt.Sprintf("; %s until %s there", t.Step.Call, t.Duty.Until.In(t.Person.Zone.Location()).Format("Mon 2 Jan 15:04"))
	}
	return s
}

// fromStore applies the overrides of the store, if there is one, to those of the file, and describes the mutes and pauses of the store and
// the receivers of incidents.
func (c *oncallOptions) fromStore(ctx context.Context, cfg config.Config) (with oncall.OnCall, also []string, err error) {
	if c.db.missing() {
		return cfg.OnCall, nil, nil
	}
	store, err := c.db.openExisting(ctx)
	if err != nil {
		return cfg.OnCall, nil, err
	}
	defer store.Close()
	route, err := paging.LoadState(ctx, store)
	if err != nil {
		return cfg.OnCall, nil, err
	}
	also = append(muteLines(route, c.now()), pauseLines(route, c.now())...)
	backlogs, err := events.Backlogs(ctx, store, cfg.Subscribers)
	for _, b := range backlogs {
		name, _, _ := strings.Cut(b.Receiver, "#")
		line := "incidents also go to " + name
		if b.Events > 0 {
			line += fmt.Sprintf("; events that it has not taken since %s: %d", cli.FormatMinute(b.Since), b.Events)
		}
		also = append(also, line)
	}
	return cfg.OnCall.With(route.Overrides), also, err
}

// override adds an override of a rotation, or removes one.
func (c *oncallOptions) override(ctx context.Context, o oncall.OnCall) error {
	rotation, err := c.chosenRotation(o)
	if err != nil {
		return err
	}
	zone, err := c.location(rotation.Zone.Location())
	if err != nil {
		return err
	}
	now := c.now()
	from, err := cli.ParseTime(c.from, now, zone)
	if err != nil {
		return cli.Usage("--from: %w", err)
	}
	store, err := c.db.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	if c.remove {
		v, found, err := paging.DropOverride(ctx, store, o, rotation.Name, from)
		if err == nil && !found {
			err = cli.Usage("there is no override of %s at %s; those in the file are ended there", rotation.Name, from.Format(time.RFC3339))
		}
		if err == nil {
			fmt.Fprintf(c.stdout, "%s no longer has %s from %v to %v\n", v.Who, rotation.Name, v.From, v.To)
		}
		return err
	}
	to, err := cli.ParseTime(cmp.Or(c.to, "missing"), now, zone)
	if err != nil {
		return cli.Usage("--to: %w", err)
	}
	v := oncall.Override{Rotation: rotation.Name, Who: c.who, From: oncall.ExactTime(from.Truncate(time.Second)), To: oncall.ExactTime(to)}
	if err := paging.PutOverride(ctx, store, o, v, now); err != nil {
		return cli.Exit(cli.ExitUsage, err)
	}
	fmt.Fprintf(c.stdout, "%s has %s from %v to %v\n", v.Who, v.Rotation, v.From, v.To)
	return nil
}

// chosenRotation returns the rotation that --rotation names, or the only one.
func (c *oncallOptions) chosenRotation(o oncall.OnCall) (oncall.Rotation, error) {
	for _, r := range o.Rotations {
		if r.Name == c.rotation || c.rotation == "" && len(o.Rotations) == 1 {
			return r, nil
		}
	}
	var all []string
	for _, r := range o.Rotations {
		all = append(all, r.Name)
	}
	if len(all) == 0 {
		return oncall.Rotation{}, cli.Usage("there is no rotation in %s to override; write one under on_call.rotations", c.alerts)
	}
	return oncall.Rotation{}, cli.Usage("--rotation %q: expected one of %q, the rotations in %s", c.rotation, all, c.alerts)
}

func vcardCommand(p *program) cli.Command {
	return cli.Command{
		Name: "vcard", Args: "[flags]", Summary: "write a contact for the caller's number, to give it a ringtone of its own",
		Examples: []string{"valkyrie vcard > valkyrie.vcf"},
		Notes: []string{
			"Send the file to your phone and open it there. Give the contact a ringtone (the Ride of the Valkyries), and let it " +
				"through \"do not disturb\": on an iPhone as an emergency bypass of the contact, on Android by starring it.",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			path := fs.String("alerts", defaultAlerts, "`FILE` of policy and on-call people")
			return func(_ context.Context, args []string) error {
				if err := cli.NoArguments(args); err != nil {
					return err
				}
				cfg, _, err := p.readAlerts(*path)
				if err != nil {
					return err
				}
				_, err = fmt.Fprint(p.stdout, message.VCard(cfg.Phone.From))
				return err
			}
		},
	}
}
