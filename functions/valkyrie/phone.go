package main

import (
	"context"
	"flag"
	"fmt"
	"net"

	"github.com/aws/aws-sdk-go-v2/config"

	"valkyrie/alerts/twilio/standin"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/environ"
	"valkyrie/infra/secrets"
	"valkyrie/infra/webhook"
)

func phoneCommand(p *program) cli.Command {
	return cli.Command{
		Name: "phone", Args: "[flags]", Summary: "serve a stand-in phone that speaks Twilio's API and rings here; until Ctrl-C",
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
				ph, err := startPhone(*addr, answers, standin.Options{Screen: p.stdout})
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

// A phone is a served stand-in phone.
type phone struct {
	*server
	exchange *standin.Exchange
}

// startPhone serves a stand-in phone on addr. It answers calls by answers in turn, and all later calls by the last of them.
func startPhone(addr string, answers []standin.Behaviour, cfg standin.Options) (*phone, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, cli.Usage("the phone cannot be reached: %w\nchoose another address with --addr", err)
	}
	ex := standin.New(cfg)
	ex.Behave("", answers[:len(answers)-1]...)
	ex.Default(answers[len(answers)-1])
	return &phone{serve(ln, ex), ex}, nil
}

// close ends the phone. Errors are dropped, because nothing depends on a stand-in that ends.
func (p *phone) close() {
	p.exchange.Close()
	_ = p.server.close()
}

// A provider is an account that pages people, and the address of its callbacks.
type provider struct {
	account, token string
	api            string               // base URL; empty: Twilio's own
	listen         string               // address where callbacks arrive
	public         string               // URL of listen for the provider; empty: http:// and listen
	incoming       func(address string) // sets where a stand-in sends people's texts; nil: that is configured at Twilio
}

// provider returns Twilio when its account is in the environment, else a stand-in phone that rings in this terminal. The
// function returned ends the stand-in.
func (p *program) provider(listen, answer string) (provider, func(), error) {
	c := provider{
		account: p.getenv("TWILIO_ACCOUNT_SID"), token: p.getenv("TWILIO_AUTH_TOKEN"),
		api: p.getenv("TWILIO_API_URL"), public: p.getenv("VALKYRIE_CALLBACK_URL"), listen: listen,
	}
	if c.account == "" && (c.token != "" || c.api != "" || c.public != "") {
		return c, nil, cli.Usage("TWILIO_ACCOUNT_SID is not set, but TWILIO_AUTH_TOKEN, TWILIO_API_URL or VALKYRIE_CALLBACK_URL is: nobody would be called\nset it too, or none of them to have calls ring in this terminal")
	}
	if c.account != "" {
		if c.token == "" {
			return c, nil, cli.Usage("TWILIO_ACCOUNT_SID is set, but TWILIO_AUTH_TOKEN is not; set both, or neither to have calls ring in this terminal")
		}
		if c.api == "" && c.public == "" {
			return c, nil, cli.Usage("VALKYRIE_CALLBACK_URL is not set: Twilio could not tell us how a call went, nor which key was pressed\nset it to the public https address that reaches --listen")
		}
		return c, func() {}, nil
	}
	answers, err := standin.ParseBehaviours(answer)
	if err != nil {
		return c, nil, cli.Usage("--answer: %w", err)
	}
	phone, err := startPhone("127.0.0.1:0", answers, standin.Options{Screen: p.stderr})
	if err != nil {
		return c, nil, err
	}
	c.account, c.token, c.api, c.incoming = standin.DemoAccountSID, standin.DemoAuthToken, phone.url, phone.exchange.Incoming
	fmt.Fprintln(p.stderr, "no Twilio account is set, so calls ring in this terminal")
	return c, func() { phone.close() }, nil
}

func heartbeatsCommand(p *program) cli.Command {
	return cli.Command{
		Name: "heartbeats", Args: "--url URL [flags]", Summary: "print the addresses at which batches report to a deployment",
		Examples: []string{
			"valkyrie heartbeats --url https://abc.lambda-url.eu-west-1.on.aws --secrets ssm:/valkyrie/",
			"curl -fsS -X POST \"$ADDRESS/start\"; ...; curl -fsS -X POST \"$ADDRESS/finish?done=400&expected=400\"",
		},
		Notes: []string{
			"The batches are those of alerts.yaml. An address can report for its batch, and do nothing else: it is derived " +
				"from the secret " + environ.BeatKey + ", which is read from --secrets, or as the secrets of journeys are. `valkyrie watch` prints its own.",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			base := fs.String("url", "", "`URL` of the deployment's webhook: the output WebhookUrl of its stack")
			source := fs.String("secrets", "", "`SOURCE` at AWS, such as ssm:/valkyrie/; left out: VALKYRIE_SECRET_BEAT_KEY or .valkyrie-secrets")
			path := fs.String("alerts", defaultAlerts, "`FILE` of policy and on-call people")
			return func(ctx context.Context, args []string) error {
				if err := cli.NoArguments(args); err != nil {
					return err
				}
				u, err := parseSite(*base)
				if err != nil {
					return cli.Usage("--url %q: expected the webhook's address, such as https://abc.lambda-url.eu-west-1.on.aws", *base)
				}
				cfg, name, err := p.readAlerts(*path)
				if err != nil {
					return err
				}
				if len(cfg.Judge.Heartbeats) == 0 {
					return cli.Usage("%s names no batch: add one to judge.heartbeats", name)
				}
				key, err := p.heartbeatKey(ctx, *source)
				if err != nil {
					return cli.Exit(cli.ExitUsage, err)
				}
				for _, h := range cfg.Judge.Heartbeats {
					fmt.Fprintf(p.stdout, "%s  %s\n", h.Name, webhook.BeatURL(u.String(), []byte(key), h.Name))
				}
				return nil
			}
		},
	}
}

// heartbeatKey reads the deployment's key, from which the addresses of the batches are derived.
func (p *program) heartbeatKey(ctx context.Context, source string) (string, error) {
	if source == "" {
		return secrets.Sources{Getenv: p.getenv, File: p.getenv("VALKYRIE_SECRETS_FILE")}.Find(environ.BeatKey)
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return "", fmt.Errorf("AWS cannot be reached as configured: %w", err)
	}
	vault, err := secrets.NewVault(cfg, source)
	if err != nil {
		return "", fmt.Errorf("--secrets: %w", err)
	}
	if err := vault.Refresh(ctx); err != nil {
		return "", err
	}
	return vault.Find(environ.BeatKey)
}
