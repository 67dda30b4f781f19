package cloud

import (
	"context"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"

	"valkyrie/alerts"
	"valkyrie/infra/dynamo"
	"valkyrie/infra/environ"
)

func openStore(ctx context.Context, told environ.Deployment, cfg aws.Config, _ *slog.Logger) (alerts.Store, error) {
	return dynamo.Open(ctx, dynamo.Config{Table: told.Table, Region: told.HomeRegion, AWS: &cfg})
}
