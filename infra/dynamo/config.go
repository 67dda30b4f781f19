package dynamo

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"valkyrie/alerts/incident"
)

var _ incident.Store = (*Store)(nil)

// Config says which table, and how to reach it.
type Config struct {
	Table    string      // its name; required
	Region   string      // such as "eu-central-1"; "": that of AWS
	Endpoint string      // of a server that is not Amazon's, such as "http://127.0.0.1:8000"; "": Amazon's in the region
	AWS      *aws.Config // credentials and the like; nil: the usual ones of the environment (AWS_PROFILE, Lambda's role)

	KeepRuns      time.Duration // runs are deleted so long after they were written; 0: incident.RetainRuns
	KeepIncidents time.Duration // and so long after they ended, resolved incidents; 0: incident.RetainIncidents

	AttemptLimit time.Duration    // how long to wait for an answer before a request is sent again; 0: 2 s
	TimeNow      func() time.Time // nil: time.Now
}

// The defaults of a Config.
const (
	defaultAttemptLimit = 2 * time.Second
)

// A Store is a table. Its methods are safe for several goroutines, and any number of processes may use one table.
type Store struct {
	cfg    Config
	client *dynamodb.Client
	known  sync.Map // names of journeys that this process has put into the table's list of journeys
}

// Open makes a store out of a configuration. It sends nothing: whether the table is there, the first request or
// [Store.Check] tells.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if cfg.Table == "" {
		return nil, errors.New("no table is named; say which one holds the runs and incidents, such as valkyrie")
	}
	cfg = cfg.withDefaults()
	if cfg.AWS == nil {
		loaded, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			return nil, fmt.Errorf("the AWS configuration of this machine cannot be used: %w", err)
		}
		cfg.AWS = &loaded
	}
	if cfg.Region == "" {
		cfg.Region = cfg.AWS.Region
	}
	if cfg.Region == "" {
		return nil, fmt.Errorf("table %q: no region is named; set AWS_REGION, or add ?region=eu-central-1 to the store's address", cfg.Table)
	}
	return &Store{cfg: cfg, client: dynamodb.NewFromConfig(*cfg.AWS, cfg.options)}, nil
}

func (cfg Config) withDefaults() Config {
	if cfg.KeepRuns == 0 {
		cfg.KeepRuns = incident.RetainRuns
	}
	if cfg.KeepIncidents == 0 {
		cfg.KeepIncidents = incident.RetainIncidents
	}
	if cfg.AttemptLimit == 0 {
		cfg.AttemptLimit = defaultAttemptLimit
	}
	if cfg.TimeNow == nil {
		cfg.TimeNow = time.Now
	}
	return cfg
}
