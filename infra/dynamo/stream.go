package dynamo

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

var _ incident.RunStreamer = (*Store)(nil)

// Stream reads at most pageRows rows of a journey at once, and heldRows of all journeys, unless they are so many that each page has
// fewestRows. The memory of a reader is that of so many runs.
const (
	pageRows   = 200
	heldRows   = 2000
	fewestRows = 20
)

// Stream implements [incident.RunStreamer]. It reads the journeys side by side, each row once.
func (s *Store) Stream(ctx context.Context, q incident.RunQuery) iter.Seq2[journey.Run, error] {
	return func(yield func(journey.Run, error) bool) {
		if err := s.stream(ctx, q, func(run journey.Run) bool { return yield(run, nil) }); err != nil {
			yield(journey.Run{}, s.explain(ctx, "read runs", err))
		}
	}
}

// stream calls see with the runs of a query in their order, until it returns false.
func (s *Store) stream(ctx context.Context, q incident.RunQuery, see func(journey.Run) bool) error {
	names, err := s.journeysOf(ctx, q)
	if err != nil {
		return err
	}
	rows := max(fewestRows, min(pageRows, heldRows/max(1, len(names))))
	var open []*cursor
	for _, name := range names {
		in, err := s.runQuery(name, q)
		if err != nil {
			return err
		}
		if in == nil {
			continue
		}
		in.Limit = aws.Int32(int32(rows))
		c := &cursor{query: in}
		more, err := c.next(ctx, s)
		if err != nil {
			return err
		}
		if more {
			open = append(open, c)
		}
	}
	for len(open) > 0 {
		first := 0
		for n, c := range open {
			if compareRuns(c.run, open[first].run) < 0 {
				first = n
			}
		}
		if !see(open[first].run) {
			return nil
		}
		more, err := open[first].next(ctx, s)
		if err != nil {
			return err
		}
		if !more {
			open = append(open[:first], open[first+1:]...)
		}
	}
	return nil
}

// A cursor reads the runs of one journey, oldest first.
type cursor struct {
	query *dynamodb.QueryInput // of the next page; nil: there is none
	rows  []attributes         // the rest of the page
	run   journey.Run
}

// next reads the next run, and reports whether there is one.
func (c *cursor) next(ctx context.Context, s *Store) (bool, error) {
	for len(c.rows) == 0 {
		if c.query == nil {
			return false, nil
		}
		page, err := s.client.Query(ctx, c.query)
		if err != nil {
			return false, err
		}
		c.rows = page.Items
		if c.query.ExclusiveStartKey = page.LastEvaluatedKey; len(page.LastEvaluatedKey) == 0 {
			c.query = nil
		}
	}
	row := c.rows[0]
	c.rows = c.rows[1:]
	var err error
	if c.run, err = unpackRun(row); err != nil {
		return false, fmt.Errorf("row %q, %q: %w", readText(row, PartitionKey), readText(row, SortKey), err)
	}
	return true, nil
}
