package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Definition returns the definition of the table that a store needs. template.yaml repeats it, and a test compares them.
func Definition(table string) *dynamodb.CreateTableInput {
	return &dynamodb.CreateTableInput{
		TableName:   &table,
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String(PartitionKey), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String(SortKey), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: keySchema(),
	}
}

func keySchema() []types.KeySchemaElement {
	return []types.KeySchemaElement{
		{AttributeName: aws.String(PartitionKey), KeyType: types.KeyTypeHash},
		{AttributeName: aws.String(SortKey), KeyType: types.KeyTypeRange},
	}
}

// CreateTable creates the table, with time to live, and waits until it is active. It is for tests and experiments; a
// deployment's table is created by template.yaml, which adds point-in-time recovery.
func (s *Store) CreateTable(ctx context.Context) error {
	if err := s.createTable(ctx); err != nil {
		return s.explain(ctx, "create the table", err)
	}
	return nil
}

func (s *Store) createTable(ctx context.Context) error {
	if _, err := s.client.CreateTable(ctx, Definition(s.cfg.Table)); err != nil {
		return err
	}
	waiter := dynamodb.NewTableExistsWaiter(s.client, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay = 10 * time.Millisecond })
	if err := waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &s.cfg.Table}, time.Minute); err != nil {
		return err
	}
	_, err := s.client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName:               &s.cfg.Table,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String(TimeToLive), Enabled: aws.Bool(true)},
	})
	return err
}

// Check checks that credentials are configured, and that the table exists and has the expected keys. Its errors contain the
// cure.
func (s *Store) Check(ctx context.Context) error {
	if err := s.checkCredentials(ctx); err != nil {
		return err
	}
	out, err := s.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &s.cfg.Table})
	if err != nil {
		return s.explain(ctx, "describe the table", err)
	}
	if got, want := keyNames(out.Table.KeySchema), keyNames(keySchema()); got != want {
		return fmt.Errorf("table %q in %s has the keys %s, expected %s: it is not Valkyrie's; name another", s.cfg.Table, s.cfg.Region, got, want)
	}
	if out.Table.TableStatus == types.TableStatusCreating || out.Table.TableStatus == types.TableStatusDeleting {
		return fmt.Errorf("table %q in %s is %s; wait a minute, or name another", s.cfg.Table, s.cfg.Region, out.Table.TableStatus)
	}
	return nil
}

func (s *Store) checkCredentials(ctx context.Context) error {
	const cure = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in (`aws sso login`)"
	err := errors.New("none are configured")
	if s.cfg.AWS.Credentials != nil {
		_, err = s.cfg.AWS.Credentials.Retrieve(ctx)
	}
	if err != nil {
		return fmt.Errorf("table %q in %s: no AWS credentials; %s: %w", s.cfg.Table, s.cfg.Region, cure, err)
	}
	return nil
}

func keyNames(schema []types.KeySchemaElement) string {
	names := ""
	for _, k := range schema {
		names += fmt.Sprintf("%s (%s) ", aws.ToString(k.AttributeName), k.KeyType)
	}
	return names
}

// Retention describes the table's settings for expiry and recovery.
type Retention struct {
	Expires     bool // time to live is enabled: old rows are deleted
	Recoverable bool // point-in-time recovery is enabled: the table can be restored to any second of the last 35 days
}

// Retention reads the table's settings. template.yaml enables both.
func (s *Store) Retention(ctx context.Context) (r Retention, err error) {
	ttl, err := s.client.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &s.cfg.Table})
	if err != nil {
		return r, s.explain(ctx, "read the time to live", err)
	}
	if t := ttl.TimeToLiveDescription; t != nil {
		r.Expires = t.TimeToLiveStatus == types.TimeToLiveStatusEnabled && aws.ToString(t.AttributeName) == TimeToLive
	}
	backups, err := s.client.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: &s.cfg.Table})
	if err != nil {
		return r, s.explain(ctx, "read the backup settings", err)
	}
	if c := backups.ContinuousBackupsDescription; c != nil && c.PointInTimeRecoveryDescription != nil {
		r.Recoverable = c.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus == types.PointInTimeRecoveryStatusEnabled
	}
	return r, nil
}
