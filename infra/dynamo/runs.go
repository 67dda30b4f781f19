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

// unfinishedAttr holds the id of a run that was stored before its end; only that run may replace it.
const unfinishedAttr = "unfinished"

func runPartition(journey string) string { return "RUN#" + journey }

// PutRun implements [incident.RunLog]. It truncates a run that is too large, and records that in the run's evidence.
func (s *Store) PutRun(ctx context.Context, run journey.Run) error {
	_, err := s.AddRun(ctx, run)
	return err
}

// AddRun implements [incident.RunAdder].
func (s *Store) AddRun(ctx context.Context, run journey.Run) (added bool, err error) {
	if added, err = s.addRun(ctx, run); err != nil {
		return false, s.explain(ctx, fmt.Sprintf("write the run of journey %q in region %q, slot %s",
			run.Journey, run.Region, run.Slot.UTC().Format(time.RFC3339Nano)), err)
	}
	return added, nil
}

func (s *Store) addRun(ctx context.Context, run journey.Run) (added bool, err error) {
	slot, err := stamp(run.Slot)
	if err != nil {
		return false, err
	}
	row, err := key(runPartition(run.Journey), slot+"#"+run.Region)
	if err != nil {
		return false, err
	}
	d, err := packRun(run)
	if err != nil {
		return false, err
	}
	if err := s.addJourney(ctx, run.Journey); err != nil {
		return false, err
	}
	row[d.attr] = bytes(d.data)
	row["outcome"] = text(string(run.Outcome)) // for people who read the table in the console
	row[TimeToLive] = expiry(s.cfg.TimeNow(), s.cfg.KeepRuns)
	put := dynamodb.PutItemInput{TableName: &s.cfg.Table, Item: row, ConditionExpression: aws.String("attribute_not_exists(" + PartitionKey + ")")}
	if run.Unfinished() {
		row[unfinishedAttr] = text(run.ID)
	} else {
		put.ConditionExpression = aws.String(*put.ConditionExpression + " OR " + unfinishedAttr + " = :run")
		put.ExpressionAttributeValues = attributes{":run": text(run.ID)}
	}
	_, err = s.client.PutItem(ctx, &put)
	var exists *types.ConditionalCheckFailedException
	if errors.As(err, &exists) {
		return false, nil // the slot already has its run
	}
	return err == nil, err
}

// Runs implements [incident.RunLog].
func (s *Store) Runs(ctx context.Context, q incident.RunQuery) ([]journey.Run, error) {
	runs, err := s.runs(ctx, q)
	if err != nil {
		return nil, s.explain(ctx, "read runs", err)
	}
	return runs, nil
}

func (s *Store) runs(ctx context.Context, q incident.RunQuery) ([]journey.Run, error) {
	names, err := s.journeysOf(ctx, q)
	if err != nil {
		return nil, err
	}
	runs := []journey.Run{}
	for _, name := range names {
		some, err := s.runsOf(ctx, name, q)
		if err != nil {
			return nil, err
		}
		runs = append(runs, some...)
	}
	slices.SortFunc(runs, compareRuns)
	if q.Limit > 0 && len(runs) > q.Limit {
		runs = runs[len(runs)-q.Limit:]
	}
	return runs, nil
}

// compareRuns compares runs in the order of [incident.RunLog].
func compareRuns(a, b journey.Run) int {
	return cmp.Or(a.Slot.Compare(b.Slot), strings.Compare(a.Region, b.Region), strings.Compare(a.ID, b.ID), strings.Compare(a.Journey, b.Journey))
}

// runsOf lists one journey's runs, newest first, so that a limited query reads only the rows that it returns.
func (s *Store) runsOf(ctx context.Context, name string, q incident.RunQuery) ([]journey.Run, error) {
	in, err := s.runQuery(name, q)
	if in == nil || err != nil {
		return nil, err
	}
	in.ScanIndexForward = aws.Bool(false)
	var runs []journey.Run
	err = s.each(ctx, in, q.Limit, func(row attributes) error {
		run, err := unpackRun(row)
		runs = append(runs, run)
		return err
	})
	return runs, err
}

// runQuery returns the request for one journey's runs, oldest first; nil: there can be none.
func (s *Store) runQuery(name string, q incident.RunQuery) (*dynamodb.QueryInput, error) {
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
	return s.query(runPartition(name), since, before), nil // a time sorts before the same time with a region
}

// journeysOf lists the journeys of a query.
func (s *Store) journeysOf(ctx context.Context, q incident.RunQuery) ([]string, error) {
	if q.Journey != "" {
		return []string{q.Journey}, nil
	}
	return s.journeys(ctx)
}

const journeyList = "JOURNEYS"

// addJourney adds a journey to the list of journeys, once per process.
func (s *Store) addJourney(ctx context.Context, name string) error {
	if _, known := s.known.Load(name); known {
		return nil
	}
	row, err := key(journeyList, "#"+name) // a sort key must not be empty
	if err != nil {
		return err
	}
	if _, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.cfg.Table, Item: row}); err != nil {
		return err
	}
	s.known.Store(name, true)
	return nil
}

// journeys lists the names of the journeys that have runs.
func (s *Store) journeys(ctx context.Context) ([]string, error) {
	in := s.query(journeyList, "#", "$") // the character after #
	var names []string
	err := s.each(ctx, in, 0, func(row attributes) error {
		names = append(names, readText(row, SortKey)[len("#"):])
		return nil
	})
	return names, err
}
