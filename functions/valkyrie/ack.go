package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"time"

	"valkyrie/alerts"
	"valkyrie/functions/valkyrie/cli"
)

func ackCommand(p *program) cli.Command {
	return cli.Command{
		Name: "ack", Args: "[HANDLE|JOURNEY] [flags]", Summary: "acknowledge what is wrong, as the key 4 does; for when a page came one way",
		Examples: []string{"valkyrie ack --as Grace", "valkyrie ack 3f2a", "valkyrie ack print-card", "valkyrie ack --store \"dynamodb://valkyrie?region=eu-west-1\""},
		Flags:    p.orderFlags("ack"),
	}
}

func resolveCommand(p *program) cli.Command {
	return cli.Command{
		Name: "resolve", Args: "[HANDLE|JOURNEY] [flags]", Summary: "say that it is over; those who were paged hear it, and the next bad run opens it again",
		Examples: []string{"valkyrie resolve 3f2a --as Grace"},
		Flags:    p.orderFlags("resolve"),
	}
}

// orderFlags are those of a command that does what a text with this word would.
func (p *program) orderFlags(verb string) func(*flag.FlagSet) cli.Run {
	return func(fs *flag.FlagSet) cli.Run {
		as := fs.String("as", "", "`NAME` of who you are; the first on call unless given")
		file := fs.String("alerts", defaultAlerts, "`FILE` of policy and on-call people")
		db := p.storeFlags(fs)
		pager := pagerFlag(fs)
		return func(ctx context.Context, args []string) error {
			if len(args) > 1 {
				return cli.Usage("unexpected argument %q: expected at most one handle, such as 3f2a, or journey", args[1])
			}
			cfg, _, err := readAlerts(*file)
			if err != nil {
				return err
			}
			store, err := db.openExisting(ctx)
			if err != nil {
				return err
			}
			defer store.Close()
			now := p.now().UTC()
			if *as == "" {
				if *as, err = firstOnCall(ctx, store, cfg.OnCall, now); err != nil {
					return err
				}
			}
			answer, err := alerts.PutOrder(ctx, store, cfg.OnCall, *as, strings.Join(append([]string{verb}, args...), " "), now)
			if err != nil {
				return cli.Exit(cli.ExitUsage, err)
			}
			fmt.Fprintln(p.stdout, answer)
			p.wake(ctx, store, *pager, verb)
			return nil
		}
	}
}

func firstOnCall(ctx context.Context, store alerts.Items, o alerts.OnCall, now time.Time) (string, error) {
	route, err := alerts.LoadRoute(ctx, store)
	if err != nil {
		return "", err
	}
	chain := o.With(route.Overrides).Chain(now)
	if len(chain) == 0 {
		return "", cli.Usage("nobody is on call\nsay who you are with --as")
	}
	return chain[0].Person.Name, nil
}
