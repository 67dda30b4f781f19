package cloud

import (
	"context"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"

	"valkyrie/alerts"
	"valkyrie/infra/environ"
	"valkyrie/infra/sqlite"
)

func openStore(ctx context.Context, told environ.Deployment, _ aws.Config, _ *slog.Logger) (alerts.Store, error) {
	return sqlite.Open(ctx, told.Table)
}
