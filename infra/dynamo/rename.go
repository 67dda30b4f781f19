package dynamo

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"valkyrie/alerts/incident"
)

var _ incident.RunRenamer = (*Store)(nil)

// renamesAtOnce is the number of runs that are moved at the same time: each takes two writes.
const renamesAtOnce = 16

// RenameRuns implements [incident.RunRenamer]. A run is written under the new name before it is deleted under the old one, so that an
// interruption loses none.
func (s *Store) RenameRuns(ctx context.Context, from, to string, progress func(moved int64)) (moved int64, err error) {
	if moved, err = s.renameRuns(ctx, from, to, progress); err != nil {
		return moved, s.explain(ctx, fmt.Sprintf("move the runs of journey %q to %q", from, to), err)
	}
	return moved, nil
}

func (s *Store) renameRuns(ctx context.Context, from, to string, progress func(moved int64)) (moved int64, err error) {
	in := s.query(runPartition(from), "", "~")
	in.Limit = aws.Int32(renamesAtOnce)
	known := false
	for {
		page, err := s.client.Query(ctx, in)
		if err != nil {
			return moved, err
		}
		if len(page.Items) == 0 {
			break
		}
		if !known {
			if err := s.addJourney(ctx, to); err != nil {
				return moved, err
			}
			known = true
		}
		n, err := s.renameRows(ctx, page.Items, to)
		moved += n
		if err != nil {
			return moved, err
		}
		progress(moved)
	}
	row, err := key(journeyList, "#"+from)
	if err != nil {
		return moved, err
	}
	_, err = s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.cfg.Table, Key: row})
	s.known.Delete(from)
	return moved, err
}

// renameRows moves the rows of a few runs, and returns the number of those that had a free slot.
func (s *Store) renameRows(ctx context.Context, rows []map[string]types.AttributeValue, to string) (moved int64, err error) {
	var all sync.WaitGroup
	free, errs := make([]bool, len(rows)), make([]error, len(rows))
	for n, row := range rows {
		all.Go(func() { free[n], errs[n] = s.renameRow(ctx, row, to) })
	}
	all.Wait()
	for _, isFree := range free {
		if isFree {
			moved++
		}
	}
	return moved, errors.Join(errs...)
}

// renameRow moves one run, with its time to live. It reports false for a run that is dropped, as its slot has one.
func (s *Store) renameRow(ctx context.Context, row attributes, to string) (isFree bool, err error) {
	run, err := unpackRun(row)
	if err != nil {
		return false, err
	}
	former := attributes{PartitionKey: row[PartitionKey], SortKey: row[SortKey]}
	run.Journey = to
	d, err := packRun(run)
	if err != nil {
		return false, err
	}
	renamed, err := key(runPartition(to), readText(row, SortKey))
	if err != nil {
		return false, err
	}
	for _, name := range []string{"outcome", TimeToLive, unfinishedAttr} {
		if value, ok := row[name]; ok {
			renamed[name] = value
		}
	}
	renamed[d.attr] = bytes(d.data)
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.cfg.Table, Item: renamed, ConditionExpression: aws.String("attribute_not_exists(" + PartitionKey + ")"),
	})
	var exists *types.ConditionalCheckFailedException
	if isFree = !errors.As(err, &exists); isFree && err != nil {
		return false, err
	}
	_, err = s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.cfg.Table, Key: former})
	return isFree && err == nil, err
}
