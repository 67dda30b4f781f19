package dynamo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"valkyrie/alerts/incident"
)

// An incident is one row, which an older revision never replaces. Incidents are listed through entries in the partition
// INCIDENTS, sorted by end. The entry is written before the incident, and the entry of its former end is deleted afterwards: a
// crash in between leaves a surplus entry, never a missing one. Readers ignore surplus entries, because they check the incident
// itself.
const (
	incidentRow  = "INCIDENT"
	incidentList = "INCIDENTS"
	neverEnded   = "open" // sorts after every time

	revAttr   = "rev"
	endAttr   = "end"   // of an incident: the sort key of its entry
	entryAttr = "entry" // of both: id of the write that made the entry
	idAttr    = "id"    // of an entry
)

func incidentKey(id string) (attributes, error) { return key("INCIDENT#"+id, incidentRow) }

// end returns the time up to which an incident is listed, which its entry is sorted by: its end, or neverEnded.
func end(r incident.Record) (string, error) {
	if r.State != incident.Resolved {
		return neverEnded, nil
	}
	last := r.Opened
	if r.ResolvedAt.After(last) {
		last = r.ResolvedAt
	}
	return stamp(last)
}

// PutIncident implements [incident.IncidentLog].
func (s *Store) PutIncident(ctx context.Context, r incident.Record) error {
	if err := s.putIncident(ctx, r); err != nil {
		return s.explain(ctx, fmt.Sprintf("write incident %q", r.ID), err)
	}
	return nil
}

func (s *Store) putIncident(ctx context.Context, r incident.Record) error {
	d, err := packJSON(r)
	if err != nil {
		return err
	}
	row, err := incidentKey(r.ID)
	if err != nil {
		return err
	}
	at, err := end(r)
	if err != nil {
		return err
	}
	at += "#" + r.ID
	writeID := make([]byte, 8)
	rand.Read(writeID) // never fails
	common := attributes{entryAttr: bytes(writeID)}
	if r.State == incident.Resolved {
		common[TimeToLive] = expiry(s.cfg.TimeNow(), s.cfg.KeepIncidents)
	}
	if err := s.putEntry(ctx, at, r.ID, common); err != nil {
		return err
	}
	row[d.attr], row[revAttr], row[endAttr] = bytes(d.data), number(r.Rev), text(at)
	for name, value := range common {
		row[name] = value
	}
	former, err := s.replaceIncident(ctx, row)
	if err != nil || former == nil || readText(former, endAttr) == at {
		return err
	}
	return s.deleteEntry(ctx, former)
}

func (s *Store) putEntry(ctx context.Context, at, id string, rest attributes) error {
	entry, err := key(incidentList, at)
	if err != nil {
		return err
	}
	entry[idAttr] = text(id)
	for name, value := range rest {
		entry[name] = value
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.cfg.Table, Item: entry})
	return err
}

// replaceIncident writes the row unless the table has a newer revision, and returns the row that it replaced, if any.
func (s *Store) replaceIncident(ctx context.Context, row attributes) (attributes, error) {
	out, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.cfg.Table, Item: row,
		ConditionExpression:       aws.String("attribute_not_exists(#rev) OR #rev <= :rev"),
		ExpressionAttributeNames:  map[string]string{"#rev": revAttr},
		ExpressionAttributeValues: attributes{":rev": row[revAttr]},
		ReturnValues:              types.ReturnValueAllOld,
	})
	var newer *types.ConditionalCheckFailedException
	if errors.As(err, &newer) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return out.Attributes, nil
}

// deleteEntry deletes the entry of an incident's former end, unless another write has since made it again and relies on it.
func (s *Store) deleteEntry(ctx context.Context, former attributes) error {
	entry, err := key(incidentList, readText(former, endAttr))
	if err != nil {
		return err
	}
	_, err = s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.cfg.Table, Key: entry,
		ConditionExpression:       aws.String("#entry = :entry"),
		ExpressionAttributeNames:  map[string]string{"#entry": entryAttr},
		ExpressionAttributeValues: attributes{":entry": former[entryAttr]},
	})
	var rewritten *types.ConditionalCheckFailedException
	if errors.As(err, &rewritten) {
		return nil
	}
	return err
}

// listedSince reports whether a list of incidents since a time includes the incident.
func listedSince(r incident.Record, since time.Time) bool {
	return r.State != incident.Resolved || !r.Opened.Before(since) || !r.ResolvedAt.Before(since)
}
