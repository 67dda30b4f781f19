package main

import (
	"context"
	"flag"
	"fmt"

	"valkyrie/alerts"
)

var vcardCommand = command{
	name: "vcard", args: "[flags]", summary: "write a contact for the caller's number, to give it a ringtone of its own",
	examples: []string{"valkyrie vcard > valkyrie.vcf"},
	notes: []string{
		"Send the file to your phone and open it there. Give the contact a ringtone (the Ride of the Valkyries), and let it\n" +
			"through \"do not disturb\": on an iPhone as an emergency bypass of the contact, on Android by starring it.",
	},
	flags: func(p *program, fs *flag.FlagSet) func(context.Context, []string) error {
		path := fs.String("alerts", defaultAlerts, "`FILE` of policy and on-call people")
		return func(_ context.Context, args []string) error {
			if err := noArguments(args); err != nil {
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
