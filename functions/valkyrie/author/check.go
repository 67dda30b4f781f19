package author

import (
	"context"
	"flag"
	"fmt"

	"valkyrie/functions/valkyrie/author/check"
	"valkyrie/functions/valkyrie/cli"
)

func checkCommand(c Config) cli.Command {
	return cli.Command{
		Name: "check", Args: "[flags]", Summary: "examine journeys, schedules and alerts.yaml without running anything",
		Examples: []string{"valkyrie check", "valkyrie check --secrets --site https://shop.example.com"},
		Notes: []string{
			"It reports names that two journeys have, limits that do not fit into a run's time, steps that cannot fail, secrets that are not declared, schedules " +
				"without journeys and journeys without schedules, and the faults of alerts.yaml. Each finding names the file, the line or field, the expected " +
				"value and the cure. make lint runs it, and make deploy before the first stack is changed.",
			"exit code: 0 nothing was found, 2 wrong usage, or findings",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			file := fs.String("alerts", c.Alerts, "`FILE` of policy and on-call people, relative to the tree")
			values := fs.Bool("secrets", false, "also look up the value of each declared secret on this machine")
			site := fs.String("site", c.Site, "`URL` of the site, for --secrets: the practice shop's account is known")
			return func(ctx context.Context, args []string) error {
				if err := cli.NoArguments(args); err != nil {
					return err
				}
				t, err := openTree()
				if err != nil {
					return err
				}
				examined := check.Config{Tree: t, Suite: c.Suite, Alerts: *file}
				if *values {
					examined.Secret = func(name string) error { return c.Secret(ctx, *site, name) }
				}
				found, err := examined.Findings()
				if err != nil {
					return cli.Exit(cli.ExitUsage, err)
				}
				for _, line := range found {
					fmt.Fprintln(c.Stdout, line)
				}
				if len(found) > 0 {
					return cli.Silent(cli.ExitUsage)
				}
				fmt.Fprintf(c.Stderr, "%d journeys, their schedules and %s: nothing to report\n", len(c.Suite.Journeys), *file)
				return nil
			}
		},
	}
}
