package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/dynamo"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

// storeVariable is the environment variable that replaces --store.
const storeVariable = "VALKYRIE_STORE"

// A store is an open store.
type store interface {
	incident.Store
	incident.RunRenamer
	io.Closer
}

// storeOptions are the flags that choose a store: a file on this machine, or a DynamoDB table.
type storeOptions struct {
	db, address string
	flags       *flag.FlagSet
	getenv      func(string) string
	warn        io.Writer
}

func (p *program) storeFlags(fs *flag.FlagSet) *storeOptions {
	s := &storeOptions{flags: fs, getenv: p.getenv, warn: p.stderr}
	fs.StringVar(&s.db, "db", "valkyrie.db", "`FILE` of the store")
	fs.StringVar(&s.address, "store", "", "`ADDRESS` of a store in the cloud instead, dynamodb://TABLE?region=REGION; that in "+storeVariable+" unless given")
	return s
}

// table returns the address of the table, or "" when the store is a file. Flags take precedence over the environment.
func (s *storeOptions) table() (string, error) {
	given := map[string]bool{}
	s.flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	switch {
	case given["db"] && given["store"]:
		return "", cli.Usage("--db %s and --store %s: expected one of them", s.db, s.address)
	case given["db"]:
		return "", nil
	case given["store"]:
		return s.address, nil
	}
	return s.getenv(storeVariable), nil
}

// open opens the store, and creates a file that does not exist.
func (s *storeOptions) open(ctx context.Context) (store, error) { return s.openBy(ctx, sqlite.Open) }

// openExisting opens the store for reading. A file that does not exist is an error.
func (s *storeOptions) openExisting(ctx context.Context) (store, error) {
	return s.openBy(ctx, sqlite.OpenExisting)
}

func (s *storeOptions) openBy(ctx context.Context, file func(context.Context, string) (*sqlite.Store, error)) (store, error) {
	address, err := s.table()
	if err != nil {
		return nil, err
	}
	if address != "" {
		return openTable(ctx, address)
	}
	opened, err := file(ctx, s.db)
	if err != nil {
		return nil, cli.Exit(cli.ExitUsage, err)
	}
	if loss := opened.Loss(); loss != "" {
		fmt.Fprintln(s.warn, loss)
	}
	return opened, nil
}

// missing reports whether the store is a file that does not exist.
func (s *storeOptions) missing() bool {
	if address, err := s.table(); address != "" || err != nil {
		return false
	}
	_, err := os.Stat(s.db)
	return errors.Is(err, os.ErrNotExist)
}

// openTable opens a DynamoDB table, and checks that it exists and can be used.
func openTable(ctx context.Context, address string) (store, error) {
	const timeout = 15 * time.Second
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no answer within %v", timeout))
	defer cancel()
	cfg, err := dynamo.ParseAddress(address)
	if err != nil {
		return nil, cli.Usage("the store: %w", err)
	}
	s, err := dynamo.Open(ctx, cfg)
	if err == nil {
		err = s.Check(ctx)
	}
	if err != nil {
		return nil, cli.Exit(cli.ExitUsage, err)
	}
	return cloudTable{s, cfg}, nil
}

// A cloudTable is a store that needs no closing.
type cloudTable struct {
	*dynamo.Store
	config dynamo.Config
}

func (cloudTable) Close() error { return nil }

// A query is the flags of the commands that read the history.
type query struct {
	store        *storeOptions
	form         *cli.Choice
	since, until cli.PastTime
}

// queryFlags declares the flags of a query that looks back to since by default. The first form is the default one.
func (p *program) queryFlags(fs *flag.FlagSet, since string, forms ...string) *query {
	q := &query{store: p.storeFlags(fs), since: cli.Ago(since, p.now), until: cli.PastTime{Now: p.now}, form: cli.NewChoice(forms...)}
	fs.Var(q.form, "format", "`FORM` of the result: "+strings.Join(forms, ", "))
	fs.Var(&q.since, "since", "`TIME` to look back to: 90m, 24h, 7d or 2w ago, yesterday, 03:00, 2026-11-01")
	fs.Var(&q.until, "until", "`TIME` to stop at, in the same words; now unless given")
	return q
}

// open opens the store, which must exist.
func (q *query) open(ctx context.Context) (store, error) {
	if !q.until.At.IsZero() && !q.since.At.Before(q.until.At) {
		return nil, cli.Usage("--until %s: expected a time after --since %s", q.until.Text, q.since.Text)
	}
	return q.store.openExisting(ctx)
}

// period describes the time of the query, to follow "no runs".
func (q *query) period() string {
	s := q.since.Since()
	if !q.until.At.IsZero() {
		s += " until " + cli.FormatMinute(q.until.At)
	}
	return s
}

// eachRun calls see with the runs of a query in the order of their slots. Memory does not grow with the history.
func eachRun(ctx context.Context, store incident.RunLog, q incident.RunQuery, progress *cli.Progress, see func(journey.Run)) error {
	q.Lean = true
	for run, err := range readRuns(ctx, store, q, progress) {
		if err != nil {
			return err
		}
		see(run)
	}
	return nil
}

