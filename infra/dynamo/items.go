package dynamo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"valkyrie/alerts/incident"
)

const (
	itemRow     = "ITEM"
	versionAttr = "version"
)

func itemKey(k string) (attributes, error) { return key("ITEM#"+k, itemRow) }

// Item implements [alerts.Items].
func (s *Store) Item(ctx context.Context, k string) (incident.Item, error) {
	item, err := s.item(ctx, k)
	if err != nil {
		return incident.Item{}, s.explain(ctx, fmt.Sprintf("reading item %q", k), err)
	}
	return item, nil
}

func (s *Store) item(ctx context.Context, k string) (incident.Item, error) {
	item := incident.Item{Key: k}
	row, err := itemKey(k)
	if err != nil {
		return item, err
	}
	got, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.cfg.Table, Key: row, ConsistentRead: aws.Bool(true)})
	if err != nil || got.Item == nil {
		return item, err
	}
	if item.Version, err = readNumber(got.Item, versionAttr); err != nil {
		return item, err
	}
	item.Data, err = unpack(got.Item)
	return item, err
}

// PutItem implements [alerts.Items].
func (s *Store) PutItem(ctx context.Context, item incident.Item) error {
	if err := s.putItem(ctx, item); err != nil {
		return s.explain(ctx, fmt.Sprintf("writing item %q over version %d", item.Key, item.Version), err)
	}
	return nil
}

// A row remembers who wrote its last versions: version v bears its writer's mark in the attribute w<v mod marks>. When a
// write arrived and its answer was lost, it is sent again and refused, as the version is no longer the one it was made for;
// by its mark it is known that this is its own doing, even if others have written after it.
const marks = 32

func markAttr(version int64) string { return "w" + strconv.FormatInt(version%marks, 10) }

func (s *Store) putItem(ctx context.Context, item incident.Item) error {
	d, err := pack(item.Data)
	if err != nil {
		return err
	}
	if err := d.fits(len(item.Data)); err != nil {
		return err
	}
	row, err := itemKey(item.Key)
	if err != nil {
		return err
	}
	mark := make([]byte, 6)
	rand.Read(mark) // it never fails
	attempts := 0
	_, err = s.client.UpdateItem(ctx, s.update(row, item.Version, d, mark), countAttempts(&attempts))
	var refused *types.ConditionalCheckFailedException
	if !errors.As(err, &refused) {
		return err
	}
	return judgeRefusal(refused.Item, item.Version+1, mark, attempts > 1)
}

// update is the request that makes of version the next.
func (s *Store) update(row attributes, version int64, d document, mark []byte) *dynamodb.UpdateItemInput {
	in := &dynamodb.UpdateItemInput{
		TableName:        &s.cfg.Table,
		Key:              row,
		UpdateExpression: aws.String("SET #version = :next, #mark = :mark, #doc = :doc REMOVE #other"),
		ExpressionAttributeNames: map[string]string{
			"#version": versionAttr, "#mark": markAttr(version + 1), "#doc": d.attr, "#other": gzipAttr,
		},
		ExpressionAttributeValues:           attributes{":next": number(version + 1), ":mark": bytes(mark), ":doc": bytes(d.data)},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if d.attr == gzipAttr {
		in.ExpressionAttributeNames["#other"] = plainAttr
	}
	if version == 0 {
		in.ConditionExpression = aws.String("attribute_not_exists(#version)")
	} else {
		in.ConditionExpression = aws.String("#version = :version")
		in.ExpressionAttributeValues[":version"] = number(version)
	}
	return in
}

// judgeRefusal tells what it means that a write of a version was refused: nil when it is in the row nevertheless.
func judgeRefusal(stored attributes, version int64, mark []byte, sentAgain bool) error {
	if stored == nil {
		return incident.ErrConflict
	}
	have, err := readNumber(stored, versionAttr)
	if err != nil {
		return err
	}
	theirs, _ := readBytes(stored, markAttr(version))
	switch {
	case have >= version && string(theirs) == string(mark):
		return nil
	case sentAgain && have >= version+marks:
		return fmt.Errorf("it was sent more than once, and others have written %d times meanwhile: whether it was kept is not known", have-version)
	}
	return incident.ErrConflict
}
