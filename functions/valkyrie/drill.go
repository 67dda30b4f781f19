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

	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/functions/valkyrie/cli"
)

func drillCommand(p *program) cli.Command {
	return cli.Command{
		Name: "drill", Args: "[flags]", Summary: "really call whoever is on call, say that it is a drill, and wait for the key",
		Examples: []string{"valkyrie drill", "valkyrie drill --to Grace", "valkyrie drill --store \"dynamodb://valkyrie?region=eu-west-1\""},
		Notes: []string{
			"A person who does not acknowledge is followed by the next in the escalation. A watch on the same store makes the calls; without one this " +
				"program does, with the same account and addresses as watch: see valkyrie watch -h. With --store the deployed pager makes " +
				"them, by the alerts.yaml that it was built with.",
			"exit code: 0 somebody acknowledged, 1 nobody did, 2 wrong usage or configuration, 3 our own environment is broken",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			d := drill{program: p, printed: map[string]string{}}
			to := fs.String("to", "", "`NAME` of who is called first; whoever is on call unless given")
			file := fs.String("alerts", defaultAlerts, "`FILE` of policy and on-call people")
			db := p.storeFlags(fs)
			pager := pagerFlag(fs)
			fs.StringVar(&d.listen, "listen", "127.0.0.1:0", "`ADDR` where the provider's callbacks arrive, if no watch takes them")
			fs.StringVar(&d.answer, "answer", "press 4", "how the stand-in phone answers: `WORDS` such as \"busy, voicemail, press 4\"")
			return func(ctx context.Context, args []string) error {
				if err := cli.NoArguments(args); err != nil {
					return err
				}
				cfg, err := p.alertsConfig(*file)
				if err != nil {
					return err
				}
				d.pager = *pager
				return d.run(ctx, cfg, db, *to)
			}
		},
	}
}

// A drill is a drill incident that this program opens, and whose calls it or another pager makes.
type drill struct {
	*program
	pager              string // name of the deployed pager; empty: derived from the table's name
	db, listen, answer string
	timeout            time.Duration // until another pager must have begun; 0: the default for that pager
	store              store
	began              time.Time
	id                 string            // of the incident
	printed            map[string]string // last status printed, by page
}

// run opens the drill, has it called, and waits for its end. An interrupted drill is ended, so that no pager continues it.
func (d *drill) run(ctx context.Context, cfg config.Config, db *storeOptions, to string) (err error) {
	if err := checkDrillFlags(db); err != nil {
		return err
	}
	d.db = db.db
	if d.store, err = db.open(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.store.Close()) }()
	d.began = time.Now().UTC()
	if d.id, err = paging.PutDrill(ctx, d.store, cfg.OnCall, to, d.began); err != nil {
		return cli.Exit(cli.ExitUsage, err)
	}
	defer func() {
		uncancelled := context.WithoutCancel(ctx)
		err = errors.Join(err, paging.EndDrill(uncancelled, d.store, d.id, "given up: "+fmt.Sprint(err), time.Now().UTC()))
		if ctx.Err() != nil {
			d.wakePager(uncancelled, d.store, d.pager, "drill, interrupted") // it hangs up a phone that still rings
		}
	}()
	d.wakePager(ctx, d.store, d.pager, "drill")
	begun, err := d.awaitPager(ctx)
	switch {
	case err != nil:
		return err
	case begun:
		pager := "a watch on the same store"
		if d.deployed() {
			pager = "the deployed pager"
		}
		fmt.Fprintln(d.stderr, pager+" makes the calls")
		return d.awaitEnd(ctx)
	case d.deployed():
		return cli.Broken("the deployed pager has begun no call within %v\nsee its log, and valkyrie doctor --deployment REGION", d.pagerTimeout())
	}
	return d.callHere(ctx, cfg)
}

// checkDrillFlags refuses flags for calls of this program when the deployed pager makes them.
func checkDrillFlags(db *storeOptions) error {
	address, err := db.table()
	if err != nil || address == "" {
		return err
	}
	if name := cli.FirstGiven(db.flags, "answer", "listen"); name != "" {
		return cli.Usage("--%s: expected no such flag with --store, as the deployed pager makes the calls, and real phones ring", name)
	}
	return nil
}

// deployed reports whether a deployed pager makes the calls, in which case this program never does.
func (d *drill) deployed() bool {
	_, ok := d.store.(cloudTable)
	return ok
}

