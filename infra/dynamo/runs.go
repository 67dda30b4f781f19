package dynamo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

func runsOf(journey string) string { return "RUN#" + journey }

// PutRun implements [alerts.RunLog]. A run that is too large is kept without its least telling parts, and says so in
// its evidence.
func (s *Store) PutRun(ctx context.Context, run journey.Run) error {
	if err := s.putRun(ctx, run); err != nil {
		return s.explain(ctx, fmt.Sprintf("writing the run of journey %q in region %q, slot %s",
			run.Journey, run.Region, run.Slot.UTC().Format(time.RFC3339Nano)), err)
	}
	return nil
}

func (s *Store) putRun(ctx context.Context, run journey.Run) error {
	slot, err := stamp(run.Slot)
	if err != nil {
		return err
	}
	row, err := key(runsOf(run.Journey), slot+"#"+run.Region)
	if err != nil {
		return err
	}
	d, err := packRun(run)
	if err != nil {
		return err
	}
	if err := s.enlist(ctx, run.Journey); err != nil {
		return err
	}
	row[d.attr] = bytes(d.data)
	row["outcome"] = text(string(run.Outcome)) // for people who look into the table
	row[TimeToLive] = until(s.cfg.TimeNow(), s.cfg.KeepRuns)
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.cfg.Table, Item: row,
		ConditionExpression: aws.String("attribute_not_exists(" + PartitionKey + ")"),
	})
	var taken *types.ConditionalCheckFailedException
	if errors.As(err, &taken) {
		return nil // the slot has its verdict
	}
	return err
}

// Runs implements [alerts.RunLog].
func (s *Store) Runs(ctx context.Context, q incident.RunQuery) ([]journey.Run, error) {
	runs, err := s.runs(ctx, q)
	if err != nil {
		return nil, s.explain(ctx, "reading runs", err)
	}
	return runs, nil
}

func (s *Store) runs(ctx context.Context, q incident.RunQuery) ([]journey.Run, error) {
	names := []string{q.Journey}
	if q.Journey == "" {
		var err error
		if names, err = s.journeys(ctx); err != nil {
			return nil, err
		}
	}
	runs := []journey.Run{}
	for _, name := range names {
		some, err := s.runsOf(ctx, name, q)
		if err != nil {
			return nil, err
		}
		runs = append(runs, some...)
	}
	slices.SortFunc(runs, func(a, b journey.Run) int {
		return cmp.Or(a.Slot.Compare(b.Slot), strings.Compare(a.Region, b.Region), strings.Compare(a.ID, b.ID), strings.Compare(a.Journey, b.Journey))
	})
	if q.Limit > 0 && len(runs) > q.Limit {
		runs = runs[len(runs)-q.Limit:]
	}
	return runs, nil
}

// runsOf lists one journey's runs, newest first, so that a limit costs as much as it returns.
func (s *Store) runsOf(ctx context.Context, name string, q incident.RunQuery) ([]journey.Run, error) {
	since, err := stamp(q.Since)
	if err != nil {
		return nil, err
	}
	before := "~" // sorts after every time
	if !q.Until.IsZero() {
		if before, err = stamp(q.Until); err != nil || before < since {
			return nil, err
		}
	}
	in := s.query(runsOf(name), since, before) // a time alone sorts before the same with a region
	in.ScanIndexForward = aws.Bool(false)
	var runs []journey.Run
	err = s.each(ctx, in, q.Limit, func(row attributes) error {
		run, err := unpackRun(row)
		runs = append(runs, run)
		return err
	})
	return runs, err
}
