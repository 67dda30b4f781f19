package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
	"valkyrie/functions/cloud"
	"valkyrie/functions/valkyrie/cli"
)

func ackCommand(p *program) cli.Command {
	return cli.Command{
		Name: "ack", Args: "[HANDLE|JOURNEY] [flags]", Summary: "acknowledge what is wrong, as the key 4 does on the phone",
		Examples: []string{
			"valkyrie ack --as Grace", "valkyrie ack 3f2a", "valkyrie ack print-card",
			"valkyrie ack --store \"dynamodb://valkyrie?region=eu-west-1\"",
		},
		Flags: p.replyFlags("ack"),
	}
}

func resolveCommand(p *program) cli.Command {
	return cli.Command{
		Name: "resolve", Args: "[HANDLE|JOURNEY] [flags]", Summary: "end an incident by hand; the next bad run opens it again",
		Examples: []string{"valkyrie resolve 3f2a --as Grace"},
		Flags:    p.replyFlags("resolve"),
	}
}

// replyFlags declares the flags of a command that acts like the reply of the same name to a text message.
func (p *program) replyFlags(verb string) func(*flag.FlagSet) cli.Run {
	return func(fs *flag.FlagSet) cli.Run {
		as := fs.String("as", "", "`NAME` of who you are; the first on call unless given")
		file := fs.String("alerts", defaultAlerts, "`FILE` of policy and on-call people")
		db := p.storeFlags(fs)
		pager := pagerFlag(fs)
		return func(ctx context.Context, args []string) error {
			if len(args) > 1 {
				return cli.Usage("unexpected argument %q: expected at most one handle, such as 3f2a, or journey", args[1])
			}
			cfg, _, err := p.readAlerts(*file)
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
			answer, err := paging.RunCommand(ctx, store, cfg.OnCall, *as, strings.Join(append([]string{verb}, args...), " "), now)
			if err != nil {
				return cli.Exit(cli.ExitUsage, err)
			}
			fmt.Fprintln(p.stdout, answer)
			p.wakePager(ctx, store, *pager, verb)
			return nil
		}
	}
}

// firstOnCall returns the first person of the escalation, with the overrides that the store holds.
func firstOnCall(ctx context.Context, store incident.Items, o oncall.OnCall, now time.Time) (string, error) {
	route, err := paging.LoadState(ctx, store)
	if err != nil {
		return "", err
	}
	chain := o.With(route.Overrides).EscalationAt(now)
	if len(chain) == 0 {
		return "", cli.Usage("nobody is on call\nsay who you are with --as")
	}
	return chain[0].Person.Name, nil
}

// pagerFlag declares the flag of the deployed pager, for commands that leave work to it.
func pagerFlag(fs *flag.FlagSet) *string {
	return fs.String("pager", "", "`NAME` of the deployed pager, to be woken at once when --store is a table; the table's name with -pager unless given")
}

// wakePager invokes the deployed pager of a table, which otherwise runs each minute. A failure costs at most that minute, so
// it is only a warning. The pager of a file is a watch, which polls; that of a table at another endpoint is unknown.
func (p *program) wakePager(ctx context.Context, s store, pager, why string) {
	t, ok := s.(cloudTable)
	if !ok || t.config.Endpoint != "" {
		return
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err == nil {
		err = cloud.Wake(ctx, cfg, cmp.Or(t.config.Region, cfg.Region), cmp.Or(pager, t.config.Table+"-pager"), "valkyrie "+why)
	}
	if err != nil {
		fmt.Fprintf(p.stderr, "the deployed pager could not be woken, and looks by itself within a minute: %v\n", err)
	}
}
