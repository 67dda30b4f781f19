package author

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"strings"

	"valkyrie/functions/valkyrie/cli"
)

func renameCommand(c Config) cli.Command {
	return cli.Command{
		Name: "rename", Args: "OLD NEW [flags]", Summary: "give a journey another name, in the source and in the store",
		Examples: []string{
			"valkyrie rename sign-in log-in",
			"valkyrie rename sign-in log-in --store \"dynamodb://valkyrie?region=eu-west-1\"   # after the deploy",
		},
		Notes: []string{
			"It renames the journey in probes/, in template.yaml and in alerts/alerts.yaml, all of them or none; its function, file and title too, if they were called " +
				"after it. In the store its runs, incidents and mutes go to the new name, and what is open stays open. Stop watch first. A store in the cloud is changed once " +
				"the source has the new name: deploy, then run the same command again. Two journeys with runs in the same slot are not made one without --merge. Dashboards follow the metrics, which keep the old name for the past.",
			"exit code: 0 renamed, 2 refused: nothing was written",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			db := c.Store(fs)
			merge := fs.Bool("merge", false, "drop the runs of OLD in slots in which NEW has a run, too")
			return func(ctx context.Context, args []string) error {
				if len(args) != 2 || args[0] == args[1] {
					return cli.Usage("expected the journey's present name and another one, got %q", args)
				}
				return c.rename(ctx, db, args[0], args[1], *merge)
			}
		},
	}
}

func (c Config) rename(ctx context.Context, db Opener, from, to string, merge bool) error {
	t, err := openTree()
	if err != nil {
		return err
	}
	listed, err := t.Journeys()
	if err != nil {
		return refused(err)
	}
	names := map[string]bool{}
	for _, j := range listed {
		names[j.Name] = true
	}
	isRenamed := !names[from] && names[to]
	if db.InCloud() && !isRenamed {
		if err := t.Rename(from, to); err != nil {
			return refused(err)
		}
		if err := c.commit(t); err != nil {
			return err
		}
		fmt.Fprintln(c.Stderr, "next: make deploy, then the same command again: what is stored there belongs to the source that is deployed")
		return nil
	}
	store, err := openIfThere(ctx, db) // before the source is changed: a store that cannot be opened changes neither
	if err != nil {
		return err
	}
	if store != nil {
		defer store.Close()
		if !merge {
			if err := checkSlots(ctx, store, from, to); err != nil {
				return err
			}
		}
	}
	if !isRenamed || store == nil {
		if err := t.Rename(from, to); err != nil {
			return refused(err)
		}
		if err := c.commit(t); err != nil {
			return err
		}
	}
	if store == nil {
		return nil
	}
	return c.renameStored(ctx, store, from, to)
}

// openIfThere opens the store; nil: there is none on this machine, and none was named.
func openIfThere(ctx context.Context, db Opener) (Store, error) {
	if db.Missing() {
		return nil, nil
	}
	return db.OpenExisting(ctx)
}

func removeCommand(c Config) cli.Command {
	return cli.Command{
		Name: "remove", Args: "NAME [flags]", Summary: "remove a journey from the source; what is open about it ends as no longer watched",
		Examples: []string{"valkyrie remove sign-in", "valkyrie remove sign-in --yes"},
		Notes: []string{
			"It removes the journey's function, or its whole file if nothing else is in it, its place in the list, its schedule, and its policies in alerts/alerts.yaml. " +
				"After your last journey the practice shop's are listed again. In the store its mutes end, and an open incident ends as no longer watched: whoever was " +
				"alerted hears that, and not that it works again. Stop watch first. The pager of a deployment does so itself after the next deploy. The history stays.",
			"exit code: 0 removed, 2 refused: nothing was written",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			db := c.Store(fs)
			yes := fs.Bool("yes", false, "do not ask")
			return func(ctx context.Context, args []string) error {
				name, err := oneName(args, "the name of a journey")
				if err != nil {
					return err
				}
				return c.remove(ctx, db, name, *yes)
			}
		},
	}
}

func (c Config) remove(ctx context.Context, db Opener, name string, yes bool) error {
	t, err := openTree()
	if err != nil {
		return err
	}
	var store Store
	if !db.InCloud() { // there the pager does the same after the deploy
		if store, err = openIfThere(ctx, db); err != nil {
			return err
		}
	}
	if store != nil {
		defer store.Close()
	}
	removed, err := t.Remove(name)
	if err != nil {
		return refused(err)
	}
	if !yes {
		fmt.Fprintf(c.Stdout, "%s in %s, with:\n  %s\nremove the journey? [yes/no] ", removed.Func, removed.Where, strings.Join(t.Changes(), "\n  "))
		if answer, _ := bufio.NewReader(c.Stdin).ReadString('\n'); strings.TrimSpace(answer) != "yes" {
			return cli.Usage("not removed: the answer was not yes")
		}
	}
	if err := c.commit(t); err != nil {
		return err
	}
	if store == nil {
		return nil
	}
	return c.unwatchStored(ctx, store, name)
}
