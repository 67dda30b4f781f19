package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"

	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/environ"
	"valkyrie/infra/secrets"
	"valkyrie/infra/webhook"
)

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
