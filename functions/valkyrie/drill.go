package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"valkyrie/alerts"
	"valkyrie/functions/valkyrie/cli"
)

func drillCommand(p *program) cli.Command {
	return cli.Command{
		Name: "drill", Args: "[flags]", Summary: "really call whoever is on call, say that it is a drill, and wait for the key",
		Examples: []string{"valkyrie drill", "valkyrie drill --to Grace", "valkyrie drill --store \"dynamodb://valkyrie?region=eu-west-1\""},
		Notes: []string{
			"Who does not acknowledge is followed by the next in the chain. A watch on the same store makes the calls; without one this " +
				"program does, with the same account and addresses as watch: see valkyrie watch -h. With --store the deployed pager makes " +
				"them, by the alerts.yaml that it was built with.",
			"exit code: 0 somebody acknowledged, 1 nobody did, 2 wrong usage or configuration, 3 our own environment is broken",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			d := drilling{program: p, told: map[string]string{}}
			to := fs.String("to", "", "`NAME` of who is called first; whoever is on call unless given")
			file := fs.String("alerts", defaultAlerts, "`FILE` of policy and on-call people")
			db := p.storeFlags(fs)
			pager := pagerFlag(fs)
			fs.StringVar(&d.listen, "listen", "127.0.0.1:0", "`ADDR` where the carrier's callbacks arrive, if no watch takes them")
			fs.StringVar(&d.answer, "answer", "press 4", "how the stand-in phone answers: `WORDS` such as \"busy, voicemail, press 4\"")
			return func(ctx context.Context, args []string) error {
				if err := cli.NoArguments(args); err != nil {
					return err
				}
				cfg, err := p.alertsConfig(*file)
				if err != nil {
					return err
				}
				d.deployed = *pager
				return d.run(ctx, cfg, db, *to)
			}
		},
	}
}

// A drilling is a drill being waited for.
type drilling struct {
	*program
	deployed           string // pager, to be woken; empty: by the name of the table
	db, listen, answer string
	within             time.Duration // how long others may take to begin; 0: as is usual for whoever it is
	store              store
	began              time.Time
	id                 string
	told               map[string]string // by page: what was said of it last
}

func (d *drilling) run(ctx context.Context, cfg alerts.Config, db *storage, to string) (err error) {
	if err := drillFlags(db); err != nil {
		return err
	}
	d.db = db.db
	if d.store, err = db.open(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.store.Close()) }()
	d.began = time.Now().UTC()
	if d.id, err = alerts.PutDrill(ctx, d.store, cfg.OnCall, to, d.began); err != nil {
		return cli.Exit(cli.ExitUsage, err)
	}
	defer func() { // interrupted, or broken: it must not go on without us
		kept := context.WithoutCancel(ctx)
		err = errors.Join(err, alerts.EndDrill(kept, d.store, d.id, "given up: "+fmt.Sprint(err), time.Now().UTC()))
		if ctx.Err() != nil {
			d.wake(kept, d.store, d.deployed, "drill, interrupted") // a phone that rings is to be hung up
		}
	}()
	d.wake(ctx, d.store, d.deployed, "drill")
	begun, err := d.begins(ctx)
	switch {
	case err != nil:
		return err
	case begun:
		fmt.Fprintln(d.stderr, d.caller()+" makes the calls")
		return d.finish(ctx)
	case d.inCloud():
		return cli.Broken("the deployed pager has begun no call within %v\nsee its log, and valkyrie doctor --deployment REGION", d.patience())
	}
	return d.call(ctx, cfg)
}

// call makes the calls in this program.
func (d *drilling) call(ctx context.Context, cfg alerts.Config) (err error) {
	c, hangUp, err := d.carrier(d.listen, d.answer)
	if err != nil {
		return err
	}
	defer hangUp()
	log := d.logger(slog.LevelWarn)
	s, err := openStation(ctx, d.db, cfg, c, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	paging, stop := context.WithCancel(ctx)
	var pager sync.WaitGroup
	pager.Go(func() { s.page(paging, nil, log) })
	defer func() { stop(); pager.Wait() }()
	return d.finish(ctx)
}

// await tells what becomes of the drill's calls until it has come so far.
func (d *drilling) await(ctx context.Context, far func(alerts.Record) bool) (alerts.Record, error) {
	for {
		records, err := incidents(ctx, d.store, d.began.Truncate(time.Second))
		if err != nil {
			return alerts.Record{}, errors.Join(ctx.Err(), err)
		}
		i := slices.IndexFunc(records, func(r alerts.Record) bool { return r.ID == d.id })
		if i >= 0 {
			d.tell(records[i])
			if far(records[i]) {
				return records[i], nil
			}
		}
		select {
		case <-ctx.Done():
			return alerts.Record{}, ctx.Err()
		case <-time.After(d.often()):
		}
	}
}

// tell says what is new of the calls.
func (d *drilling) tell(r alerts.Record) {
	for _, p := range r.Pages {
		said := ""
		switch {
		case p.State == alerts.Accepted && p.Key == "":
			said = fmt.Sprintf("%s is called at %s", p.Person, p.To)
		case p.State == alerts.Ended && p.Key != alerts.AckKey:
			said = fmt.Sprintf("%s: %s%s", p.Person, p.Result, cli.Prefixed(", ", p.Why))
		}
		if said != "" && d.told[p.ID] != said {
			d.told[p.ID] = said
			fmt.Fprintln(d.stderr, said)
		}
	}
}

// finish waits for the end of the drill, and for a moment for that of its last call.
func (d *drilling) finish(ctx context.Context) error {
	const moment = 15 * time.Second
	r, err := d.await(ctx, func(r alerts.Record) bool { return r.State == alerts.Resolved })
	if err == nil {
		ending, cancel := context.WithTimeout(ctx, moment)
		defer cancel()
		silent := func(r alerts.Record) bool { return !slices.ContainsFunc(r.Pages, alerts.Page.Live) }
		if last, late := d.await(ending, silent); late == nil {
			r = last
		}
	}
	return d.end(r, err)
}

// end says how the drill went.
func (d *drilling) end(r alerts.Record, err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return cli.Broken("the drill was interrupted")
	case err != nil:
		return err
	case r.AckedBy == "":
		return cli.Exit(cli.ExitFailed, fmt.Errorf("the drill has failed: %s", r.Closing))
	}
	var first []string
	for _, p := range r.Pages {
		if p.Person != r.AckedBy {
			first = append(first, fmt.Sprintf("%s: %s", p.Person, p.Result))
		}
		ring, _ := p.ToRing()
		if key, ok := p.ToKey(); ok && p.Person == r.AckedBy {
			fmt.Fprintf(d.stdout, "%s acknowledged: the phone rang after %s, and the key came %s later%s\n", r.AckedBy, ring.Round(time.Millisecond*100), key.Round(time.Millisecond*100),
				cli.Prefixed("; not so ", strings.Join(first, ", ")))
		}
	}
	return nil
}
