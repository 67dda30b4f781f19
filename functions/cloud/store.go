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

// openTables opens the home's table and, where there is one, the standby's. It sends nothing.
func openTables(ctx context.Context, told environ.Deployment, cfg aws.Config) (regions.Pair, error) {
	home, err := dynamo.Open(ctx, dynamo.Config{Table: told.Table, Region: told.HomeRegion, AWS: &cfg})
	if err != nil || told.StandbyRegion == "" {
		return regions.Pair{Home: home}, err
	}
	standby, err := dynamo.Open(ctx, dynamo.Config{Table: told.Table, Region: told.StandbyRegion, AWS: &cfg})
	return regions.Pair{Home: home, Standby: standby}, err
}

// Recorder takes in runs and heartbeats for a table, by the clock of this machine: runs from the future are refused.
func (s *Services) Recorder(store incident.Store) judge.Recorder {
	return judge.Recorder{Store: store, Policy: s.Alerts.Judge, Titles: s.Suite.Titles(), TimeNow: time.Now}
}

// Pager sees to it that people are told, by phone, of what is in a table.
func (s *Services) Pager(store incident.Store, phone paging.Phone) *paging.Pager {
	p := &paging.Pager{Store: store, OnCall: s.Alerts.OnCall, Phone: phone, Journeys: s.Alerts.Judge.Names(s.Suite.Names()), Log: s.Log}
	if failover := s.Alerts.OnCall.Failover; failover != nil {
		p.Failover = amazon.With(*failover, s.AWS)
	}
	return p
}

// Deps is who works on either table.
func (s *Services) Deps(phone paging.Phone) regions.Deps {
	return regions.Deps{
		Recorder: s.Recorder, Pager: func(store incident.Store) *paging.Pager { return s.Pager(store, phone) },
		Names: s.Alerts.Judge.Names(s.Suite.Names()), Log: s.Log,
	}
}

// Region is where a table is.
func (s *Services) Region(p regions.Place) string {
	if p == regions.AtStandby {
		return s.Env.StandbyRegion
	}
	return s.Env.HomeRegion
}
