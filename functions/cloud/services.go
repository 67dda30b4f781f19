package cloud

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	alertconfig "valkyrie/alerts/config"
	"valkyrie/functions/suite"
	"valkyrie/infra/environ"
	"valkyrie/infra/regions"
	"valkyrie/infra/secrets"
)

// Services are the services behind one function.
type Services struct {
	Suite  suite.Suite
	Env    environ.Deployment
	AWS    aws.Config
	Tables regions.Pair
	Alerts alertconfig.Config
	Vault  *secrets.Vault
	Log    *slog.Logger
}

// Open prepares everything that needs no request, so that a function starts whatever the state of the network. Its error
// lists all faults of the function's environment.
func Open(ctx context.Context, function string, getenv func(string) string, watched suite.Suite) (*Services, error) {
	s := &Services{Suite: watched, Log: slog.New(slog.NewJSONHandler(os.Stdout, nil)).With("function", function)}
	var err error
	if s.Env, err = environ.Read(function, getenv); err != nil {
		return nil, err
	}
	if s.Alerts, err = readAlerts(s.Env.Alerts, watched); err != nil {
		return nil, err
	}
	if s.AWS, err = config.LoadDefaultConfig(ctx, config.WithRegion(s.Env.Region)); err != nil {
		return nil, fmt.Errorf("load the AWS configuration: %w", err)
	}
	if s.Vault, err = secrets.NewVault(s.AWS, s.Env.Secrets); err != nil {
		return nil, err
	}
	s.Tables, err = openTables(ctx, s.Env, s.AWS)
	return s, err
}

// readAlerts reads the on-call file from the function's folder; empty path: the embedded file.
func readAlerts(path string, watched suite.Suite) (alertconfig.Config, error) {
	text, err := watched.Alerts, error(nil)
	if path != "" {
		if text, err = os.ReadFile(path); err != nil {
			return alertconfig.Config{}, fmt.Errorf("read the on-call file that %s names: %w", environ.Alerts, err)
		}
	} else {
		path = "alerts.yaml"
	}
	return watched.Policy(path, text)
}
