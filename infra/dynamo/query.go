package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// query returns a request for the rows of a partition with sort keys from from to to, inclusive.
func (s *Store) query(pk, from, to string) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		TableName:                 &s.cfg.Table,
		ConsistentRead:            aws.Bool(true),
		KeyConditionExpression:    aws.String("#pk = :pk AND #sk BETWEEN :from AND :to"),
		ExpressionAttributeNames:  map[string]string{"#pk": PartitionKey, "#sk": SortKey},
		ExpressionAttributeValues: attributes{":pk": text(pk), ":from": text(from), ":to": text(to)},
	}
}

// each calls do for each row of a query. It reads page by page, because DynamoDB returns at most 1 MB at a time. limit is the
// maximum number of rows; 0 or less: all.
func (s *Store) each(ctx context.Context, in *dynamodb.QueryInput, limit int, do func(attributes) error) error {
	n := 0
	for {
		if limit > 0 {
			in.Limit = aws.Int32(int32(min(limit-n, 1000)))
		}
		page, err := s.client.Query(ctx, in)
		if err != nil {
			return err
		}
		for _, row := range page.Items {
			if err := do(row); err != nil {
				return fmt.Errorf("row %q, %q: %w", readText(row, PartitionKey), readText(row, SortKey), err)
			}
		}
		n += len(page.Items)
		if len(page.LastEvaluatedKey) == 0 || limit > 0 && n >= limit {
			return nil
		}
		in.ExclusiveStartKey = page.LastEvaluatedKey
	}
}
