package cloud

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/infra/amazon"
	"valkyrie/infra/dynamo"
	"valkyrie/infra/environ"
	"valkyrie/infra/regions"
)

// openTables opens the home's table and the standby's, if there is one. It sends no request.
func openTables(ctx context.Context, told environ.Deployment, cfg aws.Config) (regions.Pair, error) {
	home, err := dynamo.Open(ctx, dynamo.Config{Table: told.Table, Region: told.HomeRegion, AWS: &cfg})
	if err != nil || told.StandbyRegion == "" {
		return regions.Pair{Home: home}, err
	}
	standby, err := dynamo.Open(ctx, dynamo.Config{Table: told.Table, Region: told.StandbyRegion, AWS: &cfg})
	return regions.Pair{Home: home, Standby: standby}, err
}

// Recorder returns the recorder of runs and heartbeats for a table, with this machine's clock, by which it refuses runs
// from the future.
func (s *Services) Recorder(store incident.Store) judge.Recorder {
	return judge.Recorder{Store: store, Policy: s.Alerts.Judge, Titles: s.Suite.Titles(), TimeNow: time.Now}
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

// Region returns the region of a table.
func (s *Services) Region(p regions.Place) string {
	if p == regions.AtStandby {
		return s.Env.StandbyRegion
	}
	return s.Env.HomeRegion
}
