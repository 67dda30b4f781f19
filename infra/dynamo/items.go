package dynamo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"valkyrie/alerts/incident"
)

const (
	itemRow     = "ITEM"
	itemPrefix  = "ITEM#"
	versionAttr = "version"
)

func itemKey(k string) (attributes, error) { return key(itemPrefix+k, itemRow) }

// Item implements [incident.Items].
func (s *Store) Item(ctx context.Context, k string) (incident.Item, error) {
	item, err := s.item(ctx, k)
	if err != nil {
		return incident.Item{}, s.explain(ctx, fmt.Sprintf("read item %q", k), err)
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
	return unpackItem(k, got.Item)
}

func unpackItem(k string, row attributes) (item incident.Item, err error) {
	item.Key = k
	if item.Version, err = readNumber(row, versionAttr); err != nil {
		return item, err
	}
	item.Data, err = unpack(row)
	return item, err
}

// ItemsOf implements [incident.BatchReader]: a request reads a hundred items.
func (s *Store) ItemsOf(ctx context.Context, keys []string) (map[string]incident.Item, error) {
	all := map[string]incident.Item{}
	for some := range slices.Chunk(keys, batchRows) {
		err := s.eachRow(ctx, some, itemKey, func(row attributes) error {
			k := strings.TrimPrefix(readText(row, PartitionKey), itemPrefix)
			item, err := unpackItem(k, row)
			if err != nil {
				return fmt.Errorf("item %q: %w", k, err)
			}
			all[k] = item
			return nil
		})
		if err != nil {
			return nil, s.explain(ctx, fmt.Sprintf("read %d items", len(some)), err)
		}
	}
	return all, nil
}

// PutItem implements [incident.Items].
func (s *Store) PutItem(ctx context.Context, item incident.Item) error {
	if err := s.putItem(ctx, item); err != nil {
		return s.explain(ctx, fmt.Sprintf("write item %q over version %d", item.Key, item.Version), err)
	}
	return nil
}

// writeIDs is the number of write ids that a row holds: version v has its id in the attribute w<v mod writeIDs>. When a write
// was applied but its response was lost, the retry fails the version check; the id shows that the version is its own, even if
// others have written since.
const writeIDs = 32

func writeIDAttr(version int64) string { return "w" + strconv.FormatInt(version%writeIDs, 10) }

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
	writeID := make([]byte, 6)
	rand.Read(writeID) // never fails
	attempts := 0
	_, err = s.client.UpdateItem(ctx, s.update(row, item.Version, d, writeID), countAttempts(&attempts))
	var failed *types.ConditionalCheckFailedException
	if !errors.As(err, &failed) {
		return err
	}
	return checkConflict(failed.Item, item.Version+1, writeID, attempts > 1)
}

// update returns the request that replaces version by the next version.
func (s *Store) update(row attributes, version int64, d document, writeID []byte) *dynamodb.UpdateItemInput {
	in := &dynamodb.UpdateItemInput{
		TableName:        &s.cfg.Table,
		Key:              row,
		UpdateExpression: aws.String("SET #version = :next, #id = :id, #doc = :doc REMOVE #other"),
		ExpressionAttributeNames: map[string]string{
			"#version": versionAttr, "#id": writeIDAttr(version + 1), "#doc": d.attr, "#other": gzipAttr,
		},
		ExpressionAttributeValues:           attributes{":next": number(version + 1), ":id": bytes(writeID), ":doc": bytes(d.data)},
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

// checkConflict returns the error of a write whose version check failed: nil if the stored row contains the write, because an
// earlier attempt was applied.
func checkConflict(stored attributes, version int64, writeID []byte, retried bool) error {
	if stored == nil {
		return incident.ErrConflict
	}
	have, err := readNumber(stored, versionAttr)
	if err != nil {
		return err
	}
	storedID, _ := readBytes(stored, writeIDAttr(version))
	switch {
	case have >= version && string(storedID) == string(writeID):
		return nil
	case retried && have >= version+writeIDs:
		return fmt.Errorf("the write was retried, and others have written %d times since: whether it was applied is not known", have-version)
	}
	return incident.ErrConflict
}
