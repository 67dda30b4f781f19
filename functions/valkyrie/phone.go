package main

import (
	"context"
	"flag"
	"fmt"

	"valkyrie/alerts/twilio/standin"
	"valkyrie/functions/valkyrie/cli"
)

func phoneCommand(p *program) cli.Command {
	return cli.Command{
		Name: "phone", Args: "[flags]", Summary: "serve a stand-in phone that speaks Twilio's API and rings in the terminal; until Ctrl-C",
		Examples: []string{
			"valkyrie phone --addr 127.0.0.1:8085 --answer \"no-answer, voicemail, press 4\"",
			"TWILIO_ACCOUNT_SID=" + standin.DemoAccountSID + " \\",
			"  TWILIO_AUTH_TOKEN=" + standin.DemoAuthToken + " \\",
			"  TWILIO_API_URL=http://127.0.0.1:8085 valkyrie watch",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			addr := fs.String("addr", "127.0.0.1:8085", "`ADDR` to serve on")
			answer := fs.String("answer", "press 4", "how it answers: `WORDS` such as \"busy, voicemail, press 4\"; the last stays")
			return func(ctx context.Context, args []string) error {
				if err := cli.NoArguments(args); err != nil {
					return err
				}
				answers, err := standin.ParseBehaviours(*answer)
				if err != nil {
					return cli.Usage("--answer: %w", err)
				}
				ph, err := startPhone(*addr, answers, standin.Config{Screen: p.stdout})
				if err != nil {
					return err
				}
				defer ph.close()
				fmt.Fprintf(p.stderr, "the phone is plugged in at %s; Ctrl-C unplugs it\n", ph.url)
				<-ctx.Done()
				return nil
			}
		},
	}
}
