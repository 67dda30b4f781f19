package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/functions/suite"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/status"
)

func statusCommand(p *program) cli.Command {
	return cli.Command{
		Name: "status", Args: "--to DIR [flags]", Summary: "write a status page for customers, also as JSON and as a feed of incidents",
		Examples: []string{
			"valkyrie status --to public",
			"valkyrie watch --status public                   # keeps it true: at every change, and each minute",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			to := fs.String("to", "", "`DIR` that a web server serves")
			name := fs.String("name", "", "`WORDS` that customers know the site by; \"This site\" unless given")
			db := p.storeFlags(fs)
			return func(ctx context.Context, args []string) error {
				if err := cli.NoArguments(args); err != nil {
					return err
				}
				if *to == "" {
					return cli.Usage("--to is not given: expected the folder to write the page to")
				}
				store, err := db.openExisting(ctx)
				if err != nil {
					return err
				}
				defer store.Close()
				publisher, progress := statusPublisher(store, p.suite, *name, *to), cli.NewProgress(p.stderr)
				publisher.Read = func(until time.Time) { progress.Update("read the history until %s", cli.FormatMinute(until)) }
				err = publisher.Write(ctx, p.now())
				progress.End()
				if err != nil {
					return err
				}
				fmt.Fprintln(p.stdout, filepath.Join(*to, "index.html"))
				return nil
			}
		},
	}
}

// The page is rewritten twice as often as it promises, and marks itself as old after statusStale.
const (
	statusEvery = 30 * time.Second
	statusStale = 5 * time.Minute
)

// statusPublisher returns the publisher of a page in a folder, with all scheduled journeys.
func statusPublisher(store incident.Store, watched suite.Suite, name, dir string) status.Writer {
	s := status.Setting{Name: cmp.Or(name, "This site"), StaleAfter: statusStale}
	for _, make := range watched.Scheduled() {
		j := make()
		s.Journeys = append(s.Journeys, status.JourneyStatus{Name: j.Name, Title: cmp.Or(j.Title, j.Name)})
	}
	return status.Writer{Store: store, Setting: s, To: status.Folder(dir)}
}

// publishStatus writes the page at each change of the incidents, and every statusEvery, until ctx ends. A failure is logged
// and retried; meanwhile the page marks itself as old.
func publishStatus(ctx context.Context, publisher status.Writer, log *slog.Logger) {
	var published string
	var written time.Time
	for ctx.Err() == nil {
		now := time.Now()
		current, err := publisher.Changed(ctx)
		if err == nil && (current != published || now.Sub(written) >= statusEvery) {
			if err = publisher.Write(ctx, now); err == nil {
				published, written = current, now
			}
		}
		if err != nil && ctx.Err() == nil {
			log.Error("writing the status page failed; it is retried", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}
