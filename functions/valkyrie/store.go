package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"valkyrie/alerts"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/dynamo"
	"valkyrie/infra/sqlite"
)

// storeVariable names the store for all commands that read or change one, so that --store need not be given each time.
const storeVariable = "VALKYRIE_STORE"

// A store is an open one, to be closed.
type store interface {
	alerts.Store
	io.Closer
}

// A storage says which store a command works on: a file of this machine, or a table in the cloud.
type storage struct {
	db, address string
	flags       *flag.FlagSet
	getenv      func(string) string
}

func (p *program) storeFlags(fs *flag.FlagSet) *storage {
	s := &storage{flags: fs, getenv: p.getenv}
	fs.StringVar(&s.db, "db", "valkyrie.db", "`FILE` of the store")
	fs.StringVar(&s.address, "store", "", "`ADDRESS` of a store in the cloud instead, dynamodb://TABLE?region=REGION; that in "+storeVariable+" unless given")
	return s
}

// table is the address of the table to work on; empty: it is a file. What is given as a flag counts before the environment.
func (s *storage) table() (string, error) {
	given := map[string]bool{}
	s.flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	switch {
	case given["db"] && given["store"]:
		return "", cli.Usage("--db %s and --store %s: expected one of them", s.db, s.address)
	case given["db"]:
		return "", nil
	case given["store"]:
		return s.address, nil
	}
	return s.getenv(storeVariable), nil
}

// open opens the store. A file that is not there is made.
func (s *storage) open(ctx context.Context) (store, error) { return s.openBy(ctx, sqlite.Open) }

// openExisting opens the store for those who only read: where there is none, it says so.
func (s *storage) openExisting(ctx context.Context) (store, error) {
	return s.openBy(ctx, sqlite.OpenExisting)
}

func (s *storage) openBy(ctx context.Context, file func(context.Context, string) (*sqlite.Store, error)) (store, error) {
	address, err := s.table()
	if err != nil {
		return nil, err
	}
	if address != "" {
		return openTable(ctx, address)
	}
	opened, err := file(ctx, s.db)
	if err != nil {
		return nil, cli.Exit(cli.ExitUsage, err)
	}
	return opened, nil
}

// missing reports whether there is no store yet.
func (s *storage) missing() bool {
	if address, err := s.table(); address != "" || err != nil {
		return false
	}
	_, err := os.Stat(s.db)
	return errors.Is(err, os.ErrNotExist)
}

// openTable opens a table in the cloud, and makes sure that it is there and may be used.
func openTable(ctx context.Context, address string) (store, error) {
	const patience = 15 * time.Second
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("nothing was heard for %v", patience))
	defer cancel()
	cfg, err := dynamo.ParseAddress(address)
	if err != nil {
		return nil, cli.Usage("the store: %w", err)
	}
	s, err := dynamo.Open(ctx, cfg)
	if err == nil {
		err = s.Check(ctx)
	}
	if err != nil {
		return nil, cli.Exit(cli.ExitUsage, err)
	}
	return table{s, cfg}, nil
}

// A table has nothing to close.
type table struct {
	*dynamo.Store
	at dynamo.Config
}

func (table) Close() error { return nil }
