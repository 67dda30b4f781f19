package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"valkyrie/alerts"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/status"
	"valkyrie/probes"
	"valkyrie/probes/journey"
)

func statusCommand(p *program) cli.Command {
	return cli.Command{
		Name: "status", Args: "--to DIR [flags]", Summary: "write a status page for customers, with the same as JSON and a feed of the incidents",
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
				if err := statusDesk(store, *name, *to).Write(ctx, p.now()); err != nil {
					return err
				}
				fmt.Fprintln(p.stdout, filepath.Join(*to, "index.html"))
				return nil
			}
		},
	}
}

const (
	statusEvery = 30 * time.Second // half of what the page promises
	statusStale = 5 * time.Minute
)

func statusDesk(store alerts.Store, name, dir string) status.Desk {
	s := status.Setting{Name: cmp.Or(name, "This site"), StaleAfter: statusStale}
	for _, make := range journey.Scheduled(probes.All) {
		j := make()
		s.Journeys = append(s.Journeys, status.Journey{Name: j.Name, Title: cmp.Or(j.Title, j.Name)})
	}
	return status.Desk{Store: store, Setting: s, To: status.Folder(dir)}
}

// keepStatus writes the page when there is something new to tell, and every half minute, until ctx ends. A page that
// cannot be written goes stale, which it says itself, and the log says why.
func keepStatus(ctx context.Context, desk status.Desk, log *slog.Logger) {
	var told string
	var written time.Time
	for ctx.Err() == nil {
		now := time.Now()
		news, err := desk.Changed(ctx)
		if err == nil && (news != told || now.Sub(written) >= statusEvery) {
			if err = desk.Write(ctx, now); err == nil {
				told, written = news, now
			}
		}
		if err != nil && ctx.Err() == nil {
			log.Error("the status page could not be written; it is tried again", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}
