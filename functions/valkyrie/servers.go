package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"strings"

	"valkyrie/alerts/twilio/standin"
	"valkyrie/probes/demoshop"
)

var shopCommand = command{
	name: "shop", args: "[flags]", summary: "serve the practice shop, with or without faults; until Ctrl-C",
	examples: []string{
		"valkyrie shop",
		"valkyrie shop --addr 127.0.0.1:8080 --fault workers-down",
		"curl -X POST 'http://127.0.0.1:8080/faults/workers-down?on=true'    # while it runs; or by hand at /backstage",
	},
	flags: func(p *program, fs *flag.FlagSet) func(context.Context, []string) error {
		addr := fs.String("addr", "127.0.0.1:8080", "`ADDR` to serve on")
		var faults words
		fs.Var(&faults, "fault", "`NAME` of an outage to play; may be given several times: "+faultNames())
		return func(ctx context.Context, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			shop, web, err := startShop(*addr, demoshop.Config{Faults: faults})
			if err != nil {
				return err
			}
			defer shop.Close()
			fmt.Fprintf(p.stderr, "the practice shop is open at %s%s; Ctrl-C closes it\n", web.url, after(", with ", strings.Join(faults, ", ")))
			<-ctx.Done()
			return web.close()
		}
	},
}

func startShop(addr string, cfg demoshop.Config) (*demoshop.Shop, *listener, error) {
	shop, err := demoshop.New(cfg)
	if err != nil {
		return nil, nil, exitError{exitUsage, err}
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		shop.Close()
		return nil, nil, usageError("the shop cannot open: %w\nchoose another address with --addr", err)
	}
	return shop, serve(ln, shop), nil
}

func faultNames() string {
	var all []string
	for _, f := range demoshop.Faults() {
		all = append(all, f.Name)
	}
	return strings.Join(all, ", ")
}

var phoneCommand = command{
	name: "phone", args: "[flags]", summary: "serve a stand-in phone that speaks Twilio's API and rings in the terminal; until Ctrl-C",
	examples: []string{
		"valkyrie phone --addr 127.0.0.1:8085 --answer \"no-answer, voicemail, press 4\"",
		"TWILIO_ACCOUNT_SID=" + standin.DemoAccountSID + " TWILIO_AUTH_TOKEN=" + standin.DemoAuthToken + " \\",
		"  TWILIO_API_URL=http://127.0.0.1:8085 valkyrie watch",
	},
	flags: func(p *program, fs *flag.FlagSet) func(context.Context, []string) error {
		addr := fs.String("addr", "127.0.0.1:8085", "`ADDR` to serve on")
		answer := fs.String("answer", "press 4", "how it answers: `WORDS` such as \"busy, voicemail, press 4\"; the last stays")
		return func(ctx context.Context, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			answers, err := standin.ParseBehaviours(*answer)
			if err != nil {
				return usageError("--answer: %w", err)
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