func backupCommand(p *program) cli.Command {
	return cli.Command{
		Name: "backup", Args: "FILE [flags]", Summary: "copy the store to a new file, also while watch runs",
		Examples: []string{"valkyrie backup valkyrie-monday.db"},
		Notes: []string{
			"The copy is consistent as of one moment. Do not copy valkyrie.db itself: what it was told last is in valkyrie.db-wal. " +
				"A store in the cloud has point-in-time recovery instead: see infra/README.md.",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			db := fs.String("db", "valkyrie.db", "`FILE` of the store")
			return func(ctx context.Context, args []string) error {
				if len(args) != 1 {
					return cli.Usage("expected the name of a new file, got %d names", len(args))
				}
				if err := sqlite.Backup(ctx, *db, args[0]); err != nil {
					return cli.Exit(cli.ExitUsage, err)
				}
				fmt.Fprintln(p.stdout, args[0])
				return nil
			}
		},
	}
}

func restoreCommand(p *program) cli.Command {
	return cli.Command{
		Name: "restore", Args: "FILE [flags]", Summary: "go back to a backup of the store, after saying to when, and whom that would page",
		Examples: []string{"valkyrie restore valkyrie-monday.db", "valkyrie restore valkyrie-monday.db --yes"},
		Notes: []string{"Stop watch first. What was there is kept beside the store, under its name and the time. Use this and not cp: watch cannot detect an " +
			"older copy that was closed cleanly, if the file NAME-latest beside the store is gone, too."},
		Flags: func(fs *flag.FlagSet) cli.Run {
			db := fs.String("db", "valkyrie.db", "`FILE` of the store")
			yes := fs.Bool("yes", false, "do not ask")
			file := fs.String("alerts", defaultAlerts, "`FILE` of policy and on-call people, who would be paged")
			return func(ctx context.Context, args []string) error {
				if len(args) != 1 {
					return cli.Usage("expected the file of a backup, got %d names", len(args))
				}
				return p.restore(ctx, args[0], *db, *file, *yes)
			}
		},
	}
}

// restore says what a backup holds, asks, and replaces the store at db.
func (p *program) restore(ctx context.Context, backup, db, alerts string, yes bool) error {
	cfg, _, err := p.readAlerts(alerts)
	if err != nil {
		return err
	}
	at, pages, loss, err := p.inspectBackup(ctx, backup, cfg)
	if err != nil {
		return cli.Exit(cli.ExitUsage, err)
	}
	if loss {
		fmt.Fprintf(p.stdout, "%s is not a file of valkyrie backup: it is the file of a store that was in use, without its write-ahead log, and may lack what came last\n", backup)
	}
	fmt.Fprintf(p.stdout, "%s ends at %s, %s ago; what %s was told since would be gone\n", backup, cli.FormatMinute(at), cli.FormatDuration(p.now().Sub(at).Round(time.Minute)), db)
	for _, page := range pages {
		fmt.Fprintf(p.stdout, "watch would then %s\n", page)
	}
	if len(pages) == 0 {
		fmt.Fprintln(p.stdout, "watch would then page nobody")
	}
	if !yes {
		fmt.Fprint(p.stdout, "go back? [yes/no] ")
		if answer, _ := bufio.NewReader(p.stdin).ReadString('\n'); strings.TrimSpace(answer) != "yes" {
			return cli.Usage("not restored: the answer was not yes")
		}
	}
	kept, err := sqlite.Restore(ctx, backup, db, p.now())
	if err != nil {
		return cli.Exit(cli.ExitUsage, err)
	}
	fmt.Fprintf(p.stdout, "%s is as of %s%s\n", db, cli.FormatMinute(at), cli.Prefixed("; what it was is in ", kept))
	return nil
}

// inspectBackup returns the time at which a backup ends, the pages that its pager would send now, and whether it lacks a
// write-ahead log. It looks at a copy, because
// opening a database may change it.
func (p *program) inspectBackup(ctx context.Context, backup string, cfg config.Config) (at time.Time, pages []string, loss bool, err error) {
	dir, err := os.MkdirTemp("", "valkyrie-restore")
	if err != nil {
		return at, nil, false, err
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, "valkyrie.db")
	if _, err := sqlite.Restore(ctx, backup, copied, p.now()); err != nil {
		return at, nil, false, err
	}
	s, err := sqlite.OpenExisting(ctx, copied)
	if err != nil {
		return at, nil, false, fmt.Errorf("read the backup %q: expected a file of valkyrie backup: %w", backup, err)
	}
	defer s.Close()
	if at, err = s.Latest(ctx); err != nil {
		return at, nil, false, err
	}
	names := cfg.Judge.Names(p.suite.Names())
	due, err := paging.WouldSend(ctx, s, cfg.OnCall, names, p.now().UTC())
	for _, page := range due {
		verb := map[incident.Channel]string{incident.Call: "call", incident.Text: "text", incident.Email: "mail"}[page.Channel]
		words, _, _ := strings.Cut(strings.TrimPrefix(page.Words, "This is Valkyrie.\n"), "\n")
		pages = append(pages, fmt.Sprintf("%s %s: %s", verb, page.Person, words))
	}
	state, unread := paging.LoadState(ctx, s)
	for _, i := range state.Incidents {
		if i.State != incident.Resolved {
			pages = append(pages, fmt.Sprintf("text the people who were paged about %s, muted or not, once it sees that this is over", i.Journey))
		}
	}
	err = errors.Join(err, unread)
	return at, pages, s.Loss() != "", err
}
