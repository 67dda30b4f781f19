package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Retention describes the table's settings for expiry and recovery.
type Retention struct {
	Expires     bool // time to live is enabled: old rows are deleted
	Recoverable bool // point-in-time recovery is enabled: the table can be restored to any second of the last 35 days
}

// Retention reads the table's settings. template.yaml enables both.
func (s *Store) Retention(ctx context.Context) (r Retention, err error) {
	ttl, err := s.client.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &s.cfg.Table})
	if err != nil {
		return r, s.explain(ctx, "reading the time to live", err)
	}
	if t := ttl.TimeToLiveDescription; t != nil {
		r.Expires = t.TimeToLiveStatus == types.TimeToLiveStatusEnabled && aws.ToString(t.AttributeName) == TimeToLive
	}
	backups, err := s.client.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: &s.cfg.Table})
	if err != nil {
		return r, s.explain(ctx, "reading the backup settings", err)
	}
	if c := backups.ContinuousBackupsDescription; c != nil && c.PointInTimeRecoveryDescription != nil {
		r.Recoverable = c.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus == types.PointInTimeRecoveryStatusEnabled
	}
	return r, nil
}
