package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Keeping is what becomes of the table's rows by themselves.
type Keeping struct {
	Expires     bool // what is old goes
	Recoverable bool // what was deleted by mistake can be put back, to any second of the last 35 days
}

// Keeping looks up how the table keeps its rows. template.yaml sets both.
func (s *Store) Keeping(ctx context.Context) (k Keeping, err error) {
	ttl, err := s.client.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &s.cfg.Table})
	if err != nil {
		return k, s.explain(ctx, "looking at the time to live", err)
	}
	if t := ttl.TimeToLiveDescription; t != nil {
		k.Expires = t.TimeToLiveStatus == types.TimeToLiveStatusEnabled && aws.ToString(t.AttributeName) == TimeToLive
	}
	backups, err := s.client.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: &s.cfg.Table})
	if err != nil {
		return k, s.explain(ctx, "looking at the backups", err)
	}
	if c := backups.ContinuousBackupsDescription; c != nil && c.PointInTimeRecoveryDescription != nil {
		k.Recoverable = c.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus == types.PointInTimeRecoveryStatusEnabled
	}
	return k, nil
}
