package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"valkyrie/alerts"
	"valkyrie/probes"
)

var replayCommand = command{
	name: "replay", args: "--policy FILE [flags]", summary: "judge the stored history again under another policy, and tell what would have been different",
	examples: []string{"valkyrie replay --policy alerts/alerts.yaml", "valkyrie replay --policy stricter.yaml --since 30d --db valkyrie.db"},
	notes: []string{
		"FILE is a whole alerts.yaml; only its part \"judge\" and its severities matter. All of the history is judged, so that trends are known;\n" +
			"what is told began, or ended, within --since. Heartbeats are not replayed, and no mute or maintenance counts. Nobody is called.",
	},
	flags: func(p *program, fs *flag.FlagSet) func(context.Context, []string) error {
		policy := fs.String("policy", defaultAlerts, "`FILE` of the policy to try")
		db := p.storeFlags(fs)
		since := ago("30d")
		fs.Var(&since, "since", "`TIME` to look back to: 24h, 7d or 2w ago, yesterday, 2026-11-01")
		return func(ctx context.Context, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			cfg, err := readPolicy(*policy)
			if err != nil {
				return err
			}
			store, err := db.openExisting(ctx)
			if err != nil {
				return err
			}
			defer store.Close()
			return p.replay(ctx, store, cfg, *policy, since.at)
		}
	},
}

func readPolicy(path string) (alerts.Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return alerts.Config{}, usageError("the policy cannot be read: %w\nname it with --policy", err)
	}
	cfg, err := alerts.Parse(path, text, probes.Names())
	if err != nil {
		return cfg, exitError{exitUsage, err}
	}
	return cfg, nil
}

// replay judges the history and tells how the outcome differs from what was.
func (p *program) replay(ctx context.Context, store alerts.Store, policy alerts.Config, name string, since time.Time) error {
	began := time.Now()
	r := alerts.NewReplay(policy.Judge, policy.OnCall, titles())
	if err := feed(ctx, store, r, alerts.RunQuery{Since: began.Add(-kept), Until: began}); err != nil {
		return err
	}
	was, err := incidents(ctx, store, since)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stderr, "judged %d runs in %v\n", r.Runs, time.Since(began).Round(time.Millisecond))
	return p.tellDifferences(alerts.Compare(r.Verdicts(since), was), name)
}

// titles are those of the journeys, by name.
func titles() map[string]string {
	all := map[string]string{}
	for _, make := range probes.All {
		j := make()
		all[j.Name] = j.Title
	}
	return all
}

func (p *program) tellDifferences(all []alerts.Difference, policy string) error {
	const stamp = "2006-01-02 15:04"
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\tOPENED (UTC)\tJOURNEY\tKIND\tLASTED\tWOULD HAVE\tDID\tWHY")
	var sum tally
	for _, d := range all {
		i := d.Incident()
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", sum.mark(d), i.Opened.UTC().Format(stamp), i.Journey, i.Kind, lasted(i), wouldHave(d.Would), did(d.Was), i.Reason)
	}
	if len(all) == 0 {
		fmt.Fprintln(p.stderr, "no incidents, neither then nor under this policy")
		return nil
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "\nunder %s: %d added (+), %d gone (-), %d the same (=); alarms that ring: %d, and %d did; texts: %d, and %d did\n",
		policy, sum.added, sum.gone, sum.same, sum.calls, sum.called, sum.texts, sum.texted)
	return nil
}

// A tally sums up the differences.
type tally struct {
	added, gone, same            int
	calls, texts, called, texted int // incidents' alarms that would have been, and incidents about which people were told
}

// mark counts a difference, and returns its sign.
func (t *tally) mark(d alerts.Difference) string {
	if d.Would != nil {
		calls, texts := d.Would.Calls()
		t.calls, t.texts = t.calls+calls, t.texts+texts
	}
	switch did(d.Was) {
	case "rung":
		t.called++
	case "texted":
		t.texted++
	}
	switch {
	case d.Was == nil:
		t.added++
		return "+"
	case d.Would == nil:
		t.gone++
		return "-"
	}
	t.same++
	return "="
}

func lasted(i alerts.Incident) string {
	if i.State != alerts.Resolved {
		return "is open"
	}
	return i.ResolvedAt.Sub(i.Since).Round(time.Second).String()
}

// wouldHave says what the policy would have done about an incident: "rung 2x 03:02".
func wouldHave(v *alerts.Verdict) string {
	if v == nil {
		return "-"
	}
	if len(v.Alarms) == 0 {
		return "kept"
	}
	calls, texts := v.Calls()
	said := ""
	for _, s := range []struct {
		n    int
		word string
	}{{texts, "texted"}, {calls, "rung"}} {
		if s.n > 1 {
			said += fmt.Sprintf("%s %d times ", s.word, s.n)
		} else if s.n == 1 {
			said += s.word + " "
		}
	}
	return said + v.Alarms[0].At.UTC().Format("15:04")
}

// did says what was done about an incident.
func did(r *alerts.Record) string {
	said := "-"
	if r == nil {
		return said
	}
	for _, page := range r.Pages {
		switch {
		case page.Purpose != alerts.Alarm:
		case page.Channel == alerts.Call:
			return "rung"
		default:
			said = "texted"
		}
	}
	return said
}
