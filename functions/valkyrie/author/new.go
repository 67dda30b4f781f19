package author

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"time"

	"valkyrie/functions/valkyrie/author/tree"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/environ"
	"valkyrie/infra/secrets"
	"valkyrie/probes/journey"
)

func newCommand(c Config) cli.Command {
	return cli.Command{
		Name: "new", Args: "NAME [flags]", Summary: "write a journey that passes, list it, and give it a schedule",
		Examples: []string{
			"valkyrie new sign-in --site https://shop.example.com",
			"valkyrie new sign-in --secret shop-user --secret shop-password --title \"sign in\"",
			"valkyrie new order-status --api --every 5m",
		},
		Notes: []string{
			"It writes probes/NAME.go, the list in probes/probes.go and the schedule in template.yaml, all of them or none. Its first step expects what " +
				"the site's first page shows now, if the site and Chrome are there. Your first journey takes the place of the practice shop's, which the demo and the tests still play.",
			"NAME is lower-case words joined by hyphens. It is the journey's identity in the history, on the dashboard and in replies.",
			"exit code: 0 written, 2 refused: nothing was written, and the error names what to write by hand",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			site := fs.String("site", c.Site, "`URL` of the site, to see what its first page shows")
			isAPI := fs.Bool("api", false, "a journey of HTTP requests, without a browser")
			title := fs.String("title", "", "what a customer calls it, `WORDS` that a call reads out; those of NAME unless given")
			every := fs.String("every", "", "`INTERVAL` of its own, such as 5m or 1h; that of the other journeys unless given")
			var declared cli.Strings
			fs.Var(&declared, "secret", "`NAME` of a secret that it uses; may be given several times")
			return func(ctx context.Context, args []string) error {
				name, err := oneName(args, "the new journey's name, such as sign-in")
				if err != nil {
					return err
				}
				if err := c.CheckSite(*site); err != nil {
					return err
				}
				s := skeleton{Name: name, Title: *title, API: *isAPI, Secrets: declared, Status: 200}
				if s.Every, err = interval(*every); err != nil {
					return err
				}
				return c.create(ctx, s, *site, cli.FirstGiven(fs, "site") != "")
			}
		},
	}
}

// interval parses --every.
func interval(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	every, err := environ.Cadence(text)
	if err != nil {
		return 0, cli.Usage("--every %q: expected an interval such as 5m, 15m or 1h", text)
	}
	return every, nil
}

// create writes a journey into the tree.
func (c Config) create(ctx context.Context, s skeleton, site string, given bool) error {
	t, err := openTree()
	if err != nil {
		return err
	}
	if s.Module = t.Module; s.Title == "" {
		s.Title = words(s.Name)
	}
	if err := journey.CheckTitle(s.Title); err != nil {
		return cli.Usage("--title %w", err)
	}
	for _, secret := range s.Secrets {
		if err := (journey.Journey{Name: "x", Secrets: []string{secret}, Steps: []journey.Step{{Name: "x", Do: func(*journey.T) {}}}}).Validate(); err != nil {
			return cli.Usage("--secret %q: expected lower-case words joined by hyphens, such as shop-password", secret)
		}
	}
	before, err := t.Journeys()
	if err != nil {
		return refused(err)
	}
	if err := stage(t, s); err != nil { // before the look at the site, which takes seconds
		return err
	}
	if err := c.look(ctx, site, &s); err != nil {
		if ctx.Err() != nil {
			return cli.Broken("interrupted; nothing was written")
		}
		fmt.Fprintf(c.Stderr, "the first page was not looked at: %v\n", err)
		if !given {
			fmt.Fprintln(c.Stderr, "name your site with --site, and the first step expects what its first page shows")
		}
	} else if !s.API && s.Expect == "" {
		fmt.Fprintln(c.Stderr, "the first page shows no heading, link, button or text: the first step only opens it")
	}
	if t, err = openTree(); err != nil {
		return err
	}
	if err := stage(t, s); err != nil {
		return err
	}
	if err := c.commit(t); err != nil {
		return err
	}
	if slices.ContainsFunc(before, func(j tree.Declaration) bool { return j.Practice }) {
		c.explainPractice(t)
	}
	c.explainNext(s, site, given)
	return nil
}

// stage stages a new journey.
func stage(t *tree.Tree, s skeleton) error {
	if err := tree.CheckName(s.Name); err != nil {
		return cli.Exit(cli.ExitUsage, err)
	}
	text, err := s.text()
	if err != nil {
		return err
	}
	if err := t.New(s.Name, text, s.Every); err != nil {
		return refused(err)
	}
	return nil
}

// commit compiles the staged tree, writes it, and prints the files.
func (c Config) commit(t *tree.Tree) error {
	if err := t.Compile(); err != nil {
		return cli.Exit(cli.ExitUsage, err)
	}
	changes := t.Changes()
	if err := t.Commit(); err != nil {
		return cli.Exit(cli.ExitUsage, err)
	}
	for _, line := range changes {
		fmt.Fprintln(c.Stdout, line)
	}
	return nil
}

// explainPractice says that the practice shop's journeys are no longer listed, if that is so.
func (c Config) explainPractice(t *tree.Tree) {
	now, err := t.Journeys()
	if err == nil && !slices.ContainsFunc(now, func(j tree.Declaration) bool { return j.Practice }) {
		fmt.Fprintln(c.Stderr, "probes.All no longer lists the practice shop's journeys, nor does template.yaml; the demo and the tests still play them")
	}
}

// explainNext prints the commands that follow.
func (c Config) explainNext(s skeleton, site string, given bool) {
	for _, name := range s.Secrets {
		fmt.Fprintf(c.Stderr, "the secret %s: on this machine, set %s, or write \"%s: ...\" into %s\n", name, secrets.Variable(name), name, secrets.DefaultFile)
	}
	against := ""
	if given {
		against = " --site " + site
	}
	fmt.Fprintf(c.Stderr, "next, to run it at each save: go run ./functions/valkyrie try %s%s\n", s.Name, against)
}
