package dynamo

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"valkyrie/alerts/incident"
)

// Incidents implements [incident.IncidentLog]. Its cost depends on the number of listed incidents only, not on
// the length of the history.
func (s *Store) Incidents(ctx context.Context, since time.Time) ([]incident.Record, error) {
	records, err := s.incidents(ctx, since)
	if err != nil {
		return nil, s.explain(ctx, "read incidents", err)
	}
	return records, nil
}

func (s *Store) incidents(ctx context.Context, since time.Time) ([]incident.Record, error) {
	ids, err := s.listedIDs(ctx, since)
	if err != nil {
		return nil, err
	}
	records := []incident.Record{}
	for some := range slices.Chunk(ids, batchRows) {
		err := s.eachIncident(ctx, some, func(r incident.Record) {
			if listedSince(r, since) {
				records = append(records, r)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(records, func(a, b incident.Record) int {
		return cmp.Or(a.Opened.Compare(b.Opened), strings.Compare(a.ID, b.ID))
	})
	return records, nil
}

// listedIDs returns the ids of the incidents that have an entry since a time, without duplicates.
func (s *Store) listedIDs(ctx context.Context, since time.Time) ([]string, error) {
	from, err := stamp(since)
	if err != nil {
		return nil, err
	}
	var ids []string
	err = s.each(ctx, s.query(incidentList, from, "~"), 0, func(entry attributes) error {
		ids = append(ids, readText(entry, idAttr))
		return nil
	})
	slices.Sort(ids)
	return slices.Compact(ids), err
}

// eachIncident calls do for each incident in ids, in any order.
func (s *Store) eachIncident(ctx context.Context, ids []string, do func(incident.Record)) error {
	return s.eachRow(ctx, ids, incidentKey, func(row attributes) error {
		r, err := unpackIncident(row)
		if err == nil {
			do(r)
		}
		return err
	})
}

// batchRows is DynamoDB's limit of the rows that one request reads.
const batchRows = 100

// eachRow reads the rows of at most batchRows names, consistently, and calls do for each that exists, in any order.
func (s *Store) eachRow(ctx context.Context, names []string, keyOf func(string) (attributes, error), do func(attributes) error) error {
	wanted := types.KeysAndAttributes{ConsistentRead: aws.Bool(true)}
	for _, name := range names {
		row, err := keyOf(name)
		if err != nil {
			return err
		}
		wanted.Keys = append(wanted.Keys, row)
	}
	for attempt := 0; len(wanted.Keys) > 0; attempt++ {
		got, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{s.cfg.Table: wanted},
		})
		if err != nil {
			return err
		}
		for _, row := range got.Responses[s.cfg.Table] {
			if err := do(row); err != nil {
				return err
			}
		}
		wanted.Keys = got.UnprocessedKeys[s.cfg.Table].Keys // over 16 MB, or throttled
		if len(got.Responses[s.cfg.Table]) > 0 {
			attempt = 0
		} else if len(wanted.Keys) > 0 {
			if attempt >= maxAttempts {
				return errors.New("DynamoDB repeatedly left some keys of the batch unprocessed")
			}
			if err := waitBackoff(ctx, attempt); err != nil {
				return err
			}
		}
	}
	return nil
}

// waitBackoff waits before the next attempt.
func waitBackoff(ctx context.Context, attempt int) error {
	d, err := backoff(attempt, nil)
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// unpackIncident decodes an incident. Empty lists are non-nil, so that they encode as [] and not as null.
func unpackIncident(row attributes) (incident.Record, error) {
	var r incident.Record
	if err := unpackJSON(row, &r); err != nil {
		return r, err
	}
	r.Regions, r.Outages, r.Evidence, r.Pages = nonNil(r.Regions), nonNil(r.Outages), nonNil(r.Evidence), nonNil(r.Pages)
	for i := range r.Pages {
		r.Pages[i].Incidents = nonNil(r.Pages[i].Incidents)
	}
	return r, nil
}
