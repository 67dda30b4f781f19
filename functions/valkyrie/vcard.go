package main

import (
	"context"
	"flag"
	"fmt"

	"valkyrie/alerts"
	"valkyrie/functions/valkyrie/cli"
)

func vcardCommand(p *program) cli.Command {
	return cli.Command{
		Name: "vcard", Args: "[flags]", Summary: "write a contact for the caller's number, to give it a ringtone of its own",
		Examples: []string{"valkyrie vcard > valkyrie.vcf"},
		Notes: []string{
			"Send the file to your phone and open it there. Give the contact a ringtone (the Ride of the Valkyries), and let it " +
				"through \"do not disturb\": on an iPhone as an emergency bypass of the contact, on Android by starring it.",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			path := fs.String("alerts", defaultAlerts, "`FILE` of policy and on-call people")
			return func(_ context.Context, args []string) error {
				if err := cli.NoArguments(args); err != nil {
					return err
				}
				cfg, _, err := readAlerts(*path)
				if err != nil {
					return err
				}
				_, err = fmt.Fprint(p.stdout, alerts.VCard(cfg.Phone.From))
				return err
			}
		},
	}
}
