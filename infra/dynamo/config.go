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

// Config names a table, and configures the access to it.
type Config struct {
	Table    string      // name of the table; required
	Region   string      // such as "eu-central-1"; "": the region of AWS
	Endpoint string      // URL of another server, such as "http://127.0.0.1:8000"; "": Amazon's in the region
	AWS      *aws.Config // credentials and HTTP client; nil: the default configuration (AWS_PROFILE, Lambda's role)

	KeepRuns      time.Duration // retention of runs, from when they were written; 0: incident.RetainRuns
	KeepIncidents time.Duration // retention of resolved incidents, from their last write; 0: incident.RetainIncidents

	AttemptLimit time.Duration    // timeout of one attempt, before a retry; 0: 2 s
	TimeNow      func() time.Time // nil: time.Now
}

const defaultAttemptLimit = 2 * time.Second

// A Store is a table. Its methods are safe for concurrent use, and any number of processes may share a table.
type Store struct {
	cfg    Config
	client *dynamodb.Client
	known  sync.Map // journeys that this process has added to the table's list of journeys, by name
}

// Open returns a store for a configuration. It sends no request, so a missing table is reported by the first request or by
// [Store.Check].
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if cfg.Table == "" {
		return nil, errors.New("open store: no table is named; name the one that holds the runs and incidents, such as valkyrie")
	}
	cfg = cfg.withDefaults()
	if cfg.AWS == nil {
		loaded, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			return nil, fmt.Errorf("load AWS configuration: %w", err)
		}
		cfg.AWS = &loaded
	}
	if cfg.Region == "" {
		cfg.Region = cfg.AWS.Region
	}
	if cfg.Region == "" {
		return nil, fmt.Errorf("open table %q: no region is named; set AWS_REGION, or add ?region=eu-central-1 to the store's address", cfg.Table)
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
