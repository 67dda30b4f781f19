package main

import (
	"context"
	"flag"
	"strings"
)

// A query is what the commands that read the history have in common.
type query struct {
	store        *storage
	format       string
	since, until past
	formats      []string
}

// queryFlags declares its flags; since is how far to look back unless told, and the first format is the usual one.
func (p *program) queryFlags(fs *flag.FlagSet, since string, formats ...string) *query {
	q := &query{store: p.storeFlags(fs), since: p.ago(since), until: past{now: p.now}, formats: formats}
	fs.StringVar(&q.format, "format", formats[0], "`FORM` of the result: "+strings.Join(formats, ", "))
	fs.Var(&q.since, "since", "`TIME` to look back to: 90m, 24h, 7d or 2w ago, yesterday, 03:00, 2026-11-01")
	fs.Var(&q.until, "until", "`TIME` to stop at, in the same words; now unless given")
	return q
}

// open opens the store, which must be there.
func (q *query) open(ctx context.Context) (store, error) {
	if err := oneOf("format", q.format, q.formats...); err != nil {
		return nil, err
	}
	if !q.until.at.IsZero() && !q.since.at.Before(q.until.at) {
		return nil, usageError("--until %s: expected a time after --since %s", q.until.text, q.since.text)
	}
	return q.store.openExisting(ctx)
}

// within says in which time was looked, to go after "no runs".
func (q *query) within() string {
	s := q.since.since()
	if !q.until.at.IsZero() {
		s += " until " + q.until.at.UTC().Format("2006-01-02 15:04 UTC")
	}
	return s
}