// pagerTimeout returns how long another pager may take to begin. A watch on the same file polls each second, a deployed pager
// each minute when waking it fails.
func (d *drill) pagerTimeout() time.Duration {
	switch {
	case d.timeout > 0:
		return d.timeout
	case d.deployed():
		return 150 * time.Second
	}
	return 3 * time.Second
}

// awaitPager waits until another pager has begun to call, or ended the drill; false: none did in time.
func (d *drill) awaitPager(ctx context.Context) (bool, error) {
	waiting, cancel := context.WithTimeout(ctx, d.pagerTimeout())
	defer cancel()
	_, err := d.await(waiting, func(r incident.Record) bool { return r.Begun() || r.State == incident.Resolved })
	switch {
	case ctx.Err() != nil:
		return false, cli.Broken("the drill was interrupted")
	case errors.Is(err, context.DeadlineExceeded):
		return false, nil
	}
	return err == nil, err
}

// callHere makes the calls in this program.
func (d *drill) callHere(ctx context.Context, cfg config.Config) (err error) {
	c, hangUp, err := d.provider(d.listen, d.answer)
	if err != nil {
		return err
	}
	defer hangUp()
	log := d.logger(slog.LevelWarn)
	s, err := openServices(ctx, d.db, d.suite, cfg, c, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	paging, stop := context.WithCancel(ctx)
	var pager sync.WaitGroup
	pager.Go(func() { s.runPager(paging, nil, log) })
	defer func() { stop(); pager.Wait() }()
	return d.awaitEnd(ctx)
}

// await polls the drill's incident until done, and prints the progress of its calls.
func (d *drill) await(ctx context.Context, done func(incident.Record) bool) (incident.Record, error) {
	interval := 200 * time.Millisecond
	if d.deployed() {
		interval = time.Second // each read of a table costs money
	}
	for {
		records, err := loadIncidents(ctx, d.store, d.began.Truncate(time.Second))
		if err != nil {
			return incident.Record{}, errors.Join(ctx.Err(), err)
		}
		i := slices.IndexFunc(records, func(r incident.Record) bool { return r.ID == d.id })
		if i >= 0 {
			d.printProgress(records[i])
			if done(records[i]) {
				return records[i], nil
			}
		}
		select {
		case <-ctx.Done():
			return incident.Record{}, ctx.Err()
		case <-time.After(interval):
		}
	}
}

// printProgress prints the status of each call that has changed.
func (d *drill) printProgress(r incident.Record) {
	for _, p := range r.Pages {
		status := ""
		switch {
		case p.State == incident.Accepted && p.Key == "":
			status = fmt.Sprintf("%s is called at %s", p.Person, p.To)
		case p.State == incident.Ended && p.Key != paging.AckKey:
			status = fmt.Sprintf("%s: %s%s", p.Person, p.Result, cli.Prefixed(", ", p.Why))
		}
		if status != "" && d.printed[p.ID] != status {
			d.printed[p.ID] = status
			fmt.Fprintln(d.stderr, status)
		}
	}
}

// awaitEnd waits for the end of the drill, and a little longer for the end of its last call.
func (d *drill) awaitEnd(ctx context.Context) error {
	const lastCall = 15 * time.Second
	r, err := d.await(ctx, func(r incident.Record) bool { return r.State == incident.Resolved })
	if err == nil {
		ending, cancel := context.WithTimeout(ctx, lastCall)
		defer cancel()
		silent := func(r incident.Record) bool { return !slices.ContainsFunc(r.Pages, incident.Page.Live) }
		if last, late := d.await(ending, silent); late == nil {
			r = last
		}
	}
	return d.printResult(r, err)
}

// printResult prints who acknowledged, and how fast. Without an acknowledgement the drill has failed.
func (d *drill) printResult(r incident.Record, err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return cli.Broken("the drill was interrupted")
	case err != nil:
		return err
	case r.AckedBy == "":
		return cli.Exit(cli.ExitFailed, fmt.Errorf("the drill has failed: %s", r.Closing))
	}
	var others []string
	for _, p := range r.Pages {
		if p.Person != r.AckedBy {
			others = append(others, fmt.Sprintf("%s: %s", p.Person, p.Result))
		}
		ring, _ := p.TimeToAccept()
		if key, ok := p.TimeToKey(); ok && p.Person == r.AckedBy {
			fmt.Fprintf(d.stdout, "%s acknowledged: the phone rang after %s, and the key came %s later%s\n", r.AckedBy, ring.Round(time.Millisecond*100), key.Round(time.Millisecond*100),
				cli.Prefixed("; not so ", strings.Join(others, ", ")))
		}
	}
	return nil
}
