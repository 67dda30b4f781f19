package main

import (
	"context"
	"flag"
	"strings"

	"valkyrie/functions/valkyrie/cli"
)

// A query is what the commands that read the history have in common.
type query struct {
	store        *storage
	form         *cli.Choice
	since, until cli.PastTime
}

// queryFlags declares its flags; since is how far to look back unless told, and the first format is the usual one.
func (p *program) queryFlags(fs *flag.FlagSet, since string, forms ...string) *query {
	q := &query{store: p.storeFlags(fs), since: cli.Ago(since, p.now), until: cli.PastTime{Now: p.now}, form: cli.NewChoice(forms...)}
	fs.Var(q.form, "format", "`FORM` of the result: "+strings.Join(forms, ", "))
	fs.Var(&q.since, "since", "`TIME` to look back to: 90m, 24h, 7d or 2w ago, yesterday, 03:00, 2026-11-01")
	fs.Var(&q.until, "until", "`TIME` to stop at, in the same words; now unless given")
	return q
}

// open opens the store, which must be there.
func (q *query) open(ctx context.Context) (store, error) {
	if !q.until.At.IsZero() && !q.since.At.Before(q.until.At) {
		return nil, cli.Usage("--until %s: expected a time after --since %s", q.until.Text, q.since.Text)
	}
	return q.store.openExisting(ctx)
}

// within says in which time was looked, to go after "no runs".
func (q *query) within() string {
	s := q.since.Since()
	if !q.until.At.IsZero() {
		s += " until " + cli.FormatMinute(q.until.At)
	}
	return s
}
