// Package author holds the commands with which a person creates, renames, removes, lists and checks journeys. Package tree edits the
// source, package check examines it.
package author

import (
	"context"
	"errors"
	"flag"
	"io"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/functions/suite"
	"valkyrie/functions/valkyrie/author/tree"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/probes/journey"
)

// A Config is what the commands use of the program.
type Config struct {
	Suite          suite.Suite // as the program was built
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Now            func() time.Time
	Site           string // the default of --site
	Alerts         string // the default of --alerts, relative to the tree
	// CheckSite reports why an address cannot be that of a site, whether or not something answers there.
	CheckSite func(site string) error
	// Runner returns a runner of journeys against a site, without evidence and output.
	Runner func(ctx context.Context, journeys []func() journey.Journey, site string) (journey.Runner, error)
	// Secret looks up a secret for runs against a site.
	Secret func(ctx context.Context, site, name string) error
	// Store declares the flags of a store.
	Store func(fs *flag.FlagSet) Opener
}

// An Opener opens the store that the flags of a command name.
type Opener interface {
	// OpenExisting opens it; a file that does not exist is an error.
	OpenExisting(ctx context.Context) (Store, error)
	// Missing reports whether it is a file that does not exist and was not named.
	Missing() bool
	// InCloud reports whether it is a deployment's store, whose content belongs to the deployed source, not to this tree.
	InCloud() bool
}

// A Store is an open store.
type Store interface {
	incident.Store
	incident.RunRenamer
	io.Closer
}

// Commands lists the commands, in the order of the help.
func Commands(c Config) []cli.Command {
	return []cli.Command{newCommand(c), renameCommand(c), removeCommand(c), journeysCommand(c), checkCommand(c)}
}

// openTree finds the source tree around the current folder.
func openTree() (*tree.Tree, error) {
	t, err := tree.Find(".")
	if err != nil {
		return nil, cli.Exit(cli.ExitUsage, err)
	}
	return t, nil
}

// refused is the usage error for an edit of the tree.
func refused(err error) error {
	if unknown := (*tree.UnknownError)(nil); errors.As(err, &unknown) {
		return cli.Unknown("journey", unknown.Name, unknown.Known)
	}
	return cli.Exit(cli.ExitUsage, err)
}

// oneName returns the only argument.
func oneName(args []string, expected string) (string, error) {
	if len(args) != 1 {
		return "", cli.Usage("expected %s, got %d arguments", expected, len(args))
	}
	return args[0], nil
}

// words returns a name as a customer would say it.
func words(name string) string { return strings.ReplaceAll(name, "-", " ") }
