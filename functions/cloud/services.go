// Package cloud wires the services that the functions on AWS share: environment, store, judge, phone, and waking the pager.
// On a laptop, functions/valkyrie wires the same parts.
package cloud

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	alertconfig "valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/functions/suite"
	"valkyrie/infra/amazon"
	"valkyrie/infra/dynamo"
	"valkyrie/infra/environ"
	"valkyrie/infra/regions"
	"valkyrie/infra/secrets"
)

// Services are the services behind one function.
type Services struct {
	Suite  suite.Suite
	Env    environ.Variables
	AWS    aws.Config
	Tables regions.Pair
	Alerts alertconfig.Config
	Vault  *secrets.Vault
	Log    *slog.Logger

	FallbackURL string // base address of another region's webhook, for key presses that this region's does not answer; "": none
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

// openTables opens the home's table and the standby's, if there is one. It sends no request.
func openTables(ctx context.Context, env environ.Variables, cfg aws.Config) (regions.Pair, error) {
	home, err := dynamo.Open(ctx, dynamo.Config{Table: env.Table, Region: env.HomeRegion, AWS: &cfg})
	if err != nil || env.StandbyRegion == "" {
		return regions.Pair{Home: home}, err
	}
	standby, err := dynamo.Open(ctx, dynamo.Config{Table: env.Table, Region: env.StandbyRegion, AWS: &cfg})
	return regions.Pair{Home: home, Standby: standby}, err
}

// Recorder returns the recorder of runs and heartbeats for a table, with this machine's clock, by which it refuses runs
// from the future.
func (s *Services) Recorder(store incident.Store) judge.Recorder {
	policy := s.Alerts.Judge
	policy.Configured = s.Env.ProbeRegions
	return judge.Recorder{Store: store, Policy: policy, Titles: s.Suite.Titles(), TimeNow: time.Now}
}

// Pager returns the pager for the state in a table.
func (s *Services) Pager(store incident.Store, phone paging.Phone) *paging.Pager {
	p := &paging.Pager{Store: store, OnCall: s.Alerts.OnCall, Phone: phone, Journeys: s.Alerts.Judge.Names(s.Suite.Names()), Log: s.Log}
	if failover := s.Alerts.OnCall.Failover; failover != nil {
		p.Failover = amazon.With(*failover, s.AWS)
	}
	return p
}

// Deps returns the services for the tables of both regions.
func (s *Services) Deps(phone paging.Phone) regions.Deps {
	return regions.Deps{
		Recorder: s.Recorder, Pager: func(store incident.Store) *paging.Pager { return s.Pager(store, phone) },
		Names: s.Alerts.Judge.Names(s.Suite.Names()), Log: s.Log,
	}
}

// Now returns the time by the clock of the home's table.
func (s *Services) Now() time.Time { return incident.TimeOf(s.Tables.Home, time.Now()) }

// Region returns the region of a table.
func (s *Services) Region(p regions.Place) string {
	if p == regions.AtStandby {
		return s.Env.StandbyRegion
	}
	return s.Env.HomeRegion
}
