package main

import (
	"context"
	"flag"
	"fmt"
	"runtime"

	"valkyrie/functions/valkyrie/cli"
	"valkyrie/probes/journey"
)

func versionCommand(p *program) cli.Command {
	return cli.Command{
		Name: "version", Summary: "print the version of this program, and the Go that built it",
		Examples: []string{"valkyrie version"},
		Flags: func(*flag.FlagSet) cli.Run {
			return func(_ context.Context, args []string) error {
				if err := cli.NoArguments(args); err != nil {
					return err
				}
				fmt.Fprintf(p.stdout, "valkyrie %s %s %s/%s\n", journey.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
				return nil
			}
		},
	}
}
